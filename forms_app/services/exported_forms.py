"""The forms of a batch as an export writes them, read in groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from forms_app.reading.cross_rules import RuleState
from forms_app.reading.form_template import FormTemplate
from forms_app.services.application import Application
from forms_app.services.blanks import TemplatePlan
from forms_app.services.export_records import ExportField, ExportRecord
from forms_app.services.field_values import current_outcome, current_value, provenance
from forms_app.services.rule_checks import CONFIRMED, rule_checks
from forms_app.store.models import (
    BatchRow,
    FileRow,
    PageRow,
    SubmissionRow,
)
from forms_app.store.plain_fields import PlainField, plain_fields
from forms_app.store.states import FieldState, SubmissionState

GROUP = 100


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
            fields = plain_fields(session, [row[0].id for row in group])
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


def _record(
    name: str,
    submission: SubmissionRow,
    file_name: str,
    rows: list[PlainField],
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


def _field(row: PlainField) -> ExportField:
    return ExportField(
        value=current_value(row),
        outcome=current_outcome(row),
        confidence=row.reading.confidence,
        needs_review=row.state == FieldState.OPEN,
        provenance=provenance(row),
    )
