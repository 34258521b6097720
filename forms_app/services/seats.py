"""Who sits before which fields: a seat is one window of one person."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.errors import HeldByAnotherError
from forms_app.services.application import Application
from forms_app.services.dto.review import ItemKey
from forms_app.store import field_leases
from forms_app.store.field_leases import Seat
from forms_app.store.models import FieldLeaseRow, SubmissionFieldRow, UserRow


def stay(app: Application, seat: Seat) -> None:
    """Somebody is at work in this window: what it was handed stays theirs."""
    with app.session() as session:
        field_leases.renew(session, seat, app.settings.review_lease_seconds)


def leave(app: Application, seat: Seat) -> None:
    """The window was closed; others need not wait until its fields lapse.

    Whoever closes it may have said meanwhile that they are somebody else: its own id is enough.
    """
    with app.session() as session:
        field_leases.release_where(session, FieldLeaseRow.window == seat.window)


def require_free(session: Session, seat: Seat, key: ItemKey) -> None:
    """Make sure that nobody else has the field, nor is handed it until the transaction ends.

    Raises:
        HeldByAnotherError: Somebody does; the message names them.
    """
    session.execute(
        select(SubmissionFieldRow.id)
        .where(
            SubmissionFieldRow.submission_id == key.submission_id,
            SubmissionFieldRow.field_name == key.field_name,
        )
        .with_for_update()
    )
    name = held_by(session, seat, key)
    if name:
        raise HeldByAnotherError(f"{name} has this field on screen. It was left as it is.")


def held_by(session: Session, seat: Seat, key: ItemKey) -> str:
    """The name of the other person who has the field now; '' for nobody."""
    lease = field_leases.holder(session, (key.submission_id, key.field_name))
    if lease is None or (lease.user_id, lease.window) == (seat.user_id, seat.window):
        return ""
    user = session.get(UserRow, lease.user_id)
    return user.name if user else "Another person"
