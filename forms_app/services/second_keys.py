"""A second person's word on a high-risk field, keyed without seeing the first one's."""

from __future__ import annotations

from sqlalchemy.orm import Session

from forms_app.errors import UserError
from forms_app.reading.form_template import FormField
from forms_app.reading.types import Value
from forms_app.services.decided_values import typed_value
from forms_app.services.dto.review import Effort
from forms_app.services.field_stages import is_same_word, place_of
from forms_app.store.models import SecondKeyRow, SubmissionFieldRow
from forms_app.store.reading_json import value_to_json
from forms_app.store.second_keys import second_key_of
from forms_app.store.states import Action, ReviewMode


def key_again(
    session: Session,
    row: SubmissionFieldRow,
    field: FormField,
    action: Action,
    value: Value,
    user_id: int,
    effort: Effort,
) -> None:
    """Keep what the second person keyed; the field is decided if it is what the first one keyed.

    The caller has locked the form, and `is_hidden_from` holds.

    Raises:
        UserError: They confirm what they have not seen.
    """
    if action == Action.CONFIRM:
        raise UserError("Key what you see on the paper; there is nothing to confirm.")
    _keep(session, row, action, value, is_same_word(row, action, value), user_id, effort)
    row.state, row.stage = place_of(session, row, field)


def was_keyed(
    session: Session,
    row: SubmissionFieldRow,
    field: FormField,
    action: Action,
    value: Value,
    user_id: int,
) -> bool:
    """Whether this person's word is known already, as second key or as what settles two others'."""
    first = row.decision
    if first is None:
        return False
    second = second_key_of(session, first.id)
    known = [(each.user_id, each.action, each.value) for each in (second,) if each]
    if first.mode == ReviewMode.THIRD_KEY:
        known.append((first.user_id, first.action, first.value))
    keyed = typed_value(field, value) if action == Action.CORRECT else None
    return (user_id, action, value_to_json(keyed)) in known


def take_second_back(
    session: Session, row: SubmissionFieldRow, field: FormField, user_id: int
) -> bool:
    """Let the field wait for a second key again, if this person's is the one that counts."""
    second = second_key_of(session, row.decision.id) if row.decision else None
    if second is None or second.user_id != user_id:
        return False
    _keep(session, row, Action.RESTORE, None, False, user_id, Effort())
    row.state, row.stage = place_of(session, row, field)
    return True


def _keep(
    session: Session,
    row: SubmissionFieldRow,
    action: Action,
    value: Value,
    agrees: bool,
    user_id: int,
    effort: Effort,
) -> None:
    session.add(
        SecondKeyRow(
            submission_id=row.submission_id,
            field_name=row.field_name,
            user_id=user_id,
            decision_id=row.decision_id,
            action=action,
            value=value_to_json(value),
            agrees=agrees,
            keystrokes=effort.keystrokes,
            duration_ms=effort.duration_ms,
        )
    )
    session.flush()
