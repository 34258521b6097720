"""Which fields a way of reviewing goes through, and in which order."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, exists, literal, select, tuple_

from forms_app.store.base import Key
from forms_app.store.models import (
    LOCAL_USER_ID,
    MAIN_PROJECT_ID,
    QualitySampleRow,
    ReadingRow,
    SubmissionFieldRow,
)
from forms_app.store.open_fields import is_aside, is_open, is_to_be_keyed
from forms_app.store.projects import within
from forms_app.store.second_keys import waits_for_second, waits_for_third
from forms_app.store.states import FieldState, ReviewMode, ReviewStage

Field = SubmissionFieldRow
FIRST_LOOK = (ReviewStage.REVIEW, ReviewStage.POSTPONED)
BY_PLACE = (Field.submission_id.expression, Field.position.expression)
_place = tuple_(Field.submission_id, Field.position)


@dataclass(frozen=True, slots=True)
class Scope:
    """What one person goes through: all batches of a project or one, in one `mode`.

    `field_name` is set for mode `field` only. `user_id` matters where nobody checks themselves.
    `project_id` is None where there is no other project (`projects.narrowing`).
    """

    mode: ReviewMode = ReviewMode.FORMS
    batch_id: int | None = None
    field_name: str | None = None
    user_id: int = LOCAL_USER_ID
    project_id: int | None = MAIN_PROJECT_ID


def waiting(scope: Scope) -> list[ColumnElement[bool]]:
    """What is still to be done in a scope, whoever may have it now."""
    return [*_of_batch(scope), *_BY_MODE[scope.mode](scope)]


def members(scope: Scope) -> list[ColumnElement[bool]]:
    """All that the scope holds, done or not; without a memory of its own, what still waits."""
    if scope.mode is ReviewMode.FORMS:
        return [*_of_batch(scope), Field.flagged.is_(True)]
    if scope.mode is ReviewMode.FIELD:
        named = Field.field_name == scope.field_name
        return [*_of_batch(scope), Field.flagged.is_(True), named]
    return waiting(scope)


def in_order(after: SubmissionFieldRow | None = None) -> list[ColumnElement[int]]:
    """Postponed fields last, else as they stand in forms; from `after` on, and round to it."""
    order: list[ColumnElement[int]] = [case((Field.stage == ReviewStage.POSTPONED, 1), else_=0)]
    if after is not None:
        order.append(case((is_after(after), 0), else_=1))
    return [*order, *BY_PLACE]


def stretches(after: SubmissionFieldRow | None = None) -> list[list[ColumnElement[bool]]]:
    """The order of `in_order`, cut into stretches each of which goes by form and position alone.

    An index has a stretch in its order; the whole would have to be sorted to find its first.
    """
    parts = [[]] if after is None else [[is_after(after)], [~is_after(after)]]
    is_postponed = Field.stage == ReviewStage.POSTPONED
    return [
        [*conditions, *part]
        for conditions in ([~is_postponed], [is_postponed, is_aside()])
        for part in parts
    ]


def is_after(field: SubmissionFieldRow) -> ColumnElement[bool]:
    """Later in the order of forms and fields."""
    return _place > tuple_(literal(field.submission_id, Key), field.position)


def _of_batch(scope: Scope) -> list[ColumnElement[bool]]:
    return within(Field.batch_id, scope.batch_id, scope.project_id)


def _first_look(_scope: Scope) -> list[ColumnElement[bool]]:
    return [
        Field.flagged.is_(True),
        is_open(),
        Field.stage.in_(FIRST_LOOK),
    ]


def _one_field(scope: Scope) -> list[ColumnElement[bool]]:
    return [*_first_look(scope), Field.field_name == scope.field_name]


def _to_be_keyed(scope: Scope) -> list[ColumnElement[bool]]:
    """Picture fields, and writing that the machine gave up on: a reading without a value."""
    nothing_read = exists().where(ReadingRow.id == Field.reading_id, is_to_be_keyed())
    return [*_first_look(scope), nothing_read]


def _by_another(scope: Scope) -> list[ColumnElement[bool]]:
    return waits_for_second(scope.user_id)


def _by_a_third(scope: Scope) -> list[ColumnElement[bool]]:
    return waits_for_third(scope.user_id)


def _sampled(_scope: Scope) -> list[ColumnElement[bool]]:
    drawn = select(QualitySampleRow.id).where(
        QualitySampleRow.submission_id == Field.submission_id,
        QualitySampleRow.field_name == Field.field_name,
        QualitySampleRow.agrees.is_(None),
    )
    return [Field.state == FieldState.ACCEPTED, drawn.exists()]


def _referred(_scope: Scope) -> list[ColumnElement[bool]]:
    return [is_aside(), Field.stage == ReviewStage.REFERRED]


_BY_MODE = {
    ReviewMode.FORMS: _first_look,
    ReviewMode.FIELD: _one_field,
    ReviewMode.KEYING: _to_be_keyed,
    ReviewMode.SECOND_KEY: _by_another,
    ReviewMode.THIRD_KEY: _by_a_third,
    ReviewMode.SAMPLE: _sampled,
    ReviewMode.REFERRED: _referred,
}
