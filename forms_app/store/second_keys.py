"""What second people have keyed of high-risk fields: append-only, the newest counts."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from forms_app.store.models import (
    LOCAL_USER_ID,
    DecisionRow,
    SecondKeyRow,
    SubmissionFieldRow,
    UserRow,
)
from forms_app.store.open_fields import is_aside
from forms_app.store.states import Action, ReviewStage

Field = SubmissionFieldRow


def second_key_of(session: Session, decision_id: int) -> SecondKeyRow | None:
    """What counts as the second key of a decision; None where nobody has keyed it, or whoever did
    has taken it back."""
    newest = session.scalar(
        select(SecondKeyRow)
        .where(SecondKeyRow.decision_id == decision_id)
        .order_by(SecondKeyRow.id.desc())
        .limit(1)
    )
    return None if newest is None or newest.action == Action.RESTORE else newest


def waits_for_second(user_id: int) -> list[ColumnElement[bool]]:
    """Fields that somebody else has keyed once."""
    first = exists().where(DecisionRow.id == Field.decision_id, DecisionRow.user_id != user_id)
    return [is_aside(), Field.stage == ReviewStage.SECOND_KEY, first]


def waits_for_third(user_id: int) -> list[ColumnElement[bool]]:
    """Fields of which two people have keyed different values, for somebody who is neither.

    Where everybody who has given a name has keyed the field, nobody is left: then either may settle
    it, with both values and the paper before them.
    """
    others = exists().where(UserRow.id != LOCAL_USER_ID, ~_has_keyed(UserRow.id))
    differs = [is_aside(), Field.stage == ReviewStage.THIRD_KEY]
    return [*differs, or_(~_has_keyed(user_id), ~others)]


def may_settle(session: Session, field: SubmissionFieldRow, user_id: int) -> bool:
    """Whether this person is one to settle what two others have keyed differently."""
    found = select(Field.id).where(Field.id == field.id, *waits_for_third(user_id))
    return session.scalar(found) is not None


def _has_keyed(user: InstrumentedAttribute[int] | int) -> ColumnElement[bool]:
    """That a person made the field's decision, or its second key."""
    first = exists().where(DecisionRow.id == Field.decision_id, DecisionRow.user_id == user)
    second = exists().where(
        and_(SecondKeyRow.decision_id == Field.decision_id, SecondKeyRow.user_id == user)
    )
    return or_(first, second)
