"""What audit events tell of, as far as it is still there: they outlive it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.store.models import (
    BatchRow,
    DeletionRow,
    DeliveryRow,
    ExportPresetRow,
    ExportRow,
    FileRow,
    FormTemplateRow,
    PageRow,
    SubmissionRow,
    TemplateVersionRow,
    WebhookEndpointRow,
)
from forms_app.store.states import Deleted

_ROWS: dict[str, Any] = {
    "batch": BatchRow,
    "delivery": DeliveryRow,
    "export": ExportRow,
    "export_preset": ExportPresetRow,
    "file": FileRow,
    "form_template": FormTemplateRow,
    "page": PageRow,
    "submission": SubmissionRow,
    "template_version": TemplateVersionRow,
    "webhook": WebhookEndpointRow,
}
"""The rows of what can be deleted, by the word that events have for it."""


class Gone(StrEnum):
    """How something went. erased: a person's form, with a certificate · deleted: otherwise."""

    ERASED = "erased"
    DELETED = "deleted"


def gone_things(session: Session, things: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Gone]:
    """Those of `things` (each a subject's type and id) that are not there any more, and how."""
    asked: dict[str, set[int]] = defaultdict(set)
    for subject_type, subject_id in things:
        if subject_type in _ROWS:
            asked[subject_type].add(subject_id)
    missing = {kind: ids - _there(session, kind, ids) for kind, ids in asked.items()}
    found = {(kind, each): Gone.DELETED for kind, ids in missing.items() for each in ids}
    erased = _erased(session, missing.get("submission", set()))
    return found | {("submission", each): Gone.ERASED for each in erased}


def _there(session: Session, kind: str, ids: set[int]) -> set[int]:
    row = _ROWS[kind]
    return set(session.scalars(select(row.id).where(row.id.in_(ids))))


def _erased(session: Session, ids: set[int]) -> set[int]:
    if not ids:
        return set()
    query = select(DeletionRow.submission_id).where(
        DeletionRow.what == Deleted.SUBMISSION, DeletionRow.submission_id.in_(ids)
    )
    return {each for each in session.scalars(query) if each is not None}
