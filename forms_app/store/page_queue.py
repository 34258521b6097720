"""The page queue: pages and places of forms that only a person can settle."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from forms_app.reading.policy import ReviewPolicy
from forms_app.store.models import FileRow, PageRow, SubmissionRow
from forms_app.store.states import PageState, SubmissionState

MOST_RESIDUAL_PX = ReviewPolicy().most_residual_px


def is_queued() -> ColumnElement[bool]:
    """The page failed, belongs to no form, or lies badly under a field and nobody has looked."""
    is_loose = (
        (PageRow.state == PageState.READ)
        & (PageRow.worst_residual_px > MOST_RESIDUAL_PX)
        & PageRow.checked_at.is_(None)
    )
    return PageRow.state.in_((PageState.FAILED, PageState.HELD)) | is_loose


def queued_pages(session: Session, batch_id: int, limit: int) -> Sequence[tuple[PageRow, FileRow]]:
    """The first `limit` pages of a batch that wait for a person, in the order of upload."""
    rows = session.execute(
        select(PageRow, FileRow)
        .join(FileRow, FileRow.id == PageRow.file_id)
        .where(FileRow.batch_id == batch_id, is_queued())
        .order_by(FileRow.id, PageRow.number)
        .limit(limit)
    )
    return [(page, file) for page, file in rows]


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
    session: Session, batch_id: int, limit: int
) -> Sequence[tuple[SubmissionRow, FileRow]]:
    """The first `limit` forms of a batch that lack a page."""
    rows = session.execute(
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
    return [(form, file) for form, file in rows]


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
