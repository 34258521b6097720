"""Rows by id, or a `NotFoundError` that says what is missing."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy.orm import Session

from forms_app.errors import NotFoundError
from forms_app.store.models import (
    Base,
    BatchRow,
    ExportRow,
    FileRow,
    FormTemplateRow,
    PageRow,
    SubmissionRow,
    TemplateVersionRow,
)

RowType = TypeVar("RowType", bound=Base)

WORDS: dict[type[Base], str] = {
    BatchRow: "batch",
    ExportRow: "export",
    FileRow: "file",
    FormTemplateRow: "form template",
    PageRow: "page",
    SubmissionRow: "submission",
    TemplateVersionRow: "version of a form template",
}


def load(session: Session, kind: type[RowType], row_id: int) -> RowType:
    """The row of `kind` with this id.

    Raises:
        NotFoundError: There is none.
    """
    row = session.get(kind, row_id)
    if row is None:
        raise NotFoundError(f"This {WORDS[kind]} does not exist (any more).")
    return row
