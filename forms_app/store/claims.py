"""Taking work: one statement per claim, safe with any number of workers on both databases.

A claim leases a row and counts an attempt; whoever ends the work gives the lease back. An attempt
that is never given back (a killed worker) lapses with its lease, and counts: rows that kill their
worker run out of attempts.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from forms_app.store.base import utc_now
from forms_app.store.models import ExportRow, FileRow, PageRow
from forms_app.store.states import PageState

LeasedRow = type[FileRow] | type[PageRow] | type[ExportRow]


def claim_one(
    session: Session, kind: LeasedRow, row_id: int, state: str, lease_s: int, max_attempts: int
) -> bool:
    """Lease the row if it is in `state`, free, and has attempts left."""
    claimed = session.execute(
        update(kind)
        .where(
            kind.id == row_id,
            kind.state == state,
            is_free(kind),
            kind.attempts < max_attempts,
        )
        .values(lease_until=_until(lease_s), attempts=kind.attempts + 1)
        .returning(kind.id)
    )
    return claimed.first() is not None


def claim_pages_to_read(session: Session, limit: int, lease_s: int, max_attempts: int) -> list[int]:
    """Lease up to `limit` aligned pages that belong to a submission; returns their ids.

    A page whose reading failed before is claimed alone: should it be the one that kills its
    worker, it takes no others with it.
    """
    fresh = _claim_pages(session, limit, lease_s, PageRow.attempts == 0)
    if fresh:
        return fresh
    return _claim_pages(session, 1, lease_s, PageRow.attempts.between(1, max_attempts - 1))


def release(session: Session, kind: LeasedRow, row_id: int, counted: bool) -> None:
    """Give a lease back; an attempt that is not `counted` does not bring the row nearer its end."""
    session.execute(
        update(kind)
        .where(kind.id == row_id)
        .values(lease_until=None, attempts=kind.attempts - (0 if counted else 1))
    )


def is_free(kind: LeasedRow) -> ColumnElement[bool]:
    """No lease, or a lapsed one."""
    return or_(kind.lease_until.is_(None), kind.lease_until < utc_now())


def _claim_pages(
    session: Session, limit: int, lease_s: int, condition: ColumnElement[bool]
) -> list[int]:
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
        .values(lease_until=_until(lease_s), attempts=PageRow.attempts + 1)
        .returning(PageRow.id),
        execution_options={"synchronize_session": False},
    )
    return sorted(claimed)


def _until(lease_s: int) -> datetime:
    return utc_now() + timedelta(seconds=lease_s)
