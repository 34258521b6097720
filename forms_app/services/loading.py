"""Rows by id, or a `NotFoundError` that says what is missing."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy.orm import Session

from forms_app.errors import NotFoundError
from forms_app.store.models import (
    Base,
    BatchRow,
    DeliveryRow,
    DeliveryRunRow,
    ExportPresetRow,
    ExportRow,
    FileRow,
    FormTemplateRow,
    PageRow,
    ProjectRow,
    ReviewNoteRow,
    SubmissionRow,
    TemplateJobRow,
    TemplateVersionRow,
    UserRow,
    WebhookEndpointRow,
)

LARGEST_ID = 2**63 - 1

RowType = TypeVar("RowType", bound=Base)

WORDS: dict[type[Base], str] = {
    BatchRow: "batch",
    DeliveryRow: "delivery",
    DeliveryRunRow: "run of a delivery",
    ExportPresetRow: "preset for exports",
    ExportRow: "export",
    FileRow: "file",
    FormTemplateRow: "form template",
    PageRow: "page",
    ProjectRow: "project",
    ReviewNoteRow: "note",
    SubmissionRow: "submission",
    TemplateJobRow: "work on a template",
    TemplateVersionRow: "version of a form template",
    UserRow: "person",
    WebhookEndpointRow: "endpoint",
}


def load(session: Session, kind: type[RowType], row_id: int) -> RowType:
    """The row of `kind` with this id.

    Raises:
        NotFoundError: There is none.
    """
    # Databases refuse numbers beyond 64 bits with an error of their own.
    row = session.get(kind, row_id) if 0 < row_id <= LARGEST_ID else None
    if row is None:
        raise NotFoundError(f"This {WORDS[kind]} does not exist (any more).")
    return row
