"""A form, locked while somebody says something of one of its fields, and what that leaves."""

from __future__ import annotations

from sqlalchemy.orm import Session

from forms_app.errors import ChangedMeanwhileError, NotFoundError
from forms_app.reading.form_template import FormField, FormTemplate
from forms_app.services.batch_templates import plan_of_form
from forms_app.services.completion import update_state
from forms_app.services.dto.review import DecisionResult, ItemKey
from forms_app.services.field_values import current_value
from forms_app.services.loading import load
from forms_app.services.rule_checks import open_broken
from forms_app.store.audit import record_event
from forms_app.store.locks import lock_submission
from forms_app.store.models import SubmissionFieldRow, SubmissionRow, UserRow
from forms_app.store.review_places import count_open
from forms_app.store.review_queue import find_field
from forms_app.store.states import Action, SubmissionState


def load_for_change(
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


def field_of(row: SubmissionFieldRow, template: FormTemplate) -> FormField:
    """What the template says of a field."""
    return next(field for field in template.fields if field.name == row.field_name)


def require_as_seen(
    session: Session, row: SubmissionFieldRow, seen: int | None, user_id: int
) -> None:
    """Make sure that nobody has decided a field since a person saw it with the decision `seen`.

    Raises:
        ChangedMeanwhileError: Another person has.
    """
    last = row.decision
    if seen is None or last is None or last.id == seen or last.user_id == user_id:
        return
    name = load(session, UserRow, last.user_id).name
    raise ChangedMeanwhileError(f"{name} has decided this field meanwhile. It was left as it is.")


def settle_form(session: Session, submission: SubmissionRow, template: FormTemplate) -> None:
    """What a form's new decisions leave open in it."""
    # A form of which some page is still to be read gets its state when that is done.
    if submission.state != SubmissionState.READING:
        open_broken(session, submission.id, template)
        update_state(session, submission)


def result_of(
    session: Session, row: SubmissionFieldRow, submission: SubmissionRow, template: FormTemplate
) -> DecisionResult:
    """What is left once something was said of a field."""
    settle_form(session, submission, template)
    in_submission, in_batch = count_open(session, row.batch_id, row.submission_id)
    return DecisionResult(
        key=ItemKey(row.submission_id, row.field_name),
        state=row.state,
        value=current_value(row),
        submission_state=submission.state,
        open_in_submission=in_submission,
        open_in_batch=in_batch,
    )


def record_decision(
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
