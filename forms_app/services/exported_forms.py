"""The forms of an export as it writes them, read in groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from forms_app.reading.cross_rules import RuleState
from forms_app.reading.form_template import FormField, FormTemplate
from forms_app.services.application import Application
from forms_app.services.blanks import TemplatePlan
from forms_app.services.dto.export_choices import ExportChoice
from forms_app.services.dto.review import RuleCheck
from forms_app.services.export_records import ExportField, ExportRecord
from forms_app.services.export_tables import ExportTable
from forms_app.services.field_values import current_outcome, current_value, provenance
from forms_app.services.redaction import redacted
from forms_app.services.rule_checks import CONFIRMED, rule_checks
from forms_app.store.exported_batches import is_wanted
from forms_app.store.models import BatchRow, FileRow, PageRow, SubmissionRow
from forms_app.store.plain_fields import Origin, PlainField, origins_of, plain_fields
from forms_app.store.states import FieldState

# Fields that are in memory at a time.
GROUP_FIELDS = 5000
MOST_FORMS = 1000
_Origins = Mapping[tuple[int, str], Origin]


@dataclass(frozen=True, slots=True)
class AskedForms:
    """The forms of a table: of `batch_ids` in this order, filled in on a version of `plans`.

    `fields` are those that are wanted, in their order, `sensitive` the names of some that not
    everybody may see.
    """

    name: str
    batch_ids: Sequence[int]
    plans: Mapping[int, TemplatePlan]
    fields: tuple[FormField, ...]
    choice: ExportChoice
    sensitive: frozenset[str] = frozenset()

    @property
    def hidden(self) -> frozenset[str]:
        """The fields that are not to be shown."""
        return self.sensitive if self.choice.hide_sensitive else frozenset()

    @property
    def has_rules(self) -> bool:
        """Whether any version has rules over several fields."""
        return any(plan.template.rules for plan in self.plans.values())

    @property
    def has_code(self) -> bool:
        """Whether any version says what codes on its pages hold."""
        return any(plan.template.code for plan in self.plans.values())

    @property
    def group_size(self) -> int:
        """How many forms are read at a time."""
        return max(1, min(MOST_FORMS, GROUP_FIELDS // max(1, len(self.fields))))


def iter_records(
    app: Application, asked: AskedForms, group_size: int | None = None
) -> Iterator[ExportRecord]:
    """All that were read, in the order of upload, `group_size` at a time."""
    for batch_id in asked.batch_ids:
        after = (0, 0)
        while True:
            with app.session() as session:
                group = _group(session, asked, batch_id, after, group_size or asked.group_size)
                records = _records(session, asked, group)
            yield from records
            if not group:
                break
            last: SubmissionRow = group[-1][0]
            after = (last.file_id, last.number)


def table_of(asked: AskedForms, records: Iterator[ExportRecord]) -> ExportTable:
    """What a writer is handed of them."""
    hidden = asked.hidden
    return ExportTable(
        name=asked.name,
        fields=tuple(field for field in asked.fields if field.name not in hidden),
        records=records,
        has_rules=asked.has_rules,
        has_code=asked.has_code,
        many_batches=len(asked.batch_ids) > 1,
    )


_Form = tuple[SubmissionRow, str, BatchRow]


def _group(
    session: Session, asked: AskedForms, batch_id: int, after: tuple[int, int], size: int
) -> list[_Form]:
    choice = asked.choice
    rows = session.execute(
        select(SubmissionRow, FileRow.name, BatchRow)
        .join(FileRow, FileRow.id == SubmissionRow.file_id)
        .join(BatchRow, BatchRow.id == SubmissionRow.batch_id)
        .where(
            SubmissionRow.batch_id == batch_id,
            tuple_(SubmissionRow.file_id, SubmissionRow.number) > after,
            is_wanted(asked.plans.keys(), choice.finished_only, choice.since, choice.until),
        )
        .order_by(SubmissionRow.file_id, SubmissionRow.number)
        .limit(size)
    )
    return [(form, file, batch) for form, file, batch in rows]


def _records(session: Session, asked: AskedForms, group: Sequence[_Form]) -> list[ExportRecord]:
    ids = [form.id for form, _, _ in group]
    if not ids:
        return []
    # Rules look at fields that are not exported, too.
    names = None if asked.has_rules else {field.name for field in asked.fields}
    fields = plain_fields(session, ids, names)
    codes = _barcodes(session, ids) if asked.has_code else {}
    origins = origins_of(session, ids) if asked.choice.provenance else {}
    hidden = asked.hidden
    records = (
        _record(asked, entry, fields[entry[0].id], codes.get(entry[0].id, ""), origins)
        for entry in group
    )
    return [redacted(record, hidden) for record in records]


def _record(
    asked: AskedForms, entry: _Form, rows: list[PlainField], barcode: str, origins: _Origins
) -> ExportRecord:
    form, file_name, batch = entry
    version_id = form.version_id or batch.version_id
    return ExportRecord(
        template=asked.name,
        source=file_name,
        number=form.number,
        state=form.state,
        barcode=barcode,
        form_id=form.id,
        version_id=version_id,
        batch=batch.name,
        fields={
            row.field_name: _field(row, origins.get((form.id, row.field_name))) for row in rows
        },
        rules=_broken_rules(asked.plans[version_id].template, rows),
    )


def _broken_rules(template: FormTemplate, rows: list[PlainField]) -> tuple[RuleCheck, ...]:
    if not template.rules:
        return ()
    return tuple(
        check
        for check in rule_checks(template, rows)
        if check.state in (RuleState.BROKEN, CONFIRMED)
    )


def _barcodes(session: Session, form_ids: Sequence[int]) -> dict[int, str]:
    rows = session.execute(
        select(PageRow.submission_id, PageRow.barcode)
        .where(PageRow.submission_id.in_(form_ids), PageRow.barcode.is_not(None))
        .order_by(PageRow.template_page.desc())
    )
    return {form_id: barcode for form_id, barcode in rows if form_id and barcode}


def _field(row: PlainField, origin: Origin | None) -> ExportField:
    return ExportField(
        value=current_value(row),
        outcome=current_outcome(row),
        confidence=row.reading.confidence,
        needs_review=row.state == FieldState.OPEN,
        provenance=provenance(row),
        decided_by=origin.name if origin else "",
        decided_at=origin.at if origin else None,
    )
