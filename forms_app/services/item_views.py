"""What of a field somebody is shown who must not know what others, or the machine, say of it.

The server leaves it out: nothing that reaches the window tells.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from forms_app.reading.types import Outcome
from forms_app.services.dto.fields import FieldValue
from forms_app.services.dto.review import KeyedValue, ReviewItem, Scope
from forms_app.services.field_stages import is_hidden_from
from forms_app.services.field_values import MACHINE, current_outcome, current_value
from forms_app.store.models import SubmissionFieldRow
from forms_app.store.reading_json import value_from_json
from forms_app.store.second_keys import may_settle, second_key_of
from forms_app.store.states import Action, ReviewMode, ReviewStage


def as_shown(
    session: Session, item: ReviewItem, row: SubmissionFieldRow, scope: Scope
) -> ReviewItem:
    """The item as the person of `scope` may see it."""
    if not is_blind_to(session, row, scope):
        return item
    if row.stage == ReviewStage.THIRD_KEY:
        return replace(_blind(item), keyed=_keyed(session, row))
    return _blind(item)


def is_blind_to(session: Session, row: SubmissionFieldRow, scope: Scope) -> bool:
    """Whether the person of `scope` is to say what they see, and nothing that others said."""
    if scope.mode is ReviewMode.SAMPLE or is_hidden_from(row, scope.user_id):
        return True
    return row.stage == ReviewStage.THIRD_KEY and may_settle(session, row, scope.user_id)


def without_values(value: FieldValue) -> FieldValue:
    """The field alone, as if nobody had looked at it yet."""
    reading = replace(
        value.reading,
        value=None,
        outcome=Outcome.READ,
        confidence=0.0,
        reasons=(),
        alternatives=(),
        characters=(),
    )
    return replace(
        value,
        value=None,
        outcome=Outcome.READ,
        provenance=MACHINE,
        reading=reading,
        decision=None,
        proposal=None,
    )


def _blind(item: ReviewItem) -> ReviewItem:
    return replace(item, current=without_values(item.current), rules=(), is_blind=True)


def _keyed(session: Session, row: SubmissionFieldRow) -> tuple[KeyedValue, ...]:
    """What the two have keyed, in an order that does not tell who."""
    second = second_key_of(session, row.decision.id) if row.decision else None
    if second is None:
        return ()
    first = KeyedValue(current_value(row), current_outcome(row) == Outcome.UNREADABLE)
    other = KeyedValue(value_from_json(second.value), second.action == Action.UNREADABLE)
    return tuple(sorted((first, other), key=repr))
