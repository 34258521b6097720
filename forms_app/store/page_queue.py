"""The page queue: pages and places of forms that only a person can settle."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, literal_column, select, tuple_
from sqlalchemy.orm import Session

from forms_app.reading.policy import ReviewPolicy
from forms_app.store.models import FileRow, PageRow, SubmissionRow
from forms_app.store.states import PageState, SubmissionState

MOST_RESIDUAL_PX = ReviewPolicy().most_residual_px


def is_queued() -> ColumnElement[bool]:
    """The page failed, belongs to no form, or lies badly under a field and nobody has looked."""
    is_loose = (
        (PageRow.state == _word(PageState.READ))
        & (PageRow.worst_residual_px > MOST_RESIDUAL_PX)
        & PageRow.checked_at.is_(None)
    )
    return is_stuck() | is_loose


def is_stuck() -> ColumnElement[bool]:
    """Nothing more can be done with the page without a person."""
    return PageRow.state.in_((PageState.FAILED, PageState.HELD))


def _word(word: str) -> ColumnElement[str]:
    """In the statement itself: SQLite chooses an index over some rows only for its very words."""
    return literal_column(f"'{word}'")


def queued_pages(
    session: Session, batch_id: int, limit: int, after_id: int | None = None
) -> Sequence[tuple[PageRow, FileRow]]:
    """The first `limit` pages of a batch that wait for a person, in the order of upload; after the
    page `after_id`, which need not wait any more."""
    query = (
        select(PageRow, FileRow)
        .join(FileRow, FileRow.id == PageRow.file_id)
        .where(FileRow.batch_id == batch_id, is_queued())
        .order_by(FileRow.id, PageRow.number)
        .limit(limit)
    )
    after = _page_of_batch(session, batch_id, after_id) if after_id is not None else None
    if after is not None:
        query = query.where(tuple_(FileRow.id, PageRow.number) > (after.file_id, after.number))
    return [(page, file) for page, file in session.execute(query)]


def _page_of_batch(session: Session, batch_id: int, page_id: int) -> PageRow | None:
    of_batch = select(PageRow).join(FileRow, FileRow.id == PageRow.file_id)
    return session.scalar(of_batch.where(PageRow.id == page_id, FileRow.batch_id == batch_id))


def dropped_pages(session: Session, batch_id: int, limit: int) -> Sequence[tuple[PageRow, FileRow]]:
    """The last `limit` pages that a person took out of the batch."""
    rows = session.execute(
        select(PageRow, FileRow)
        .join(FileRow, FileRow.id == PageRow.file_id)
        .where(FileRow.batch_id == batch_id, PageRow.state == PageState.DROPPED)
        .order_by(PageRow.changed_at.desc())
        .limit(limit)
    )
    return [(page, file) for page, file in rows]


def incomplete_forms(
    session: Session, batch_id: int, limit: int, after_id: int | None = None
) -> Sequence[tuple[SubmissionRow, FileRow]]:
    """The first `limit` forms of a batch that lack a page; after the form `after_id`, which need
    not lack one any more."""
    query = (
        select(SubmissionRow, FileRow)
        .join(FileRow, FileRow.id == SubmissionRow.file_id)
        .where(
            SubmissionRow.batch_id == batch_id,
            SubmissionRow.state != SubmissionState.READING,
            SubmissionRow.pages_missing > 0,
        )
        .order_by(FileRow.id, SubmissionRow.number)
        .limit(limit)
    )
    after = session.get(SubmissionRow, after_id) if after_id is not None else None
    if after is not None and after.batch_id == batch_id:
        place = tuple_(FileRow.id, SubmissionRow.number)
        query = query.where(place > (after.file_id, after.number))
    return [(form, file) for form, file in session.execute(query)]


def count_queues(session: Session, batch_ids: Sequence[int]) -> dict[int, int]:
    """How many pages and missing pages of each batch wait for a person."""
    pages = session.execute(
        select(FileRow.batch_id, func.count())
        .join(PageRow, PageRow.file_id == FileRow.id)
        .where(FileRow.batch_id.in_(batch_ids), is_queued())
        .group_by(FileRow.batch_id)
    )
    missing = session.execute(
        select(SubmissionRow.batch_id, func.sum(SubmissionRow.pages_missing))
        .where(
            SubmissionRow.batch_id.in_(batch_ids), SubmissionRow.state != SubmissionState.READING
        )
        .group_by(SubmissionRow.batch_id)
    )
    counts = dict.fromkeys(batch_ids, 0)
    for batch_id, count in [*pages, *missing]:
        counts[batch_id] += int(count)
    return counts
