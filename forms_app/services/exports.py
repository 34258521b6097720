"""Exports: a batch's data as a file, built once by a worker and kept for download."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, UserError
from forms_app.queues import BUILD_EXPORT
from forms_app.services.application import Application
from forms_app.services.dto.exports import ExportInfo
from forms_app.services.export_building import build_export
from forms_app.services.loading import load
from forms_app.services.sending import send_or_leave
from forms_app.store.audit import record_event
from forms_app.store.models import LOCAL_USER_ID, BatchRow, ExportRow
from forms_app.store.states import ExportFormat, ExportState

__all__ = [
    "build_export",
    "get_export",
    "list_exports",
    "load_exports",
    "open_export",
    "request_export",
]

MIME_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.JSONL: "application/jsonl",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

# CSVs of several templates are zipped; no heading of a table begins so.
ZIP_MAGIC = b"PK\x03\x04"


def request_export(
    app: Application, batch_id: int, export_format: str, user_id: int = LOCAL_USER_ID
) -> ExportInfo:
    """Ask for an export of all submissions of a batch as they stand now.

    Raises:
        UserError: The format is not csv, json, jsonl or xlsx.
    """
    if export_format not in tuple(ExportFormat):
        raise UserError(f"Exports are written as {', '.join(ExportFormat)}, not {export_format}.")
    with app.session() as session:
        load(session, BatchRow, batch_id)
        export = ExportRow(batch_id=batch_id, format=export_format)
        session.add(export)
        session.flush()
        record_event(
            session, "export", "batch", batch_id, user_id, format=export_format, export_id=export.id
        )
        info = export_info(export)
    send_or_leave(app, BUILD_EXPORT, info.id)
    return info


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


def open_export(app: Application, export_id: int) -> tuple[str, str, Iterator[bytes]]:
    """File name, MIME type and bytes of a finished export.

    Raises:
        ConflictError: It is not finished.
    """
    with app.session() as session:
        export = load(session, ExportRow, export_id)
        if export.state != ExportState.DONE or export.content_hash is None:
            raise ConflictError("This export is not finished; wait for it or ask for a new one.")
        batch = session.get_one(BatchRow, export.batch_id)
        batch_name, key = batch.name, export.content_hash
        export_format = ExportFormat(export.format)
    chunks = app.files.chunks(key)
    first = next(chunks, b"")
    whole = chain([first], chunks)
    if export_format == ExportFormat.CSV and first.startswith(ZIP_MAGIC):
        return _download_name(batch_name, "zip"), "application/zip", whole
    return _download_name(batch_name, export_format), MIME_TYPES[export_format], whole


def load_exports(
    session: Session, batch_id: int, limit: int, before_id: int | None = None
) -> list[ExportInfo]:
    """See `list_exports`."""
    query = select(ExportRow).where(ExportRow.batch_id == batch_id)
    if before_id is not None:
        query = query.where(ExportRow.id < before_id)
    found = session.scalars(query.order_by(ExportRow.id.desc()).limit(limit))
    return [export_info(export) for export in found]


def export_info(export: ExportRow) -> ExportInfo:
    """An export as services hand it out."""
    return ExportInfo(
        id=export.id,
        batch_id=export.batch_id,
        format=export.format,
        state=export.state,
        row_count=export.row_count,
        open_fields=export.open_fields,
        rule_breaks=export.rule_breaks,
        size=export.size,
        error_message=export.error_message,
        created_at=export.created_at,
        finished_at=export.finished_at,
    )


def _download_name(batch_name: str, export_format: str) -> str:
    safe = "".join(c if c.isalnum() or c in "-_ ." else "_" for c in batch_name).strip(" .")
    return f"{safe or 'batch'}.{export_format}"
