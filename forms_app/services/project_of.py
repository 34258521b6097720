"""From the id of a thing to the project that it belongs to: what stands before every permission.

A thing that is not there and one of a project that somebody may not know of are told in the same
words, so that nobody learns by asking which ids there are.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import Select, bindparam, select

from forms_app.errors import NotFoundError
from forms_app.services.application import Application
from forms_app.services.loading import LARGEST_ID, WORDS
from forms_app.store.models import (
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
    UploadRow,
    WebhookEndpointRow,
)


class Kind(StrEnum):
    """A kind of thing that belongs to a project. A draft is a version, a field its submission's."""

    BATCH = "batch"
    DELIVERY = "delivery"
    DELIVERY_RUN = "delivery_run"
    ENDPOINT = "endpoint"
    EXPORT = "export"
    FILE = "file"
    JOB = "job"
    NOTE = "note"
    PAGE = "page"
    PRESET = "preset"
    PROJECT = "project"
    SUBMISSION = "submission"
    TEMPLATE = "template"
    UPLOAD = "upload"
    VERSION = "version"


def _in_batch(kind: Any) -> Select[int]:
    """Of rows that name their batch."""
    return select(BatchRow.project_id).join(kind, kind.batch_id == BatchRow.id).where(_is(kind))


def _is(kind: Any) -> Any:
    return kind.id == bindparam("row_id", type_=kind.id.type)


_PROJECT_ID: dict[Kind, Select[int]] = {
    Kind.BATCH: select(BatchRow.project_id).where(_is(BatchRow)),
    Kind.DELIVERY: select(DeliveryRow.project_id).where(_is(DeliveryRow)),
    Kind.DELIVERY_RUN: (
        select(DeliveryRow.project_id)
        .join(DeliveryRunRow, DeliveryRunRow.delivery_id == DeliveryRow.id)
        .where(_is(DeliveryRunRow))
    ),
    Kind.ENDPOINT: select(WebhookEndpointRow.project_id).where(_is(WebhookEndpointRow)),
    Kind.EXPORT: select(ExportRow.project_id).where(_is(ExportRow)),
    Kind.FILE: _in_batch(FileRow),
    Kind.JOB: select(TemplateJobRow.project_id).where(_is(TemplateJobRow)),
    Kind.NOTE: _in_batch(ReviewNoteRow),
    Kind.PAGE: (
        select(BatchRow.project_id)
        .join(FileRow, FileRow.batch_id == BatchRow.id)
        .join(PageRow, PageRow.file_id == FileRow.id)
        .where(_is(PageRow))
    ),
    Kind.PRESET: (
        select(FormTemplateRow.project_id)
        .join(ExportPresetRow, ExportPresetRow.template_id == FormTemplateRow.id)
        .where(_is(ExportPresetRow))
    ),
    Kind.PROJECT: select(ProjectRow.id).where(_is(ProjectRow)),
    Kind.SUBMISSION: _in_batch(SubmissionRow),
    Kind.TEMPLATE: select(FormTemplateRow.project_id).where(_is(FormTemplateRow)),
    Kind.UPLOAD: _in_batch(UploadRow),
    Kind.VERSION: (
        select(FormTemplateRow.project_id)
        .join(TemplateVersionRow, TemplateVersionRow.template_id == FormTemplateRow.id)
        .where(_is(TemplateVersionRow))
    ),
}
_MISSING: dict[Kind, str] = {
    kind: f"This {word} does not exist (any more)."
    for kind, word in {
        Kind.BATCH: WORDS[BatchRow],
        Kind.DELIVERY: WORDS[DeliveryRow],
        Kind.DELIVERY_RUN: WORDS[DeliveryRunRow],
        Kind.ENDPOINT: WORDS[WebhookEndpointRow],
        Kind.EXPORT: WORDS[ExportRow],
        Kind.FILE: WORDS[FileRow],
        Kind.NOTE: WORDS[ReviewNoteRow],
        Kind.PAGE: WORDS[PageRow],
        Kind.PRESET: WORDS[ExportPresetRow],
        Kind.PROJECT: "project",
        Kind.SUBMISSION: WORDS[SubmissionRow],
        Kind.TEMPLATE: WORDS[FormTemplateRow],
        Kind.VERSION: WORDS[TemplateVersionRow],
    }.items()
} | {
    Kind.JOB: "This is kept for a few hours only and is gone; do it again.",
    Kind.UPLOAD: "This upload is not known (any more). Start it again.",
}


def project_of(app: Application, kind: Kind, row_id: int | str) -> int:
    """The id of the project that a thing belongs to.

    Args:
        app: The application.
        kind: What the id is of.
        row_id: A number, or the word that an upload is known by.

    Raises:
        NotFoundError: There is no such thing.
    """
    if isinstance(row_id, int) and not 0 < row_id <= LARGEST_ID:
        raise missing(kind)
    with app.session() as session:
        project_id = session.scalar(_PROJECT_ID[kind], {"row_id": row_id})
    if project_id is None:
        raise missing(kind)
    return project_id


def missing(kind: Kind) -> NotFoundError:
    """What is said of a thing that is not there, or that somebody is not to know of."""
    return NotFoundError(_MISSING[kind])
