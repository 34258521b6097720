"""Taking work: one statement per claim, safe with any number of workers on both databases.

A claim leases a row and counts an attempt; whoever ends the work gives the lease back. An attempt
that is never given back (a killed worker) lapses with its lease, and counts: rows that kill their
worker run out of attempts.

A worker that outlives its lease (a suspended machine) must not touch what another has taken over
since: the moment a lease ends tells it from every later one, and `hold` refuses the rest.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from forms_app.errors import LeaseLostError
from forms_app.store.database_clock import DatabaseNow, database_now
from forms_app.store.models import (
    DeliveryRunRow,
    ExportRow,
    FileRow,
    PageRow,
    TemplateJobRow,
    WebhookDeliveryRow,
)
from forms_app.store.states import PageState

LeasedRow = (
    type[FileRow]
    | type[PageRow]
    | type[ExportRow]
    | type[TemplateJobRow]
    | type[WebhookDeliveryRow]
    | type[DeliveryRunRow]
)


@dataclass(frozen=True, slots=True)
class Lease:
    """A row that is ours to work on; no two leases of a row end at the same moment.

    `until` is a time of the database's clock, `taken_s` one of this process's own stop-watch.
    """

    kind: LeasedRow
    row_id: int
    until: datetime
    taken_s: float = field(default_factory=time.monotonic, compare=False)

    @property
    def is_ours(self) -> ColumnElement[bool]:
        """The row is still leased to us, lapsed or not."""
        return (self.kind.id == self.row_id) & (self.kind.lease_until == self.until)

    def is_half_over(self, lease_s: int) -> bool:
        """Less than half of a lease of this length is left: time to renew it."""
        return time.monotonic() - self.taken_s > lease_s / 2


def claim_one(
    session: Session, kind: LeasedRow, row_id: int, state: str, lease_s: int, max_attempts: int
) -> Lease | None:
    """Lease the row if it is in `state`, free, and has attempts left."""
    lease = Lease(kind, row_id, _until(session, lease_s))
    claimed = session.execute(
        update(kind)
        .where(
            kind.id == row_id,
            kind.state == state,
            is_free(kind),
            kind.attempts < max_attempts,
        )
        .values(lease_until=lease.until, attempts=kind.attempts + 1)
        .returning(kind.id)
    )
    return None if claimed.first() is None else lease


def claim_pages_to_read(
    session: Session, limit: int, lease_s: int, max_attempts: int
) -> list[Lease]:
    """Lease up to `limit` aligned pages that belong to a submission, in the order of their ids.

    A page whose reading failed before is claimed alone: should it be the one that kills its
    worker, it takes no others with it.
    """
    fresh = _claim_pages(session, limit, lease_s, PageRow.attempts == 0)
    if fresh:
        return fresh
    return _claim_pages(session, 1, lease_s, PageRow.attempts.between(1, max_attempts - 1))


def hold(session: Session, lease: Lease) -> None:
    """Lock the row until the transaction ends, in which alone its work may be saved.

    Raises:
        LeaseLostError: The row is gone, or not leased to us any more.
    """
    held = session.execute(
        update(lease.kind)
        .where(lease.is_ours)
        .values(lease_until=lease.until)
        .returning(lease.kind.id),
        execution_options={"synchronize_session": False},
    )
    if held.first() is None:
        raise LeaseLostError("This work took too long and was taken over; nothing was saved.")


def renew(session: Session, lease: Lease, lease_s: int) -> Lease:
    """The same lease with a later end.

    Raises:
        LeaseLostError: See `hold`.
    """
    hold(session, lease)
    renewed = Lease(lease.kind, lease.row_id, _until(session, lease_s))
    session.execute(
        update(lease.kind).where(lease.is_ours).values(lease_until=renewed.until),
        execution_options={"synchronize_session": False},
    )
    return renewed


def release(session: Session, lease: Lease, counted: bool) -> None:
    """Give a lease back; an attempt that is not `counted` does not bring the row nearer its end."""
    kind = lease.kind
    session.execute(
        update(kind)
        .where(lease.is_ours)
        .values(lease_until=None, attempts=kind.attempts - (0 if counted else 1)),
        execution_options={"synchronize_session": False},
    )


def free_until_later_than(session: Session, kind: LeasedRow, moment: datetime) -> int:
    """Free leases that end after `moment`; returns how many. Their attempts do not count."""
    freed = session.scalars(
        update(kind)
        .where(kind.lease_until > moment)
        .values(lease_until=None, attempts=kind.attempts - 1)
        .returning(kind.id),
        execution_options={"synchronize_session": False},
    )
    return len(freed.all())


def is_free(kind: LeasedRow) -> ColumnElement[bool]:
    """No lease, or a lapsed one."""
    return or_(kind.lease_until.is_(None), kind.lease_until < DatabaseNow())


def _claim_pages(
    session: Session, limit: int, lease_s: int, condition: ColumnElement[bool]
) -> list[Lease]:
    until = _until(session, lease_s)
    # The CTE is evaluated once; as a plain subquery PostgreSQL may run it again for each row and
    # lock more than `limit`. SQLite leaves FOR UPDATE out and needs none: it has one writer.
    picked = (
        select(PageRow.id)
        .where(
            PageRow.state == PageState.ALIGNED,
            PageRow.submission_id.is_not(None),
            is_free(PageRow),
            condition,
        )
        .order_by(PageRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("picked")
    )
    claimed = session.scalars(
        update(PageRow)
        .where(PageRow.id.in_(select(picked.c.id)))
        .values(lease_until=until, attempts=PageRow.attempts + 1)
        .returning(PageRow.id),
        execution_options={"synchronize_session": False},
    )
    return [Lease(PageRow, page_id, until) for page_id in sorted(claimed)]


def _until(session: Session, lease_s: int) -> datetime:
    return database_now(session) + timedelta(seconds=lease_s)
