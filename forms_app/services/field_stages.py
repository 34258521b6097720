"""What a field waits for, from what stands in its record.

A high-risk field is decided once two people have keyed the same without seeing each other's word,
or a third has settled what they keyed differently. A new word of the first needs a new second one.
What a supervisor has sent back needs a new word.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from forms_app.errors import ChangedMeanwhileError
from forms_app.reading.form_template import FormField
from forms_app.reading.types import Outcome, Value
from forms_app.services.field_values import current_outcome, current_value
from forms_app.store.models import SubmissionFieldRow
from forms_app.store.returned_fields import is_sent_back
from forms_app.store.second_keys import may_settle, second_key_of
from forms_app.store.states import Action, FieldState, ReviewMode, ReviewStage


def place_of(
    session: Session, row: SubmissionFieldRow, field: FormField
) -> tuple[FieldState, ReviewStage]:
    """The state and stage that the field's decision and keys amount to."""
    if row.decision is None:
        state = FieldState.OPEN if row.flagged else FieldState.ACCEPTED
        return state, ReviewStage.REVIEW
    if is_sent_back(session, row):
        return FieldState.OPEN, ReviewStage.REVIEW
    if not _needs_second(row, field) or row.decision.mode == ReviewMode.THIRD_KEY:
        return FieldState.DECIDED, ReviewStage.REVIEW
    second = second_key_of(session, row.decision.id)
    if second is None:
        return FieldState.OPEN, ReviewStage.SECOND_KEY
    if second.agrees:
        return FieldState.DECIDED, ReviewStage.REVIEW
    return FieldState.OPEN, ReviewStage.THIRD_KEY


def mode_of(
    session: Session, row: SubmissionFieldRow, user_id: int, said: str | None
) -> str | None:
    """In which way of reviewing a decision is made: who may settle a difference does settle it,
    and nobody else, whatever the window `said`."""
    if row.stage == ReviewStage.THIRD_KEY and may_settle(session, row, user_id):
        return ReviewMode.THIRD_KEY
    return None if said == ReviewMode.THIRD_KEY else said


def is_hidden_from(row: SubmissionFieldRow, user_id: int) -> bool:
    """Whether the field waits to be keyed blind by this person, or by anybody like them."""
    return (
        row.stage == ReviewStage.SECOND_KEY
        and row.state == FieldState.OPEN
        and row.decision is not None
        and row.decision.user_id != user_id
    )


def require_waits_for(session: Session, row: SubmissionFieldRow, user_id: int) -> None:
    """Make sure that the field still waits for what this person keyed of it.

    Raises:
        ChangedMeanwhileError: Others have seen to it.
    """
    is_difference = row.stage == ReviewStage.THIRD_KEY and may_settle(session, row, user_id)
    if not (is_difference or is_hidden_from(row, user_id)):
        raise ChangedMeanwhileError("Somebody else has keyed this field meanwhile. It was left so.")


def is_same_word(row: SubmissionFieldRow, action: Action, value: Value) -> bool:
    """Whether what a person says without seeing it is what counts for the field now."""
    is_unreadable = current_outcome(row) == Outcome.UNREADABLE
    if action == Action.UNREADABLE or is_unreadable:
        return action == Action.UNREADABLE and is_unreadable
    return _plain(current_value(row)) == _plain(value)


def _plain(value: Value) -> object:
    """Options in any order; no option, and a box that is not ticked, are the same as nothing."""
    if isinstance(value, tuple):
        return frozenset(value) or None
    return None if value is False else value


def _needs_second(row: SubmissionFieldRow, field: FormField) -> bool:
    """Of a page that is not there nobody can key anything."""
    return field.second_key and row.reading.outcome != Outcome.MISSING_PAGE
