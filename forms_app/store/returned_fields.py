"""Fields that a supervisor has sent back: open until somebody decides them anew.

The record says it: a note of kind `return` that is newer than the decision that counts, and that
the supervisor has not taken back (with an answer). So an undone decision leaves a field sent back.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from forms_app.store.models import ReviewNoteRow, SubmissionFieldRow, UserRow
from forms_app.store.states import NoteKind

Note = ReviewNoteRow


def is_sent_back(session: Session, row: SubmissionFieldRow) -> bool:
    """Whether the field waits for a word that is newer than the supervisor's."""
    return session.scalar(select(Note.id).where(*_newest_word(row)).limit(1)) is not None


def reopen(session: Session, row: SubmissionFieldRow) -> None:
    """The decision that answered the notes was taken back: they wait for an answer again."""
    session.execute(
        update(Note).where(*_newest_word(row)).values(resolved_by=None, resolved_at=None)
    )


def open_returns(session: Session, submission_id: int) -> Sequence[tuple[str, str, str]]:
    """Of the fields of a form that wait so: name, what the supervisor wrote, and who that is."""
    rows = session.execute(
        select(Note.field_name, Note.text, UserRow.name)
        .join(UserRow, UserRow.id == Note.user_id)
        .where(
            Note.submission_id == submission_id,
            Note.kind == NoteKind.RETURN,
            Note.field_name.is_not(None),
            Note.resolved_at.is_(None),
        )
        .order_by(Note.id)
    )
    return [(name or "", text, user) for name, text, user in rows]


def _newest_word(row: SubmissionFieldRow) -> list[ColumnElement[bool]]:
    found = [
        Note.submission_id == row.submission_id,
        Note.field_name == row.field_name,
        Note.kind == NoteKind.RETURN,
        Note.answer.is_(None),
    ]
    if row.decision is not None:
        found.append(Note.created_at > row.decision.created_at)
    return found
