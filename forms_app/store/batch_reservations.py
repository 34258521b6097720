"""Batches that are one person's to review, until a supervisor lets others in again."""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session

from forms_app.store.base import utc_now
from forms_app.store.models import BatchReservationRow, SubmissionFieldRow, UserRow
from forms_app.store.review_scopes import Scope
from forms_app.store.states import ReviewMode
from forms_app.store.upserts import insert_into

Reservation = BatchReservationRow
# Nobody checks themselves: second looks are never one person's.
RESERVED_MODES = frozenset({ReviewMode.FORMS, ReviewMode.FIELD, ReviewMode.KEYING})


def open_to(scope: Scope) -> list[ColumnElement[bool]]:
    """Fields of batches that are not kept for somebody else."""
    if scope.mode not in RESERVED_MODES:
        return []
    # Of one batch it is one answer for all its fields: PostgreSQL would expect that joining with
    # each field's reservation leaves next to none, and go through all that wait.
    batch_id = SubmissionFieldRow.batch_id if scope.batch_id is None else scope.batch_id
    kept = exists().where(Reservation.batch_id == batch_id, Reservation.user_id != scope.user_id)
    return [~kept]


def reserve(session: Session, batch_id: int, user_id: int, reserved_by: int) -> None:
    """Keep a batch for one person, whoever had it before."""
    kept = {"user_id": user_id, "reserved_by": reserved_by, "created_at": utc_now()}
    session.execute(
        insert_into(session, Reservation)
        .values(batch_id=batch_id, **kept)
        .on_conflict_do_update(index_elements=["batch_id"], set_=kept)
    )


def free(session: Session, batch_id: int) -> None:
    """Let everybody in again."""
    session.execute(delete(Reservation).where(Reservation.batch_id == batch_id))


def kept_for(session: Session, batch_id: int) -> UserRow | None:
    """Whom a batch is kept for."""
    return session.scalar(
        select(UserRow)
        .join(Reservation, Reservation.user_id == UserRow.id)
        .where(Reservation.batch_id == batch_id)
    )
