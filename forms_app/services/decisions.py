"""Decisions: what people say of a field; kept for ever, the newest counts."""

from __future__ import annotations

from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, NotFoundError, UserError
from forms_app.reading.constraints import check_value, parse_value
from forms_app.reading.cross_rules import Fact
from forms_app.reading.form_template import FieldKind, FormField, FormTemplate
from forms_app.reading.types import Outcome, Value
from forms_app.services.application import Application
from forms_app.services.batch_templates import plan_of_form
from forms_app.services.completion import update_state
from forms_app.services.dto.review import DecisionResult, ItemKey
from forms_app.services.field_values import current_outcome, current_value
from forms_app.services.names import printable
from forms_app.services.rule_checks import breaks_left_by, open_broken, rows_of
from forms_app.store.audit import record_event
from forms_app.store.locks import lock_submission
from forms_app.store.models import (
    LOCAL_USER_ID,
    DecisionRow,
    SubmissionFieldRow,
    SubmissionRow,
)
from forms_app.store.reading_json import value_from_json, value_to_json
from forms_app.store.review_queue import count_open, find_field
from forms_app.store.states import Action, FieldState, SubmissionState

TYPES: dict[str, type] = {
    FieldKind.MARK: bool,
    FieldKind.SIGNATURE: bool,
    FieldKind.CHOICES: tuple,
}
CHOSEN_BY_PEOPLE = (Action.CONFIRM, Action.CORRECT, Action.BLANK, Action.UNREADABLE)


def decide(
    app: Application,
    submission_id: int,
    field_name: str,
    action: str,
    value: Value = None,
    user_id: int = LOCAL_USER_ID,
    override: bool = False,
) -> DecisionResult:
    """Write down what a person says of a field; the same once more, as after an answer that was
    lost on its way, changes nothing.

    Args:
        action: `confirm` (the value as it stands), `correct` (to `value`), `blank`, `unreadable`.
        value: For `correct`; typed text is brought into the field's canonical form.
        override: Accept a value that breaks the field's rule: paper does.

    Raises:
        UserError: The value breaks the field's rule (the message says which), or no such action.
        NotFoundError: There is no such field.
    """
    if action not in CHOSEN_BY_PEOPLE:
        raise UserError(f"A field can be {', '.join(CHOSEN_BY_PEOPLE)}; not {action}.")
    with app.session() as session:
        row, submission, template = _load_for_change(session, submission_id, field_name)
        field = next(field for field in template.fields if field.name == field_name)
        decided = _decided_value(row, field, Action(action), value)
        if _is_repeated(row, action, decided, user_id):
            return _result(session, row, submission, template)
        broken = _rules_left_broken(session, row, template, Action(action), decided)
        if not override:
            _require_valid(field, decided)
            if broken:
                raise UserError(" ".join(broken))
        decision = DecisionRow(
            submission_id=submission_id,
            field_name=field_name,
            user_id=user_id,
            action=action,
            value=value_to_json(decided),
            previous=value_to_json(current_value(row)),
            overridden=override and bool(broken or check_value(field, decided)),
            replaces_id=row.decision_id,
        )
        session.add(decision)
        session.flush()
        row.decision, row.state = decision, FieldState.DECIDED
        _record(session, submission_id, field_name, user_id, Action(action))
        return _result(session, row, submission, template)


def undo_decision(
    app: Application, submission_id: int, field_name: str, user_id: int = LOCAL_USER_ID
) -> DecisionResult:
    """Take the last decision back; what counted before counts again. Nothing is deleted.

    Raises:
        ConflictError: There is no decision to take back.
    """
    with app.session() as session:
        row, submission, template = _load_for_change(session, submission_id, field_name)
        undone = row.decision
        if undone is None:
            raise ConflictError("Nobody has decided this field; there is nothing to take back.")
        restored = session.get(DecisionRow, undone.replaces_id) if undone.replaces_id else None
        session.add(
            DecisionRow(
                submission_id=submission_id,
                field_name=field_name,
                user_id=user_id,
                action=Action.RESTORE,
                value=restored.value if restored else row.reading.value,
                previous=undone.value,
                replaces_id=undone.id,
                restores_id=undone.replaces_id,
            )
        )
        row.decision = restored
        row.state = _state_of(row)
        _record(session, submission_id, field_name, user_id, Action.RESTORE)
        return _result(session, row, submission, template)


def _record(
    session: Session, submission_id: int, field_name: str, user_id: int, action: Action
) -> None:
    """The audit event of a decision; what was decided stands in the decision alone."""
    record_event(
        session,
        "decide",
        "submission",
        submission_id,
        user_id,
        field=field_name,
        action=str(action),
    )


def _load_for_change(
    session: Session, submission_id: int, field_name: str
) -> tuple[SubmissionFieldRow, SubmissionRow, FormTemplate]:
    """Locks the submission: two people deciding at once do so one after the other."""
    submission = lock_submission(session, submission_id)
    row = find_field(session, submission_id, field_name)
    if submission is None or row is None:
        raise NotFoundError(
            f"The field {field_name} of this form does not exist, or has not been read yet."
        )
    return row, submission, plan_of_form(session, submission).template


def _decided_value(
    row: SubmissionFieldRow, field: FormField, action: Action, value: Value
) -> Value:
    if action == Action.CONFIRM:
        return current_value(row)
    if action == Action.CORRECT:
        return _typed_value(field, value)
    return None


def _typed_value(field: FormField, value: Value) -> Value:
    """Paper breaks rules, which `override` is for; it never makes a tick of a text."""
    if isinstance(value, str):
        value = parse_value(field, printable(value))
    if isinstance(value, tuple):
        value = tuple(printable(part) for part in value)
    if value is not None and not isinstance(value, TYPES.get(field.kind, str)):
        _require_valid(field, value)
        raise UserError(f"{field.label or field.name}: such a value does not fit this field.")
    return value


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
    last = row.decision
    return (
        last is not None
        and (last.user_id, last.action) == (user_id, action)
        and value_from_json(last.value) == value
    )


def _require_valid(field: FormField, value: Value) -> None:
    """An empty field is a fact of the paper; a value must keep the field's rule."""
    problems = () if value is None else check_value(field, value)
    if problems:
        raise UserError(f"{field.label or field.name}: {'; '.join(problems)}.")


def _state_of(row: SubmissionFieldRow) -> FieldState:
    if row.decision is not None:
        return FieldState.DECIDED
    return FieldState.OPEN if row.flagged else FieldState.ACCEPTED


def _result(
    session: Session, row: SubmissionFieldRow, submission: SubmissionRow, template: FormTemplate
) -> DecisionResult:
    # A form of which some page is still to be read gets its state when that is done.
    if submission.state != SubmissionState.READING:
        open_broken(session, submission.id, template)
        update_state(session, submission)
    in_submission, in_batch = count_open(session, row.batch_id, row.submission_id)
    return DecisionResult(
        key=ItemKey(row.submission_id, row.field_name),
        state=row.state,
        value=current_value(row),
        submission_state=submission.state,
        open_in_submission=in_submission,
        open_in_batch=in_batch,
    )
