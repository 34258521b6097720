"""Decisions: what people say of a field; kept for ever, the newest counts."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from forms_app.errors import RuleBrokenError, UserError
from forms_app.reading.constraints import check_value
from forms_app.reading.cross_rules import Fact
from forms_app.reading.form_template import FormField, FormTemplate
from forms_app.reading.types import Outcome, Value
from forms_app.services.application import Application
from forms_app.services.decided_values import keyed_value, require_valid, typed_value
from forms_app.services.dto.review import DecisionResult, Effort, ItemKey
from forms_app.services.field_stages import (
    is_hidden_from,
    mode_of,
    place_of,
    require_waits_for,
)
from forms_app.services.field_values import current_outcome, current_value
from forms_app.services.guards import require_keyed, require_reason
from forms_app.services.locked_forms import (
    field_of,
    load_for_change,
    record_decision,
    require_as_seen,
    result_of,
)
from forms_app.services.names import printable
from forms_app.services.rule_checks import breaks_left_by, rows_of
from forms_app.services.seats import require_free
from forms_app.services.second_keys import key_again, was_keyed
from forms_app.services.work_events import decided as decided_by_person
from forms_app.store import field_leases
from forms_app.store.field_leases import Seat
from forms_app.store.models import (
    LOCAL_USER_ID,
    DecisionRow,
    SubmissionFieldRow,
)
from forms_app.store.reading_json import value_from_json, value_to_json
from forms_app.store.returned_fields import is_sent_back
from forms_app.store.review_notes import settle
from forms_app.store.states import Action, NoteKind, ReviewMode

UNCOUNTED = Effort()
CHOSEN_BY_PEOPLE = (Action.CONFIRM, Action.CORRECT, Action.BLANK, Action.UNREADABLE)


def decide(
    app: Application,
    submission_id: int,
    field_name: str,
    action: str,
    value: Value = None,
    user_id: int = LOCAL_USER_ID,
    override: bool = False,
    note: str = "",
    effort: Effort = UNCOUNTED,
    seat: Seat | None = None,
    seen: int | None = None,
    is_blind: bool = False,
    keyed: Collection[int] | None = None,
) -> DecisionResult:
    """Write down what a person says of a field; the same sent once more changes nothing.

    Args:
        action: `confirm` (the value as it stands), `correct` (to `value`), `blank`, `unreadable`.
        value: For `correct`; typed text is brought into the field's canonical form.
        override: Accept a value that breaks the field's rule: paper does.
        note, effort: Why it was accepted; what the decision took.
        seat: The window that it comes from; the field must not be another's meanwhile.
        seen: Id of the decision that the person saw on the field, 0 for none; not checked if None.
        is_blind: They were shown nothing of what others or the machine say, and are told nothing.
        keyed: Places of characters, from 0, typed or taken; None: nobody confirms at the field.

    Raises:
        RuleBrokenError: The value breaks the field's rule; the message says which.
        VeryDoubtfulError: A reading is confirmed without its very doubtful characters being keyed.
        UserError: A rule is overridden without a note, or there is no such action.
        HeldByAnotherError: Another person has the field on screen.
        ChangedMeanwhileError: Another person has decided it since `seen`.
        NotFoundError: There is no such field.
    """
    said = _chosen(action)
    with app.session() as session:
        row, submission, template = load_for_change(session, submission_id, field_name)
        _require_theirs(session, row, seat, seen, user_id)
        if said == Action.CONFIRM and keyed is not None and not is_blind:
            require_keyed(row, keyed)
        if is_blind and _is_known(session, row, template, said, value, user_id):
            return result_of(session, row, submission, template)
        if is_hidden_from(row, user_id):
            _key_again(session, row, template, said, value, user_id, override, effort)
        else:
            write_decision(session, row, template, said, value, user_id, override, note, effort)
        if seat is not None:
            field_leases.release(session, seat, [(submission_id, field_name)])
        return result_of(session, row, submission, template)


def _chosen(action: str) -> Action:
    if action not in CHOSEN_BY_PEOPLE:
        raise UserError(f"A field can be {', '.join(CHOSEN_BY_PEOPLE)}; not {action}.")
    return Action(action)


def _require_theirs(
    session: Session, row: SubmissionFieldRow, seat: Seat | None, seen: int | None, user_id: int
) -> None:
    """The field is nobody else's, and as the person has seen it."""
    if seat is not None:
        require_free(session, seat, ItemKey(row.submission_id, row.field_name))
    require_as_seen(session, row, seen, user_id)


def _is_known(
    session: Session,
    row: SubmissionFieldRow,
    template: FormTemplate,
    action: Action,
    value: Value,
    user_id: int,
) -> bool:
    """Whether who keys blind has said this before; else the field must wait for their word."""
    if was_keyed(session, row, field_of(row, template), action, value, user_id):
        return True
    require_waits_for(session, row, user_id)
    return False


def write_decision(
    session: Session,
    row: SubmissionFieldRow,
    template: FormTemplate,
    action: Action,
    value: Value,
    user_id: int,
    override: bool = False,
    note: str = "",
    effort: Effort = UNCOUNTED,
) -> None:
    """`decide` within a transaction that has locked the form; `settle_form` comes after the last.

    Raises:
        UserError: The value breaks the field's rule.
    """
    field = field_of(row, template)
    decided = _decided_value(row, field, action, value)
    mode = mode_of(session, row, user_id, effort.mode)
    is_asked = mode == ReviewMode.THIRD_KEY or _waits_again(session, row, field)
    if not is_asked and _is_repeated(row, action, decided, user_id):
        return
    broken = _rules_left_broken(session, row, template, action, decided)
    if not override:
        require_valid(field, decided)
        if broken:
            raise RuleBrokenError(" ".join(broken))
    note = printable(note).strip()
    overridden = override and bool(broken or check_value(field, decided))
    if overridden:
        require_reason(note)
    decision = _new_row(row, action, decided, user_id, mode, effort)
    decision.overridden, decision.note = overridden, note or None
    decided_by_person(session, row, action)
    session.add(decision)
    session.flush()
    row.decision = decision
    row.state, row.stage = place_of(session, row, field)
    asked = [NoteKind.REFER, NoteKind.RETURN]
    settle(session, row.submission_id, [row.field_name], asked, user_id)
    record_decision(session, row.submission_id, row.field_name, user_id, action)


def _new_row(
    row: SubmissionFieldRow,
    action: Action,
    decided: Value,
    user_id: int,
    mode: str | None,
    effort: Effort,
) -> DecisionRow:
    """The decision, beside what counted and what was read before it."""
    return DecisionRow(
        submission_id=row.submission_id,
        field_name=row.field_name,
        user_id=user_id,
        action=action,
        value=value_to_json(decided),
        previous=value_to_json(current_value(row)),
        model_id=row.reading.model_version.model_id,
        read_as=row.reading.value,
        mode=mode,
        keystrokes=effort.keystrokes,
        duration_ms=effort.duration_ms,
        replaces_id=row.decision_id,
    )


def _key_again(
    session: Session,
    row: SubmissionFieldRow,
    template: FormTemplate,
    action: Action,
    value: Value,
    user_id: int,
    override: bool,
    effort: Effort,
) -> None:
    """`write_decision` of a second person; rules over several fields are the first one's matter."""
    field = field_of(row, template)
    keyed = keyed_value(field, action, value, override)
    decided_by_person(session, row, action)
    key_again(session, row, field, action, keyed, user_id, effort)
    record_decision(session, row.submission_id, row.field_name, user_id, action)


def _decided_value(
    row: SubmissionFieldRow, field: FormField, action: Action, value: Value
) -> Value:
    if action == Action.CONFIRM:
        return current_value(row)
    if action == Action.CORRECT:
        return typed_value(field, value)
    return None


def _rules_left_broken(
    session: Session,
    row: SubmissionFieldRow,
    template: FormTemplate,
    action: Action,
    value: Value,
) -> list[str]:
    """Why this must not be the last word on the form: one sentence for each rule left broken."""
    if not any(row.field_name in rule.involved for rule in template.rules):
        return []
    outcome = Outcome.READ if value is not None else Outcome.BLANK
    if action == Action.UNREADABLE:
        outcome = Outcome.UNREADABLE
    elif action == Action.CONFIRM:
        outcome = Outcome(current_outcome(row))
    rows = rows_of(session, row.submission_id)
    left = breaks_left_by(template, rows, row.field_name, Fact(value, outcome))
    return [f"Rule “{verdict.rule.name}” is broken: {verdict.message}" for verdict in left]


def _is_repeated(row: SubmissionFieldRow, action: str, value: Value, user_id: int) -> bool:
    last, model = row.decision, row.reading.model_version.model_id
    return (
        last is not None
        and (last.user_id, last.action, last.model_id) == (user_id, action, model)
        and value_from_json(last.value) == value
    )


def _waits_again(session: Session, row: SubmissionFieldRow, field: FormField) -> bool:
    """A word that was said before is asked for anew."""
    is_moved = place_of(session, row, field) != (row.state, row.stage)
    return is_moved or is_sent_back(session, row)
