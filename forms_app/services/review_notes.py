"""What people ask of one another in review: refer a field, put it off, report a page that lies off.

None of it is a decision: the field keeps its value, and waits for something else meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, UserError
from forms_app.services.application import Application
from forms_app.services.batch_templates import plan_of_form
from forms_app.services.dto.review import ItemKey
from forms_app.services.dto.review_notes import ReviewNote
from forms_app.services.dto.webhooks import EventKind
from forms_app.services.loading import load
from forms_app.services.names import printable
from forms_app.services.page_edits import MISALIGNED, editing_page
from forms_app.services.page_queue import form_labels
from forms_app.services.seats import require_free
from forms_app.services.webhook_outbox import note_page
from forms_app.store import field_leases
from forms_app.store import review_notes as notes
from forms_app.store.audit import record_event
from forms_app.store.base import utc_now
from forms_app.store.field_leases import Seat
from forms_app.store.locks import lock_submission
from forms_app.store.models import (
    MAIN_PROJECT_ID,
    BatchRow,
    ReviewNoteRow,
    SubmissionFieldRow,
    SubmissionRow,
    UserRow,
)
from forms_app.store.pages import pages_of_submission
from forms_app.store.projects import narrowing
from forms_app.store.review_queue import fields_of_submission, find_field
from forms_app.store.states import FieldState, NoteKind, PageState, ReviewStage

MOST_TEXT = 500
FIRST_LOOK = (ReviewStage.REVIEW, ReviewStage.POSTPONED)


def refer(
    app: Application, key: ItemKey, text: str, user_id: int, seat: Seat | None = None
) -> ReviewNote:
    """Leave a field to somebody who knows better; it leaves the ordinary queue.

    Args:
        text: What they should know.
        seat: The window that it comes from, which gives the field back.

    Raises:
        UserError: The text is empty or too long.
        ConflictError: The field waits for nobody, or for something else already.
        HeldByAnotherError: Another person has the field on screen.
    """
    text = clean_text(text, "Say what the person who decides should know.")
    with app.session() as session:
        row = _waiting_field(session, key, seat)
        row.stage = ReviewStage.REFERRED
        note = _add(session, row, NoteKind.REFER, text, user_id)
        return described(session, [note])[0]


def postpone(app: Application, key: ItemKey, user_id: int, seat: Seat | None = None) -> None:
    """Put a field off: it comes after all others.

    Raises:
        ConflictError: The field waits for nobody, or for something else already.
        HeldByAnotherError: Another person has the field on screen.
    """
    with app.session() as session:
        row = _waiting_field(session, key, seat)
        row.stage = ReviewStage.POSTPONED
        _record(session, row, "postpone", user_id)


def take_up(app: Application, key: ItemKey, user_id: int) -> None:
    """Take back that a field was put off or referred: it waits like all others again."""
    with app.session() as session:
        row = _locked_field(session, key)
        if row.stage not in (ReviewStage.POSTPONED, ReviewStage.REFERRED):
            raise ConflictError("This field was neither put off nor referred (any more).")
        row.stage = ReviewStage.REVIEW
        referred = [NoteKind.REFER]
        notes.settle(session, row.submission_id, [row.field_name], referred, user_id, "Taken back.")
        _record(session, row, "take_up", user_id)


def report_misaligned(app: Application, key: ItemKey, text: str, user_id: int) -> ReviewNote:
    """The boxes do not lie on the writing: the field's page goes to the page queue.

    What was decided of its fields is kept; those that still wait come back once the page is laid
    by hand, or confirmed, and read again.

    Raises:
        ConflictError: The form has no such page, or it is being read or in the page queue already.
    """
    text = clean_text(text)
    page_id = _page_of(app, key)
    with app.session() as session:
        reporter = load(session, UserRow, user_id).name
    with editing_page(app, page_id) as (session, page, _):
        if page.state != PageState.READ:
            raise ConflictError("This page is in the page queue already.")
        row = _locked_field(session, key)
        page.state, page.checked_at = PageState.HELD, None
        page.error_code, page.error_message = MISALIGNED, _reported(reporter, text)
        note_page(session, EventKind.PAGE_HELD, page.id)
        if row.state == FieldState.ACCEPTED:
            row.state, row.flagged = FieldState.OPEN, True
        session.flush()
        for other in fields_of_submission(session, key.submission_id):
            is_on_page = other.reading.page_id == page.id
            if is_on_page and other.state == FieldState.OPEN and other.stage in FIRST_LOOK:
                other.stage = ReviewStage.PAGE
        note = _add(session, row, NoteKind.MISALIGNED, text, user_id)
        return described(session, [note])[0]


def resolve(app: Application, note_id: int, answer: str, user_id: int) -> ReviewNote:
    """Answer a note without deciding its field; a referred field waits like all others again.

    Raises:
        ConflictError: It is answered already, or a page's, which the page queue settles.
        UserError: The answer is too long.
    """
    answer = clean_text(answer)
    with app.session() as session:
        note = load(session, ReviewNoteRow, note_id)
        lock_submission(session, note.submission_id)
        session.refresh(note)
        if note.resolved_at is not None:
            raise ConflictError("Somebody has answered this note already.")
        if note.kind == NoteKind.MISALIGNED:
            raise ConflictError(
                "The page queue settles this: lay the page, or confirm how it lies."
            )
        note.resolved_by, note.resolved_at, note.answer = user_id, utc_now(), answer or None
        session.flush()
        row = find_field(session, note.submission_id, note.field_name) if note.field_name else None
        if row is not None and row.stage == ReviewStage.REFERRED:
            row.stage = ReviewStage.REVIEW
        record_event(session, "resolve", "submission", note.submission_id, user_id, note=note.id)
        return described(session, [note])[0]


def open_notes(
    app: Application, batch_id: int | None = None, project_id: int = MAIN_PROJECT_ID
) -> tuple[ReviewNote, ...]:
    """What waits for an answer, in one batch or in all of a project, the oldest first."""
    with app.session() as session:
        found = notes.open_notes(session, batch_id, narrowing(session, project_id))
        return tuple(described(session, found))


def clean_text(text: str, needed: str = "") -> str:
    """`text` on one line.

    Raises:
        UserError: It is too long; or empty, where `needed` says what to write.
    """
    text = printable(" ".join(text.split()))
    if needed and not text:
        raise UserError(needed)
    if len(text) > MOST_TEXT:
        raise UserError(f"A note has at most {MOST_TEXT} characters.")
    return text


def _reported(reporter: str, text: str) -> str:
    said = f" “{text}”" if text else ""
    return (
        f"{reporter} says that the boxes do not lie on the writing.{said} Lay the page by hand, or "
        "confirm that it fits; it is read again, and what was decided is kept."
    )


def _page_of(app: Application, key: ItemKey) -> int:
    with app.session() as session:
        form = load(session, SubmissionRow, key.submission_id)
        fields = {field.name: field.page for field in plan_of_form(session, form).template.fields}
        for page in pages_of_submission(session, form.id):
            if page.template_page == fields.get(key.field_name):
                return page.id
    raise ConflictError("The page of this field is not among the scans, so it cannot lie badly.")


def _locked_field(session: Session, key: ItemKey) -> SubmissionFieldRow:
    lock_submission(session, key.submission_id)
    row = find_field(session, *key)
    if row is None:
        raise ConflictError("This field does not exist (any more).")
    return row


def _waiting_field(session: Session, key: ItemKey, seat: Seat | None) -> SubmissionFieldRow:
    row = _locked_field(session, key)
    if seat is not None:
        require_free(session, seat, key)
        field_leases.release(session, seat, [key])
    if row.state != FieldState.OPEN or row.stage not in FIRST_LOOK:
        raise ConflictError("This field does not wait for a first look (any more).")
    return row


def _add(
    session: Session, row: SubmissionFieldRow, kind: NoteKind, text: str, user_id: int
) -> ReviewNoteRow:
    note = ReviewNoteRow(
        submission_id=row.submission_id,
        batch_id=row.batch_id,
        field_name=row.field_name,
        kind=kind,
        user_id=user_id,
        text=text,
    )
    session.add(note)
    session.flush()
    _record(session, row, kind, user_id)
    return note


def _record(session: Session, row: SubmissionFieldRow, verb: str, user_id: int) -> None:
    record_event(session, verb, "submission", row.submission_id, user_id, field=row.field_name)


def described(session: Session, rows: Sequence[ReviewNoteRow]) -> list[ReviewNote]:
    """Notes as people see them."""
    labels = form_labels(session, {row.submission_id for row in rows})
    fields = {row_id: _field_labels(session, row_id) for row_id in labels}
    return [
        ReviewNote(
            id=row.id,
            kind=row.kind,
            batch_id=row.batch_id,
            batch_name=load(session, BatchRow, row.batch_id).name,
            submission_id=row.submission_id,
            form_label=labels[row.submission_id],
            field_name=row.field_name,
            field_label=fields[row.submission_id].get(row.field_name or "", row.field_name or ""),
            text=row.text,
            user_name=load(session, UserRow, row.user_id).name,
            created_at=row.created_at,
            answer=row.answer,
            resolved_by=load(session, UserRow, row.resolved_by).name if row.resolved_by else "",
            resolved_at=row.resolved_at,
        )
        for row in rows
    ]


def _field_labels(session: Session, submission_id: int) -> dict[str, str]:
    form = load(session, SubmissionRow, submission_id)
    template = plan_of_form(session, form).template
    return {field.name: field.label or field.name for field in template.fields}
