"""Taking the last word on a field back; nothing is deleted."""

from __future__ import annotations

from sqlalchemy.orm import Session

from forms_app.errors import ConflictError
from forms_app.reading.form_template import FormTemplate
from forms_app.services.application import Application
from forms_app.services.dto.review import DecisionResult
from forms_app.services.field_stages import place_of
from forms_app.services.locked_forms import (
    field_of,
    load_for_change,
    record_decision,
    require_as_seen,
    result_of,
)
from forms_app.services.second_keys import take_second_back
from forms_app.services.work_events import decided
from forms_app.store.models import LOCAL_USER_ID, DecisionRow, SubmissionFieldRow
from forms_app.store.returned_fields import reopen
from forms_app.store.second_keys import second_key_of
from forms_app.store.states import Action


def undo_decision(
    app: Application,
    submission_id: int,
    field_name: str,
    user_id: int = LOCAL_USER_ID,
    is_own: bool = False,
) -> DecisionResult:
    """Take the last decision back; what counted before counts again. Nothing is deleted.

    Args:
        is_own: The person takes back what they themselves decided last, and nobody else's word.

    Raises:
        ConflictError: There is no decision to take back.
        ChangedMeanwhileError: `is_own`, and another person has decided since.
    """
    with app.session() as session:
        row, submission, template = load_for_change(session, submission_id, field_name)
        if is_own and not _is_second(session, row, user_id):
            require_as_seen(session, row, 0, user_id)
        take_back(session, row, template, user_id)
        return result_of(session, row, submission, template)


def take_back(
    session: Session, row: SubmissionFieldRow, template: FormTemplate, user_id: int
) -> None:
    """`undo_decision` within a transaction that has locked the form; of the second of two people
    who key the same field, their key.

    Raises:
        ConflictError: There is no decision to take back.
    """
    field = field_of(row, template)
    decided(session, row, Action.RESTORE)
    if take_second_back(session, row, field, user_id):
        record_decision(session, row.submission_id, row.field_name, user_id, Action.RESTORE)
        return
    undone = row.decision
    if undone is None:
        raise ConflictError("Nobody has decided this field; there is nothing to take back.")
    restored = session.get(DecisionRow, undone.replaces_id) if undone.replaces_id else None
    session.add(
        DecisionRow(
            submission_id=row.submission_id,
            field_name=row.field_name,
            user_id=user_id,
            action=Action.RESTORE,
            value=restored.value if restored else row.reading.value,
            previous=undone.value,
            replaces_id=undone.id,
            restores_id=undone.replaces_id,
        )
    )
    row.decision = restored
    reopen(session, row)
    row.state, row.stage = place_of(session, row, field)
    record_decision(session, row.submission_id, row.field_name, user_id, Action.RESTORE)


def _is_second(session: Session, row: SubmissionFieldRow, user_id: int) -> bool:
    """Whether what counts as the field's second key is this person's."""
    second = second_key_of(session, row.decision.id) if row.decision else None
    return second is not None and second.user_id == user_id
