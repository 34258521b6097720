"""Building an export: forms are read in groups and written as they come."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import ColumnElement, update

from forms_app.reading.cross_rules import RuleState
from forms_app.services.application import Application
from forms_app.services.attempts import attempt_long, claim
from forms_app.services.batch_templates import versions_of
from forms_app.services.blanks import load_plan
from forms_app.services.export_records import ExportRecord
from forms_app.services.export_writers import WRITERS, ExportTable
from forms_app.services.exported_forms import iter_records
from forms_app.services.loading import load
from forms_app.services.work_events import also_about, timed
from forms_app.store.base import utc_now
from forms_app.store.claims import Lease, hold, renew
from forms_app.store.counts import count_open_fields
from forms_app.store.locks import lock_blobs
from forms_app.store.models import BatchRow, ExportRow, TemplateVersionRow
from forms_app.store.stages import Stage
from forms_app.store.states import ExportFormat, ExportState

log = structlog.get_logger(__name__)

SPOOL_BYTES = 16 << 20
INTERNAL_MESSAGE = "The export failed; ask for it again, and look into the log when it fails again."


def build_export(app: Application, export_id: int) -> None:
    """Write the requested file and keep it; does nothing when that is done or being done.

    Raises:
        TransientError: The file store or database did not answer; try again.
    """
    lease = claim(app, ExportRow, export_id, ExportState.PENDING)
    if lease is None:
        return
    work = _LongLease(app, lease)
    attempt_long(work, lambda: _build_timed(app, work), fail_export, INTERNAL_MESSAGE)


def fail_export(
    app: Application, export_id: int, message: str, *conditions: ColumnElement[bool]
) -> None:
    """Mark an export as failed, with a reason for people; only while `conditions` hold."""
    with app.session() as session:
        session.execute(
            update(ExportRow)
            .where(ExportRow.id == export_id, *conditions)
            .values(
                state=ExportState.FAILED,
                error_message=message,
                lease_until=None,
                finished_at=utc_now(),
            )
        )


@dataclass(slots=True)
class _LongLease:
    """A lease for work of any length: `kept` renews it while records come."""

    app: Application
    lease: Lease

    def kept(self, records: Iterator[ExportRecord]) -> Iterator[ExportRecord]:
        """The same records."""
        lease_s = self.app.settings.lease_seconds
        for record in records:
            if self.lease.is_half_over(lease_s):
                with self.app.session() as session:
                    self.lease = renew(session, self.lease, lease_s)
            yield record


@dataclass(slots=True)
class _RuleBreaks:
    """Counts the forms that break a rule which no person has confirmed, as they go by."""

    count: int = 0

    def counted(self, records: Iterator[ExportRecord]) -> Iterator[ExportRecord]:
        """The same records."""
        for record in records:
            self.count += any(rule.state == RuleState.BROKEN for rule in record.rules)
            yield record


def _build_timed(app: Application, work: _LongLease) -> None:
    with timed(Stage.EXPORT) as elapsed_s:
        row_count = _build(app, work)
    log.info("export built", export_id=work.lease.row_id, rows=row_count, duration_s=elapsed_s())


def _build(app: Application, work: _LongLease) -> int:
    """Returns how many rows were written."""
    export_id = work.lease.row_id
    with app.session() as session:
        export = load(session, ExportRow, export_id)
        batch = load(session, BatchRow, export.batch_id)
        also_about(batch_id=batch.id)
        versions = versions_of(session, [batch.id])[batch.id]
        plans = {version.id: load_plan(session, version.id) for version in versions}
        names = _table_names(versions)
        open_fields = count_open_fields(session, batch.id)
    breaks = _RuleBreaks()
    tables = [
        ExportTable(
            names[version_id],
            plan.template,
            breaks.counted(
                work.kept(iter_records(app, batch.id, version_id, names[version_id], plan))
            ),
        )
        for version_id, plan in plans.items()
    ]
    write = WRITERS[ExportFormat(export.format)]
    with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as spool:
        row_count = write(spool, tables)
        spool.seek(0)
        stored = app.files.put_stream(spool)
        with app.session() as session:
            hold(session, work.lease)
            lock_blobs(session, [stored.key])
            app.files.put_spooled(stored, spool)
            export = load(session, ExportRow, export_id)
            export.state, export.content_hash, export.size = ExportState.DONE, *stored
            export.row_count, export.open_fields = row_count, open_fields
            has_rules = any(table.template.rules for table in tables)
            export.rule_breaks = breaks.count if has_rules else None
            export.lease_until, export.finished_at = None, utc_now()
    return row_count


def _table_names(versions: Sequence[TemplateVersionRow]) -> dict[int, str]:
    """What each template's table is called: its name, with the version where two share it."""
    names = [version.name for version in versions]
    return {
        version.id: version.name
        if names.count(version.name) == 1
        else f"{version.name} v{version.number} ({version.id})"
        for version in versions
    }
