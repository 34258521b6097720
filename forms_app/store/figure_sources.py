"""What the figures are counted over.

A field belongs to the day its form was found in a scan; what a person did, to the day it was done.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, exists, not_, or_, select, union_all
from sqlalchemy.orm import aliased

from forms_app.reading.types import Outcome
from forms_app.store.figure_groups import Source
from forms_app.store.models import (
    DecisionRow,
    QualitySampleRow,
    ReadingRow,
    SecondKeyRow,
    SeededErrorRow,
    SubmissionFieldRow,
    SubmissionRow,
)
from forms_app.store.reading_rows import OF_NOTHING
from forms_app.store.states import Action

Field = SubmissionFieldRow

# An image field is handed to a person as it is: the one case of "read" without a value.
IS_TO_KEY = and_(ReadingRow.outcome == Outcome.READ.value, ReadingRow.value.is_(None))
_HAS_PAGE = ReadingRow.outcome != Outcome.MISSING_PAGE.value

FIELDS = Source(
    rows=Field.__table__,
    submission_id=Field.submission_id,
    field_name=Field.field_name,
    at=SubmissionRow.created_at,
    # The words of its index, so that no planner overlooks it.
    only=Field.reading_id.not_in(select(ReadingRow.id).where(OF_NOTHING)),
)
REVIEWED = Source(
    rows=Field.__table__.join(DecisionRow.__table__, DecisionRow.id == Field.decision_id).join(
        ReadingRow.__table__, ReadingRow.id == Field.reading_id
    ),
    submission_id=Field.submission_id,
    field_name=Field.field_name,
    at=DecisionRow.created_at,
    user_id=DecisionRow.user_id,
    # The join says the first as well, but not to PostgreSQL's planner.
    only=and_(Field.decision_id.is_not(None), _HAS_PAGE),
)
_later_key = aliased(SecondKeyRow)
_IS_TAKEN_BACK = exists().where(
    _later_key.submission_id == SecondKeyRow.submission_id,
    _later_key.field_name == SecondKeyRow.field_name,
    _later_key.decision_id == SecondKeyRow.decision_id,
    _later_key.id > SecondKeyRow.id,
)
_IS_KEY = SecondKeyRow.action != Action.RESTORE.value
# Of each decision the last key counts, unless it takes one back.
SECOND_KEYS = Source(
    rows=SecondKeyRow.__table__.join(
        DecisionRow.__table__, DecisionRow.id == SecondKeyRow.decision_id
    ),
    submission_id=SecondKeyRow.submission_id,
    field_name=SecondKeyRow.field_name,
    at=SecondKeyRow.created_at,
    user_id=DecisionRow.user_id,
    only=and_(_IS_KEY, not_(_IS_TAKEN_BACK)),
)
SAMPLES = Source(
    rows=QualitySampleRow.__table__,
    submission_id=QualitySampleRow.submission_id,
    field_name=QualitySampleRow.field_name,
    at=QualitySampleRow.checked_at,
    user_id=QualitySampleRow.user_id,
    only=QualitySampleRow.agrees.is_not(None),
)
# What a check keys differently goes to review: people may find that it was read rightly.
IS_SAMPLE_RIGHT = or_(
    QualitySampleRow.agrees.is_(True),
    exists().where(
        Field.submission_id == QualitySampleRow.submission_id,
        Field.field_name == QualitySampleRow.field_name,
        DecisionRow.id == Field.decision_id,
        DecisionRow.action != Action.UNREADABLE.value,
        DecisionRow.value.is_not_distinct_from(QualitySampleRow.read_as),
    ),
)
SEEDED = Source(
    rows=SeededErrorRow.__table__,
    submission_id=SeededErrorRow.submission_id,
    field_name=SeededErrorRow.field_name,
    at=SeededErrorRow.answered_at,
    user_id=SeededErrorRow.user_id,
    only=SeededErrorRow.missed.is_not(None),
)


def _answer_columns(kind: type[DecisionRow] | type[SecondKeyRow]) -> tuple[Any, ...]:
    return (
        kind.submission_id,
        kind.field_name,
        kind.user_id,
        kind.created_at,
        kind.keystrokes,
        kind.duration_ms,
    )


# Each answer of a person: decisions and second keys, also those taken back later.
ANSWER = union_all(
    select(*_answer_columns(DecisionRow)).where(DecisionRow.action != Action.RESTORE.value),
    select(*_answer_columns(SecondKeyRow)).where(_IS_KEY),
).subquery("answers")
ANSWERS = Source(
    rows=ANSWER,
    submission_id=ANSWER.c.submission_id,
    field_name=ANSWER.c.field_name,
    at=ANSWER.c.created_at,
    user_id=ANSWER.c.user_id,
)
