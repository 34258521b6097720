"""Building an export: forms are read in groups and written as they come."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

import structlog
from sqlalchemy import ColumnElement, update

from forms_app.services.application import Application
from forms_app.services.attempts import attempt_long, claim
from forms_app.services.dto.export_choices import ExportChoice, choice_from_json
from forms_app.services.export_formats import FORMATS, Format
from forms_app.services.export_planning import plan_tables
from forms_app.services.export_records import ExportRecord
from forms_app.services.export_tables import ExportWork, is_broken
from forms_app.services.exported_forms import AskedForms, iter_records, table_of
from forms_app.services.loading import load
from forms_app.services.webhook_outbox import note_export_finished
from forms_app.services.work_events import also_about, timed
from forms_app.store.base import utc_now
from forms_app.store.claims import Lease, hold, renew
from forms_app.store.exported_batches import batches_of_export, count_wanted, is_wanted
from forms_app.store.locks import lock_blobs
from forms_app.store.models import ExportRow
from forms_app.store.stages import Stage
from forms_app.store.states import ExportFormat, ExportState

log = structlog.get_logger(__name__)

SPOOL_BYTES = 16 << 20
# How often the page that shows an export is told how far it is.
TELL_S = 1.0
INTERNAL_MESSAGE = "The export failed; ask for it again, and look into the log when it fails again."


def build_export(app: Application, export_id: int) -> None:
    """Write the requested file and keep it; does nothing when that is done or being done.

    Raises:
        TransientError: The file store or database did not answer; try again.
    """
    lease = claim(app, ExportRow, export_id, ExportState.PENDING)
    if lease is None:
        return
    work = _LongWork(app, lease)
    attempt_long(work, lambda: _build_timed(app, work), fail_export, INTERNAL_MESSAGE)


def fail_export(
    app: Application, export_id: int, message: str, *conditions: ColumnElement[bool]
) -> None:
    """Mark an export as failed, with a reason for people; only while `conditions` hold."""
    with app.session() as session:
        failed = session.scalars(
            update(ExportRow)
            .where(ExportRow.id == export_id, *conditions)
            .values(
                state=ExportState.FAILED,
                error_message=message,
                lease_until=None,
                finished_at=utc_now(),
            )
            .returning(ExportRow.id),
            execution_options={"synchronize_session": False},
        )
        if failed.first() is not None:
            note_export_finished(session, export_id)


@dataclass(slots=True)
class _LongWork:
    """Work of any length: while records come its lease is renewed, and people see how far it is.

    Whoever deletes the row cancels it: the lease is lost then.
    """

    app: Application
    lease: Lease
    rows: int = 0
    rule_breaks: int = 0
    told_s: float = field(default_factory=time.monotonic)

    def counted(self, records: Iterator[ExportRecord]) -> Iterator[ExportRecord]:
        """The same records."""
        for record in records:
            is_time = time.monotonic() - self.told_s > TELL_S
            if is_time or self.lease.is_half_over(self.app.settings.lease_seconds):
                self.tell()
            self.rows += 1
            self.rule_breaks += is_broken(record)
            yield record
        # Closing the file and keeping it may take long, too.
        self.tell(at_end=True)

    def tell(self, at_end: bool = False) -> None:
        """Raises `LeaseLostError` where the export is cancelled or another's."""
        lease_s = self.app.settings.lease_seconds
        with self.app.session() as session:
            if at_end or self.lease.is_half_over(lease_s):
                self.lease = renew(session, self.lease, lease_s)
            else:
                hold(session, self.lease)
            # Not ORM's `changed_at`: the sweeper goes by leases.
            session.execute(
                update(ExportRow).where(self.lease.is_ours).values(rows_so_far=self.rows),
                execution_options={"synchronize_session": False},
            )
        self.told_s = time.monotonic()


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the row asks for."""

    format: Format
    choice: ExportChoice
    tables: list[AskedForms]
    open_fields: int


def _build_timed(app: Application, work: _LongWork) -> None:
    with timed(Stage.EXPORT) as elapsed_s:
        row_count = _build(app, work)
    log.info("export built", export_id=work.lease.row_id, rows=row_count, duration_s=elapsed_s())


def _build(app: Application, work: _LongWork) -> int:
    """Returns how many rows were written."""
    plan = _plan(app, work)
    tables = [table_of(each, work.counted(iter_records(app, each))) for each in plan.tables]
    with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as spool:
        row_count = plan.format.write(spool, ExportWork(app, plan.choice, tables))
        _keep(app, work, plan, spool, row_count)
    return row_count


def _plan(app: Application, work: _LongWork) -> _Plan:
    with app.session() as session:
        export = load(session, ExportRow, work.lease.row_id)
        also_about(batch_id=export.batch_id)
        choice, batches = choice_from_json(export.choice), batches_of_export(export)
        tables = plan_tables(session, batches, choice)
        versions = [version_id for table in tables for version_id in table.plans]
        wanted = is_wanted(versions, choice.finished_only, choice.since, choice.until)
        forms, open_fields = count_wanted(session, batches, wanted)
        found = _Plan(FORMATS[ExportFormat(export.format)], choice, tables, open_fields)
        session.execute(
            update(ExportRow).where(work.lease.is_ours).values(rows_expected=forms, rows_so_far=0),
            execution_options={"synchronize_session": False},
        )
    return found


def _keep(app: Application, work: _LongWork, plan: _Plan, spool: IO[bytes], row_count: int) -> None:
    spool.seek(0)
    stored = app.files.put_stream(spool)
    with app.session() as session:
        hold(session, work.lease)
        lock_blobs(session, [stored.key])
        app.files.put_spooled(stored, spool)
        export = load(session, ExportRow, work.lease.row_id)
        export.state, export.content_hash, export.size = ExportState.DONE, *stored
        export.row_count, export.open_fields = row_count, plan.open_fields
        has_rules = any(asked.has_rules for asked in plan.tables)
        export.rule_breaks = work.rule_breaks if has_rules else None
        export.lease_until, export.finished_at = None, utc_now()
        note_export_finished(session, export.id)
