"""Review: what the machine doubts, field by field."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.errors import NotFoundError
from forms_app.reading.form_template import FormField
from forms_app.services.application import Application
from forms_app.services.batch_templates import plan_of_form, version_of_form
from forms_app.services.blanks import TemplatePlan, load_plan
from forms_app.services.decisions import decide
from forms_app.services.dto.fields import FieldValue
from forms_app.services.dto.review import ItemKey, ItemRef, ReviewItem, RuleCheck, SubmissionDetail
from forms_app.services.field_stages import is_hidden_from
from forms_app.services.field_values import box_px, field_value
from forms_app.services.item_views import as_shown, without_values
from forms_app.services.loading import load
from forms_app.services.reasons_of_people import with_reasons
from forms_app.services.review_images import crop_image, page_image, shown_area
from forms_app.services.rule_checks import rows_of, rule_checks
from forms_app.services.taking_back import undo_decision
from forms_app.store import review_queue
from forms_app.store.models import (
    LOCAL_USER_ID,
    BatchRow,
    FileRow,
    PageRow,
    SubmissionFieldRow,
    SubmissionRow,
    UserRow,
)
from forms_app.store.pages import pages_of_submission
from forms_app.store.review_places import places_in_queue
from forms_app.store.review_scopes import Scope

__all__ = [
    "crop_image",
    "decide",
    "get_item",
    "get_submission",
    "list_items",
    "next_item",
    "page_image",
    "previous_item",
    "undo_decision",
]


def next_item(
    app: Application, batch_id: int | None = None, after: ItemKey | None = None
) -> ReviewItem | None:
    """The next open field after `after`, starting over at the end; None when all are decided."""
    with app.session() as session:
        scope = Scope(batch_id=batch_id)
        row = review_queue.next_waiting(session, scope, _find(session, after))
        return item_of(session, row, scope) if row else None


def previous_item(app: Application, batch_id: int | None, before: ItemKey) -> ReviewItem | None:
    """The flagged field before `before`, decided or not; None at the start."""
    with app.session() as session:
        current = _find(session, before)
        row = review_queue.previous_flagged(session, batch_id, current) if current else None
        return item_of(session, row, Scope(batch_id=batch_id)) if row else None


def get_item(
    app: Application,
    submission_id: int,
    field_name: str,
    scope: Scope | None = None,
    user_id: int = LOCAL_USER_ID,
) -> ReviewItem:
    """Any field of a submission, flagged or not; its place is that in `scope`, or in its batch.
    `user_id` says who looks at it where no scope does.

    Raises:
        NotFoundError: There is no such field, or it has not been read yet.
    """
    with app.session() as session:
        row = require_field(session, submission_id, field_name)
        scope = scope or Scope(batch_id=row.batch_id, user_id=user_id)
        return item_of(session, row, scope)


def list_items(app: Application, batch_id: int, limit: int = 500) -> list[ItemRef]:
    """The first `limit` flagged fields of a batch, decided or not, in review order."""
    with app.session() as session:
        load(session, BatchRow, batch_id)
        rows = review_queue.flagged_fields(session, batch_id, limit)
        ids = {row.submission_id for row in rows}
        names, labels = _submission_labels(session, ids), _field_labels(session, ids)
        return [
            ItemRef(
                key=ItemKey(row.submission_id, row.field_name),
                label=labels[row.submission_id].get(row.field_name, row.field_name),
                submission_label=names[row.submission_id],
                state=row.state,
                confidence=row.reading.confidence,
            )
            for row in rows
        ]


def get_submission(
    app: Application, submission_id: int, user_id: int | None = None
) -> SubmissionDetail:
    """A filled form with all its fields in the template's order; without the values of those that
    `user_id` is still to key without seeing them."""
    with app.session() as session:
        submission = load(session, SubmissionRow, submission_id)
        batch = load(session, BatchRow, submission.batch_id)
        plan = plan_of_form(session, submission)
        return _detail(session, submission, batch, plan, user_id)


def require_field(session: Session, submission_id: int, field_name: str) -> SubmissionFieldRow:
    """The field's row.

    Raises:
        NotFoundError: There is none.
    """
    row = review_queue.find_field(session, submission_id, field_name)
    if row is None:
        raise NotFoundError(
            f"The field {field_name} of this form does not exist, or has not been read yet."
        )
    return row


def _find(session: Session, key: ItemKey | None) -> SubmissionFieldRow | None:
    return review_queue.find_field(session, *key) if key else None


def items_of(
    session: Session, rows: Sequence[SubmissionFieldRow], scope: Scope
) -> list[ReviewItem]:
    """`item_of` of several fields, their places counted together."""
    places = places_in_queue(session, rows, scope)
    return [_item_at(session, row, scope, place) for row, place in zip(rows, places, strict=True)]


def item_of(session: Session, row: SubmissionFieldRow, scope: Scope) -> ReviewItem:
    """The field as the station shows it to the person of `scope`; its place is that in there."""
    [item] = items_of(session, [row], scope)
    return item


def _item_at(
    session: Session, row: SubmissionFieldRow, scope: Scope, place: tuple[int, int, int]
) -> ReviewItem:
    submission = load(session, SubmissionRow, row.submission_id)
    batch = load(session, BatchRow, row.batch_id)
    file = load(session, FileRow, submission.file_id)
    plan = plan_of_form(session, submission)
    field = next(field for field in plan.template.fields if field.name == row.field_name)
    page = _page_of(session, submission.id, field.page)
    size = plan.template.page(field.page)
    position, total, open_count = place
    item = ReviewItem(
        key=ItemKey(row.submission_id, row.field_name),
        batch_id=batch.id,
        batch_name=batch.name,
        file_name=file.name,
        submission_label=_label(file, submission),
        current=_field_value(session, field, row),
        position=min(position, max(total, 1)),
        total=total,
        open_count=open_count,
        page_id=page.id if page else None,
        page_hash=page.aligned_hash if page else None,
        page_number=page.number if page else None,
        page_size_px=(size.width_px, size.height_px),
        crop_box_px=box_px(shown_area(field, size.width_px, size.height_px)),
        residual_px=row.reading.residual_px,
        rules=_rules_on(session, row, plan),
        stage=row.stage,
    )
    return as_shown(session, item, row, scope)


def _rules_on(
    session: Session, row: SubmissionFieldRow, plan: TemplatePlan
) -> tuple[RuleCheck, ...]:
    """The cross-field rules that look at a field."""
    if not any(row.field_name in rule.involved for rule in plan.template.rules):
        return ()
    checks = rule_checks(plan.template, rows_of(session, row.submission_id))
    return tuple(c for c in checks if row.field_name in {name for name, _ in c.fields})


def _detail(
    session: Session,
    submission: SubmissionRow,
    batch: BatchRow,
    plan: TemplatePlan,
    user_id: int | None,
) -> SubmissionDetail:
    file = load(session, FileRow, submission.file_id)
    fields = {field.name: field for field in plan.template.fields}
    rows = review_queue.fields_of_submission(session, submission.id)
    return SubmissionDetail(
        id=submission.id,
        batch_id=batch.id,
        batch_name=batch.name,
        file_id=file.id,
        file_name=file.name,
        number=submission.number,
        label=_label(file, submission),
        state=submission.state,
        pages={
            page.template_page: page.id
            for page in pages_of_submission(session, submission.id)
            if page.template_page is not None
        },
        fields=tuple(_value_for(session, fields[row.field_name], row, user_id) for row in rows),
        rules=rule_checks(plan.template, rows),
    )


def _value_for(
    session: Session, field: FormField, row: SubmissionFieldRow, user_id: int | None
) -> FieldValue:
    value = _field_value(session, field, row)
    if user_id is None or not is_hidden_from(row, user_id):
        return value
    return without_values(value)


def _field_value(session: Session, field: FormField, row: SubmissionFieldRow) -> FieldValue:
    user = session.get(UserRow, row.decision.user_id) if row.decision else None
    value = field_value(field, row, user.name if user else "")
    return with_reasons(session, row, value)


def _page_of(session: Session, submission_id: int, template_page: int) -> PageRow | None:
    return session.scalar(
        select(PageRow).where(
            PageRow.submission_id == submission_id, PageRow.template_page == template_page
        )
    )


def _submission_labels(session: Session, ids: set[int]) -> dict[int, str]:
    rows = session.execute(
        select(SubmissionRow, FileRow)
        .join(FileRow, FileRow.id == SubmissionRow.file_id)
        .where(SubmissionRow.id.in_(ids))
    )
    return {submission.id: _label(file, submission) for submission, file in rows}


def _field_labels(session: Session, ids: set[int]) -> dict[int, dict[str, str]]:
    """The label of every field of each form, by name."""
    forms = session.scalars(select(SubmissionRow).where(SubmissionRow.id.in_(ids)))
    versions = {form.id: version_of_form(session, form) for form in forms}
    labels = {
        version_id: {
            field.name: field.label or field.name
            for field in load_plan(session, version_id).template.fields
        }
        for version_id in set(versions.values())
    }
    return {form_id: labels[version_id] for form_id, version_id in versions.items()}


def _label(file: FileRow, submission: SubmissionRow) -> str:
    """`scan.pdf`, or `scan.pdf, form 3` where a file holds several."""
    if file.page_count == 1:
        return file.name
    return f"{file.name}, form {submission.number}"
