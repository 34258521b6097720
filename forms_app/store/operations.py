"""How much work waits, is done and has failed: each number by an index or over at most `CAP` rows.

Shared by the page for operators and by what is measured of the queues.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from forms_app.store.claims import is_free
from forms_app.store.database_clock import DatabaseNow
from forms_app.store.models import DoomedBlobRow, FileRow, PageRow, UploadRow
from forms_app.store.stages import CAP, Stage, has_failed_in, rows_of
from forms_app.store.states import FileState, PageState

# The newest files say how many pages one that is not opened yet may have.
PAGES_JUDGED_BY = 200


@dataclass(frozen=True, slots=True)
class StageNumbers:
    """`waiting` rows have no lease, or a lapsed one; above `CAP` it says no more than that.

    `oldest_at` is when the first of them came in. Of those that wait, `lapsed` were left by a
    worker that died, `exhausted` have no attempt left, and `unsent` nobody has sent for long.
    """

    waiting: int
    oldest_at: datetime | None
    in_work: int
    lapsed: int
    exhausted: int
    unsent: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """Things that wait, up to `CAP` + 1, and since when the first of them does."""

    waiting: int
    oldest_at: datetime | None


def stage_numbers(
    session: Session, stage: Stage, max_attempts: int, unsent_before: datetime
) -> StageNumbers:
    """What waits and is done in a stage.

    Args:
        max_attempts: The setting of that name.
        unsent_before: What waits and has not changed since then counts as `unsent`; the sweeper
            marks whatever it sends.
    """
    rows = rows_of(stage)
    kind = rows.kind
    first = (
        select(kind.id, kind.lease_until, kind.attempts, kind.created_at, kind.changed_at)
        .where(rows.condition, is_free(kind))
        .order_by(kind.id)
        .limit(CAP + 1)
        .subquery()
    )
    waiting, oldest_at, lapsed, exhausted, unsent = session.execute(
        select(
            func.count(),
            func.min(first.c.created_at),
            func.count(first.c.lease_until),
            func.count(case((first.c.attempts >= max_attempts, 1))),
            func.count(case((first.c.changed_at < unsent_before, 1))),
        ).select_from(first)
    ).one()
    return StageNumbers(
        waiting, oldest_at, count_in_work(session, stage), lapsed, exhausted, unsent
    )


def count_in_work(session: Session, stage: Stage) -> int:
    """Rows that somebody holds a lease on now: as many as there are workers to hold them."""
    if stage is Stage.ASSEMBLE:  # It holds no lease, but locks the file.
        return 0
    rows = rows_of(stage)
    held = rows.kind.lease_until >= DatabaseNow()
    return session.scalar(select(func.count()).where(rows.condition, held)) or 0


def count_failed(session: Session, stage: Stage) -> int:
    """Rows whose work in a stage came to nothing, up to `CAP` + 1."""
    kind = rows_of(stage).kind
    first = select(kind.id).where(has_failed_in(stage)).limit(CAP + 1).subquery()
    return session.scalar(select(func.count()).select_from(first)) or 0


def free_ids(
    stage: Stage, now: datetime, rested: timedelta, limit: int, row_id: int | None = None
) -> Select[int]:
    """Ids of what waits in a stage and has not changed within `rested` before `now`, the oldest.

    A change dated much later was made by a machine whose clock is wrong: it counts as long ago.
    """
    rows = rows_of(stage)
    kind = rows.kind
    has_rested = ~kind.changed_at.between(now - rested, now + rested)
    query = select(kind.id).where(rows.condition, is_free(kind), has_rested)
    if row_id is not None:
        query = query.where(kind.id == row_id)
    return query.order_by(kind.id).limit(limit)


def doomed_backlog(session: Session) -> Backlog:
    """Stored files that are to be deleted."""
    first = select(DoomedBlobRow.created_at).limit(CAP + 1).subquery()
    return Backlog(*session.execute(select(func.count(), func.min(first.c.created_at))).one())


def upload_backlog(session: Session) -> Backlog:
    """Uploads whose last part has not come, or that were not added to their batch yet."""
    first = (
        select(UploadRow.created_at).where(UploadRow.finished_at.is_(None)).limit(CAP + 1)
    ).subquery()
    return Backlog(*session.execute(select(func.count(), func.min(first.c.created_at))).one())


def pages_read_since(session: Session, since: datetime) -> tuple[int, datetime | None]:
    """How many pages were read after `since`, and when the first of those."""
    number, first_at = session.execute(
        select(func.count(), func.min(PageRow.read_at)).where(PageRow.read_at > since)
    ).one()
    return number, first_at


def pages_left(session: Session) -> int:
    """Pages that are known and not at their end, up to `CAP` + 1."""
    first = (
        select(PageRow.id)
        .where(or_(PageRow.state == PageState.PENDING, PageRow.state == PageState.ALIGNED))
        .limit(CAP + 1)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(first)) or 0


def pages_of_a_file(session: Session) -> float:
    """How many pages a file has, as of the newest that are done, or opened; 1 where none is."""
    for state in (FileState.DONE, FileState.SPLIT):
        newest = (
            select(FileRow.page_count)
            .where(FileRow.state == state)
            .order_by(FileRow.id.desc())
            .limit(PAGES_JUDGED_BY)
            .subquery()
        )
        pages = session.scalar(select(func.avg(newest.c.page_count)))
        if pages:
            return float(pages)
    return 1.0
