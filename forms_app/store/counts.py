"""Counting what a batch holds; a fixed number of queries whatever the number of batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, func, literal_column, select
from sqlalchemy.orm import Session

from forms_app.store.base import utc_now
from forms_app.store.models import (
    FileRow,
    PageRow,
    SubmissionRow,
)
from forms_app.store.page_queue import count_queues
from forms_app.store.projects import within
from forms_app.store.states import FileState, PageState, SubmissionState

# The pace is taken from the pages read in the last minute.
PACE_WINDOW = timedelta(seconds=60)


@dataclass(slots=True)
class BatchCounts:
    """See `BatchSummary`; `pages_per_s` is None when no page was read within the pace window."""

    files: int = 0
    files_failed: int = 0
    files_waiting: int = 0
    files_unopened: int = 0
    pages: int = 0
    pages_read: int = 0
    pages_failed: int = 0
    pages_queued: int = 0
    failures: int = 0
    submissions: int = 0
    submissions_done: int = 0
    submissions_reading: int = 0
    fields: int = 0
    auto_accepted: int = 0
    needs_review: int = 0
    reviewed: int = 0
    pages_per_s: float | None = None


def count_batches(session: Session, batch_ids: Sequence[int]) -> dict[int, BatchCounts]:
    """The counts of each batch in `batch_ids`."""
    counts = {batch_id: BatchCounts() for batch_id in batch_ids}
    _count_files(session, counts)
    _count_pages(session, counts)
    _count_forms(session, counts)
    for batch_id, waiting in count_queues(session, batch_ids).items():
        counts[batch_id].pages_queued = waiting
    return counts


def count_open_fields(
    session: Session, batch_id: int | None = None, project_id: int | None = None
) -> int:
    """Fields that wait for a person: of one batch, of a project, or over all."""
    # The words of the index over the forms that have any.
    query = select(func.sum(SubmissionRow.open_fields)).where(
        SubmissionRow.open_fields > literal_column("0"),
        *within(SubmissionRow.batch_id, batch_id, project_id),
    )
    return int(session.scalar(query) or 0)


def _count_files(session: Session, counts: dict[int, BatchCounts]) -> None:
    rows = session.execute(
        select(FileRow.batch_id, FileRow.state, func.count())
        .where(FileRow.batch_id.in_(counts), FileRow.unpacked_files.is_(None))
        .group_by(FileRow.batch_id, FileRow.state)
    )
    for batch_id, state, number in rows:
        count = counts[batch_id]
        count.files += number
        count.files_failed += number * (state == FileState.FAILED)
        count.failures += number * (state == FileState.FAILED)
        count.files_unopened += number * (state == FileState.UPLOADED)
        count.files_waiting += number * (state in (FileState.UPLOADED, FileState.SPLIT))


def _count_pages(session: Session, counts: dict[int, BatchCounts]) -> None:
    since = utc_now() - PACE_WINDOW
    recent = case((PageRow.read_at > since, PageRow.read_at))
    rows = session.execute(
        select(
            FileRow.batch_id,
            PageRow.state,
            func.count(),
            func.count(recent),
            func.min(recent),
            func.sum(case((FileRow.state == FileState.FAILED, 0), else_=1)),
        )
        .join(FileRow, FileRow.id == PageRow.file_id)
        .where(FileRow.batch_id.in_(counts), PageRow.state != PageState.DROPPED)
        .group_by(FileRow.batch_id, PageRow.state)
    )
    for batch_id, state, number, recent_number, first, in_read_files in rows:
        count = counts[batch_id]
        count.pages += number
        count.pages_read += number * (state == PageState.READ)
        is_stuck = state in (PageState.FAILED, PageState.HELD)
        count.pages_failed += number * is_stuck
        count.failures += in_read_files * is_stuck
        if first is not None:
            elapsed = (utc_now() - first).total_seconds()
            count.pages_per_s = recent_number / max(elapsed, 1.0)


def _count_forms(session: Session, counts: dict[int, BatchCounts]) -> None:
    """The forms, and their fields as each form counts them."""
    rows = session.execute(
        select(
            SubmissionRow.batch_id,
            SubmissionRow.state,
            func.count(),
            func.sum(SubmissionRow.open_fields),
            func.sum(SubmissionRow.accepted_fields),
            func.sum(SubmissionRow.decided_fields),
        )
        .where(SubmissionRow.batch_id.in_(counts))
        .group_by(SubmissionRow.batch_id, SubmissionRow.state)
    )
    for batch_id, state, number, *fields in rows:
        count, (is_open, accepted, decided) = counts[batch_id], map(int, fields)
        count.submissions += number
        count.submissions_done += number * (state == SubmissionState.DONE)
        count.submissions_reading += number * (state == SubmissionState.READING)
        count.fields += is_open + accepted + decided
        count.auto_accepted += accepted
        count.needs_review += is_open
        count.reviewed += decided
