"""Exports: data as a file, built once by a worker and kept for download."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from forms_app.errors import ConflictError
from forms_app.services.application import Application
from forms_app.services.dto.exports import ExportInfo, export_info
from forms_app.services.export_building import build_export
from forms_app.services.export_formats import FORMATS
from forms_app.services.export_requests import (
    delete_export,
    request_export,
    request_export_of_many,
)
from forms_app.services.loading import load
from forms_app.store.exported_batches import shown_with_batch
from forms_app.store.models import BatchRow, ExportRow, FormTemplateRow
from forms_app.store.states import ExportFormat, ExportState

__all__ = [
    "build_export",
    "delete_export",
    "get_export",
    "list_exports",
    "list_template_exports",
    "load_exports",
    "open_export",
    "request_export",
    "request_export_of_many",
]

# CSVs of several templates are zipped; no heading of a table begins so.
ZIP_MAGIC = b"PK\x03\x04"


def get_export(app: Application, export_id: int) -> ExportInfo:
    """How far an export is."""
    with app.session() as session:
        return export_info(load(session, ExportRow, export_id))


def list_exports(
    app: Application, batch_id: int, limit: int = 100, before_id: int | None = None
) -> list[ExportInfo]:
    """The exports of a batch, the newest first; `before_id` continues after the last one shown."""
    with app.session() as session:
        return load_exports(session, batch_id, limit, before_id)


def list_template_exports(
    app: Application, template_id: int, limit: int = 100, before_id: int | None = None
) -> list[ExportInfo]:
    """Those that were asked for over batches of a template, the newest first."""
    with app.session() as session:
        return _newest(session, ExportRow.template_id == template_id, limit, before_id)


def open_export(app: Application, export_id: int) -> tuple[str, str, Iterator[bytes]]:
    """File name, MIME type and bytes of a finished export.

    Raises:
        ConflictError: It is not finished.
    """
    with app.session() as session:
        export = load(session, ExportRow, export_id)
        if export.state != ExportState.DONE or export.content_hash is None:
            raise ConflictError("This export is not finished; wait for it or ask for a new one.")
        name, key = _name_of(session, export), export.content_hash
        written = FORMATS[ExportFormat(export.format)]
    chunks = app.files.chunks(key)
    first = next(chunks, b"")
    whole = chain([first], chunks)
    if written.many_as_zip and first.startswith(ZIP_MAGIC):
        return _download_name(name, "zip"), "application/zip", whole
    return _download_name(name, written.ending), written.mime_type, whole


def load_exports(
    session: Session, batch_id: int, limit: int, before_id: int | None = None
) -> list[ExportInfo]:
    """See `list_exports`."""
    return _newest(session, shown_with_batch(batch_id), limit, before_id)


def _newest(
    session: Session, condition: ColumnElement[bool], limit: int, before_id: int | None
) -> list[ExportInfo]:
    query = select(ExportRow).where(condition)
    if before_id is not None:
        query = query.where(ExportRow.id < before_id)
    found = session.scalars(query.order_by(ExportRow.id.desc()).limit(limit))
    return [export_info(export) for export in found]


def _name_of(session: Session, export: ExportRow) -> str:
    """What it is of: its batch, else its template."""
    if export.batch_id is not None:
        return session.get_one(BatchRow, export.batch_id).name
    if export.template_id is not None:
        return session.get_one(FormTemplateRow, export.template_id).name
    return "batches"


def _download_name(name: str, ending: str) -> str:
    safe = "".join(c if c.isalnum() or c in "-_ ." else "_" for c in name).strip(" .")
    return f"{safe or 'batch'}.{ending}"
