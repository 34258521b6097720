"""Who has which field: one statement hands fields out, safe with any number of people.

A field is somebody's until they decide it, leave, or are not heard of for the length of a lease.
The unique key on the field is what makes it one person's; PostgreSQL skips what others are just
claiming, SQLite has one writer at a time. Nothing here waits while it holds several leases, so that
no two transactions wait for one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from forms_app.store.base import Key
from forms_app.store.database_clock import DatabaseNow, database_now
from forms_app.store.models import FieldLeaseRow, SubmissionFieldRow
from forms_app.store.projects import within
from forms_app.store.states import ReviewMode
from forms_app.store.upserts import insert_into

Field, Lease = SubmissionFieldRow, FieldLeaseRow
FieldKey = tuple[int, str]
Wanted = Sequence[ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Seat:
    """One window of one person; `window` is a random id made there."""

    user_id: int
    window: str


def claim(
    session: Session,
    seat: Seat,
    mode: ReviewMode,
    wanted: Wanted,
    order: Sequence[ColumnElement[int]],
    limit: int,
    lease_s: int,
    whole_forms: bool = False,
) -> list[FieldKey]:
    """Lease up to `limit` of the `wanted` fields that nobody has.

    Args:
        whole_forms: leave out forms of which another seat has a field now.

    Returns:
        (submission id, field name), in no particular order; fewer than `limit` also where
        another was quicker.
    """
    now = database_now(session)
    row = {
        "submission_id": Field.submission_id,
        "batch_id": Field.batch_id,
        "field_name": Field.field_name,
        "user_id": literal(seat.user_id, Key),
        "window": literal(seat.window, String),
        "mode": literal(str(mode), String),
        "seated_at": literal(_seated_at(session, seat) or now, Lease.seated_at.type),
        "claimed_at": literal(now, Lease.claimed_at.type),
        "expires_at": literal(now + timedelta(seconds=lease_s), Lease.expires_at.type),
    }
    found = (
        select(*row.values())
        .where(*wanted, ~_is_leased())
        .order_by(*order)
        .limit(limit)
        .with_for_update(of=Field, skip_locked=True)
    )
    if whole_forms:
        found = found.where(~_is_anothers_form(seat))
    statement = insert_into(session, Lease).from_select(list(row), found)
    key = ["submission_id", "field_name"]
    claimed = session.execute(
        statement.on_conflict_do_update(
            index_elements=key,
            set_={name: statement.excluded[name] for name in row if name not in key},
            where=Lease.expires_at < now,
        ).returning(Lease.submission_id, Lease.field_name)
    )
    return [(submission_id, name) for submission_id, name in claimed]


def held(
    session: Session, seat: Seat, wanted: Wanted, order: Sequence[ColumnElement[int]]
) -> list[SubmissionFieldRow]:
    """Those of the `wanted` fields that the seat has."""
    query = _with_lease().where(*wanted, is_seats(seat)).order_by(*order)
    return list(session.scalars(query))


def count_others(session: Session, seat: Seat, wanted: Wanted) -> int:
    """How many of the `wanted` fields other seats have."""
    query = _with_lease().where(*wanted, ~is_seats(seat))
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def count_free(session: Session, wanted: Wanted, most: int) -> int:
    """How many of the `wanted` fields nobody has; counted up to `most`."""
    some = select(Field.id).where(*wanted, ~_is_leased()).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def count_seats(session: Session, batch_id: int | None, project_id: int | None) -> int:
    """How many seats have fields now, of the batch, of the project, or of any."""
    of_scope = within(Lease.batch_id, batch_id, project_id)
    query = select(Lease.user_id, Lease.window).where(is_live(), *of_scope).distinct()
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def holder(session: Session, field: FieldKey) -> FieldLeaseRow | None:
    """The live lease on a field."""
    return session.scalar(
        select(Lease).where(
            Lease.submission_id == field[0], Lease.field_name == field[1], is_live()
        )
    )


def renew(session: Session, seat: Seat, lease_s: int) -> None:
    """The person is still there: all fields of the seat stay theirs."""
    until = database_now(session) + timedelta(seconds=lease_s)
    mine = select(Lease.id).where(is_seats(seat)).with_for_update(skip_locked=True)
    session.execute(update(Lease).where(Lease.id.in_(mine)).values(expires_at=until))


def release(session: Session, seat: Seat, fields: Sequence[FieldKey] | None = None) -> None:
    """Give fields back: these, or all that the seat has."""
    if fields is None:
        release_where(session, is_seats(seat))
        return
    for submission_id, name in fields:
        session.execute(
            delete(Lease).where(
                is_seats(seat), Lease.submission_id == submission_id, Lease.field_name == name
            )
        )


def release_where(session: Session, *conditions: ColumnElement[bool]) -> int:
    """Take such leases away from whoever has them; returns how many there were."""
    some = select(Lease.id).where(*conditions).with_for_update(skip_locked=True)
    gone = session.scalars(delete(Lease).where(Lease.id.in_(some)).returning(Lease.id))
    return len(gone.all())


def drop_lapsed(session: Session) -> None:
    """Leases that nobody renews any more, and those from before the database's clock went back."""
    release_where(session, or_(Lease.expires_at < DatabaseNow(), Lease.claimed_at > DatabaseNow()))


def is_live() -> ColumnElement[bool]:
    """A lease that has not lapsed."""
    return Lease.expires_at >= DatabaseNow()


def is_seats(seat: Seat) -> ColumnElement[bool]:
    """A lease of this seat, live or not."""
    return and_(Lease.user_id == seat.user_id, Lease.window == seat.window)


def _seated_at(session: Session, seat: Seat) -> datetime | None:
    """Since when the seat has had fields without a break."""
    return session.scalar(
        select(Lease.seated_at).where(is_seats(seat), is_live()).order_by(Lease.id).limit(1)
    )


def _with_lease() -> Select[SubmissionFieldRow]:
    """Fields joined with their live lease."""
    same = and_(Lease.submission_id == Field.submission_id, Lease.field_name == Field.field_name)
    return select(Field).join(Lease, and_(same, is_live()))


def _is_leased() -> ColumnElement[bool]:
    return exists().where(
        Lease.submission_id == Field.submission_id,
        Lease.field_name == Field.field_name,
        is_live(),
    )


def _is_anothers_form(seat: Seat) -> ColumnElement[bool]:
    return exists().where(Lease.submission_id == Field.submission_id, is_live(), ~is_seats(seat))
