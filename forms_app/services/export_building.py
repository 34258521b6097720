"""Building an export: submissions are read in groups and written as they come."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, func, select, tuple_, update
from sqlalchemy.orm import Session

from forms_app.errors import FieldhandError, LeaseLostError, TransientError
from forms_app.reading.cross_rules import RuleState
from forms_app.reading.form_template import FormTemplate
from forms_app.services.application import Application
from forms_app.services.attempts import claim
from forms_app.services.batch_templates import versions_of
from forms_app.services.blanks import TemplatePlan, load_plan
from forms_app.services.export_records import ExportField, ExportRecord
from forms_app.services.export_writers import WRITERS, ExportTable
from forms_app.services.field_values import current_outcome, current_value, provenance
from forms_app.services.loading import load
from forms_app.services.rule_checks import CONFIRMED, rule_checks
from forms_app.store import review_queue
from forms_app.store.base import utc_now
from forms_app.store.claims import Lease, hold, release, renew
from forms_app.store.locks import lock_blobs
from forms_app.store.models import (
    BatchRow,
    ExportRow,
    FileRow,
    PageRow,
    SubmissionFieldRow,
    SubmissionRow,
    TemplateVersionRow,
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
    lease = claim(app, ExportRow, export_id, ExportState.PENDING)
    if lease is None:
        return
    work = _LongLease(app, lease)
    try:
        _build(app, work)
    except TransientError:
        with app.session() as session:
            release(session, work.lease, counted=False)
        raise
    except LeaseLostError:
        log.warning("export taken over or deleted", export_id=export_id)
    except FieldhandError as error:
        fail_export(app, export_id, error.message, work.lease.is_ours)
    except Exception:
        log.exception("export failed", export_id=export_id)
        fail_export(app, export_id, INTERNAL_MESSAGE, work.lease.is_ours)


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
            if self.lease.until - utc_now() < timedelta(seconds=lease_s / 2):
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


def _build(app: Application, work: _LongLease) -> None:
    export_id = work.lease.row_id
    with app.session() as session:
        export = load(session, ExportRow, export_id)
        batch = load(session, BatchRow, export.batch_id)
        versions = versions_of(session, [batch.id])[batch.id]
        plans = {version.id: load_plan(session, version.id) for version in versions}
        names = _table_names(versions)
        open_fields = _count_open(session, batch.id)
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
    log.info("export built", export_id=export_id, rows=row_count)


def iter_records(
    app: Application, batch_id: int, version_id: int, name: str, plan: TemplatePlan
) -> Iterator[ExportRecord]:
    """All submissions of a template that are read, in the order of upload; a group at a time."""
    after = (0, 0)
    while True:
        with app.session() as session:
            group = session.execute(
                select(SubmissionRow, FileRow.name)
                .join(FileRow, FileRow.id == SubmissionRow.file_id)
                .join(BatchRow, BatchRow.id == SubmissionRow.batch_id)
                .where(
                    SubmissionRow.batch_id == batch_id,
                    func.coalesce(SubmissionRow.version_id, BatchRow.version_id) == version_id,
                    tuple_(SubmissionRow.file_id, SubmissionRow.number) > after,
                    SubmissionRow.state != SubmissionState.READING,
                )
                .order_by(SubmissionRow.file_id, SubmissionRow.number)
                .limit(GROUP)
            ).all()
            fields = review_queue.fields_of_submissions(session, [row[0].id for row in group])
            codes = _barcodes(session, [row[0].id for row in group]) if plan.template.code else {}
            records = [
                _record(name, form, file, fields[form.id], plan.template, codes.get(form.id, ""))
                for form, file in group
            ]
        if not records:
            return
        yield from records
        last = group[-1][0]
        after = (last.file_id, last.number)


def _table_names(versions: Sequence[TemplateVersionRow]) -> dict[int, str]:
    """What each template's table is called: its name, with the version where two share it."""
    names = [version.name for version in versions]
    return {
        version.id: version.name
        if names.count(version.name) == 1
        else f"{version.name} v{version.number} ({version.id})"
        for version in versions
    }


def _record(
    name: str,
    submission: SubmissionRow,
    file_name: str,
    rows: list[SubmissionFieldRow],
    template: FormTemplate,
    barcode: str,
) -> ExportRecord:
    return ExportRecord(
        template=name,
        source=file_name,
        number=submission.number,
        state=submission.state,
        barcode=barcode,
        fields={row.field_name: _field(row) for row in rows},
        rules=tuple(
            check
            for check in rule_checks(template, rows)
            if check.state in (RuleState.BROKEN, CONFIRMED)
        ),
    )


def _barcodes(session: Session, form_ids: Sequence[int]) -> dict[int, str]:
    rows = session.execute(
        select(PageRow.submission_id, PageRow.barcode)
        .where(PageRow.submission_id.in_(form_ids), PageRow.barcode.is_not(None))
        .order_by(PageRow.template_page.desc())
    )
    return {form_id: barcode for form_id, barcode in rows if form_id and barcode}


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
