"""Notes of review: what people ask of one another about fields and forms."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from forms_app.store.base import utc_now
from forms_app.store.models import ReviewNoteRow
from forms_app.store.projects import within
from forms_app.store.states import NoteKind

Note = ReviewNoteRow


def open_notes(
    session: Session, batch_id: int | None, project_id: int | None
) -> Sequence[ReviewNoteRow]:
    """Those that nobody has answered yet, of a batch, a project or all, the oldest first."""
    of_scope = within(Note.batch_id, batch_id, project_id)
    query = select(Note).where(Note.resolved_at.is_(None), *of_scope).order_by(Note.id)
    return session.scalars(query).all()


def notes_on(session: Session, submission_id: int, field_name: str) -> Sequence[ReviewNoteRow]:
    """All notes on a field, answered or not, the oldest first."""
    return session.scalars(
        select(Note)
        .where(Note.submission_id == submission_id, Note.field_name == field_name)
        .order_by(Note.id)
    ).all()


def settle(
    session: Session,
    submission_id: int,
    field_names: Collection[str],
    kinds: Collection[NoteKind],
    user_id: int,
    answer: str | None = None,
) -> None:
    """The open notes of these kinds on some fields of a form are answered."""
    session.execute(
        update(Note)
        .where(*_open_on(submission_id, field_names, kinds))
        .values(resolved_by=user_id, resolved_at=utc_now(), answer=answer)
    )


def _open_on(
    submission_id: int, field_names: Collection[str], kinds: Collection[NoteKind]
) -> list[ColumnElement[bool]]:
    return [
        Note.submission_id == submission_id,
        Note.field_name.in_(field_names),
        Note.kind.in_(kinds),
        Note.resolved_at.is_(None),
    ]
