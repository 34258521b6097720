"""Building an export: submissions are read in groups and written as they come."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms_app.errors import FieldhandError, TransientError
from forms_app.services.application import Application
from forms_app.services.attempts import claim
from forms_app.services.blanks import TemplatePlan, load_plan
from forms_app.services.export_records import ExportField, ExportRecord
from forms_app.services.export_writers import WRITERS
from forms_app.services.field_values import current_outcome, current_value, provenance
from forms_app.services.loading import load
from forms_app.store import review_queue
from forms_app.store.base import utc_now
from forms_app.store.claims import release
from forms_app.store.models import (
    BatchRow,
    ExportRow,
    FileRow,
    SubmissionFieldRow,
    SubmissionRow,
)
from forms_app.store.states import ExportFormat, ExportState, FieldState, SubmissionState

log = structlog.get_logger(__name__)

GROUP = 100
SPOOL_BYTES = 16 << 20
INTERNAL_MESSAGE = "The export failed; ask for it again, and look into the log when it fails again."


def build_export(app: Application, export_id: int) -> None:
    """Write the requested file and keep it; does nothing when that is done or being done.

    Raises:
        TransientError: The file store or database did not answer; try again.
    """
    if not claim(app, ExportRow, export_id, ExportState.PENDING):
        return
    try:
        _build(app, export_id)
    except TransientError:
        with app.session() as session:
            release(session, ExportRow, export_id, counted=False)
        raise
    except FieldhandError as error:
        fail_export(app, export_id, error.message)
    except Exception:
        log.exception("export failed", export_id=export_id)
        fail_export(app, export_id, INTERNAL_MESSAGE)


def fail_export(app: Application, export_id: int, message: str) -> None:
    """Mark an export as failed, with a reason for people."""
    with app.session() as session:
        export = load(session, ExportRow, export_id)
        export.state, export.error_message = ExportState.FAILED, message
        export.lease_until, export.finished_at = None, utc_now()


def _build(app: Application, export_id: int) -> None:
    with app.session() as session:
        export = load(session, ExportRow, export_id)
        batch = load(session, BatchRow, export.batch_id)
        plan = load_plan(session, batch.version_id)
        open_fields = _count_open(session, batch.id)
    write = WRITERS[ExportFormat(export.format)]
    with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as spool:
        row_count = write(spool, plan.template, iter_records(app, export.batch_id, plan))
        spool.seek(0)
        stored = app.files.put_stream(spool)
    with app.session() as session:
        export = load(session, ExportRow, export_id)
        export.state, export.content_hash, export.size = ExportState.DONE, *stored
        export.row_count, export.open_fields = row_count, open_fields
        export.lease_until, export.finished_at = None, utc_now()
    log.info("export built", export_id=export_id, rows=row_count)


def iter_records(app: Application, batch_id: int, plan: TemplatePlan) -> Iterator[ExportRecord]:
    """All submissions that are read, in the order of upload; a group in memory at a time."""
    after = 0
    while True:
        with app.session() as session:
            group = session.execute(
                select(SubmissionRow, FileRow.name)
                .join(FileRow, FileRow.id == SubmissionRow.file_id)
                .where(
                    SubmissionRow.batch_id == batch_id,
                    SubmissionRow.id > after,
                    SubmissionRow.state != SubmissionState.READING,
                )
                .order_by(SubmissionRow.id)
                .limit(GROUP)
            ).all()
            fields = review_queue.fields_of_submissions(session, [row[0].id for row in group])
            records = [_record(row[0], row[1], fields[row[0].id]) for row in group]
        if not records:
            return
        yield from records
        after = group[-1][0].id


def _record(
    submission: SubmissionRow, file_name: str, rows: list[SubmissionFieldRow]
) -> ExportRecord:
    return ExportRecord(
        source=file_name,
        number=submission.number,
        state=submission.state,
        fields={row.field_name: _field(row) for row in rows},
    )


def _field(row: SubmissionFieldRow) -> ExportField:
    return ExportField(
        value=current_value(row),
        outcome=current_outcome(row),
        confidence=row.reading.confidence,
        needs_review=row.state == FieldState.OPEN,
        provenance=provenance(row),
    )


def _count_open(session: Session, batch_id: int) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(SubmissionFieldRow)
            .where(
                SubmissionFieldRow.batch_id == batch_id, SubmissionFieldRow.state == FieldState.OPEN
            )
        )
        or 0
    )
