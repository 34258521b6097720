"""A supervisor sends decided fields of a form back: they wait again, with a note for who gets them.

The decisions stay in the history, and count until somebody decides anew.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, NotFoundError
from forms_app.services.application import Application
from forms_app.services.batch_templates import plan_of_form
from forms_app.services.field_stages import place_of
from forms_app.services.loading import load
from forms_app.services.locked_forms import settle_form
from forms_app.services.review_notes import clean_text
from forms_app.store import review_notes as notes
from forms_app.store.audit import record_event
from forms_app.store.locks import lock_submission
from forms_app.store.models import ReviewNoteRow, SubmissionFieldRow, SubmissionRow
from forms_app.store.returned_fields import open_returns
from forms_app.store.review_queue import fields_of_submission
from forms_app.store.states import FieldState, NoteKind, ReviewStage

TAKEN_BACK = "Taken back."


def send_back(
    app: Application,
    submission_id: int,
    text: str,
    user_id: int,
    field_names: Collection[str] = (),
) -> int:
    """Let fields wait for review again; the form is not done until they are decided anew.

    Args:
        text: What whoever gets them should look at.
        field_names: Which; none means all that a person has decided. Those of a page in the page
            queue are left to it.

    Returns:
        How many fields wait again.

    Raises:
        UserError: The text is empty or too long.
        ConflictError: There is nothing to send back.
        NotFoundError: The form, or a field of it, does not exist.
    """
    text = clean_text(text, "Say what whoever gets the form should look at.")
    with app.session() as session:
        form = _locked(session, submission_id)
        rows = _chosen(session, submission_id, field_names)
        for row in rows:
            row.flagged, row.state, row.stage = True, FieldState.OPEN, ReviewStage.REVIEW
            session.add(_note(row, text, user_id))
        settle_form(session, form, plan_of_form(session, form).template)
        record_event(session, "return", "submission", submission_id, user_id, fields=len(rows))
        return len(rows)


def take_back_return(app: Application, submission_id: int, user_id: int) -> int:
    """What was sent back of a form and not decided anew since is as it was before.

    Raises:
        ConflictError: Nothing of the form waits so (any more).
        NotFoundError: There is no such form.
    """
    with app.session() as session:
        form = _locked(session, submission_id)
        names = {name for name, *_ in open_returns(session, submission_id)}
        if not names:
            raise ConflictError("Nothing of this form waits because it was sent back (any more).")
        notes.settle(session, submission_id, names, [NoteKind.RETURN], user_id, TAKEN_BACK)
        template = plan_of_form(session, form).template
        fields = {field.name: field for field in template.fields}
        for row in fields_of_submission(session, submission_id):
            if row.field_name in names:
                row.flagged = row.reading.needs_review
                row.state, row.stage = place_of(session, row, fields[row.field_name])
        settle_form(session, form, template)
        record_event(
            session, "take_back_return", "submission", submission_id, user_id, fields=len(names)
        )
        return len(names)


def _locked(session: Session, submission_id: int) -> SubmissionRow:
    load(session, SubmissionRow, submission_id)
    form = lock_submission(session, submission_id)
    if form is None:
        raise NotFoundError("This form does not exist (any more).")
    return form


def _chosen(
    session: Session, submission_id: int, field_names: Collection[str]
) -> list[SubmissionFieldRow]:
    rows = {row.field_name: row for row in fields_of_submission(session, submission_id)}
    if unknown := sorted(set(field_names) - set(rows)):
        raise NotFoundError(f"This form has no field {unknown[0]}, or it has not been read yet.")
    wanted = [row for row in rows.values() if _is_wanted(row, field_names)]
    if not wanted:
        raise ConflictError("Nobody has decided a field of this form; there is nothing to send.")
    return wanted


def _is_wanted(row: SubmissionFieldRow, field_names: Collection[str]) -> bool:
    if row.stage == ReviewStage.PAGE:
        return False
    return row.field_name in field_names if field_names else row.state == FieldState.DECIDED


def _note(row: SubmissionFieldRow, text: str, user_id: int) -> ReviewNoteRow:
    return ReviewNoteRow(
        submission_id=row.submission_id,
        batch_id=row.batch_id,
        field_name=row.field_name,
        kind=NoteKind.RETURN,
        user_id=user_id,
        text=text,
    )
