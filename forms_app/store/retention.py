"""What is due to be deleted, and deleting some of it. Callers say of which batch or project.

A batch's time counts from the last thing that happened in it: it was made, a file was added, a page
was read, a field was decided. Of a finished batch that is when it was finished.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from forms_app.store.base import Base
from forms_app.store.database_clock import database_now
from forms_app.store.models import (
    BatchRow,
    DecisionRow,
    ExportRow,
    FieldLeaseRow,
    FileRow,
    GlyphCheckRow,
    PageRow,
    QualitySampleRow,
    ReadingRow,
    RetentionRuleRow,
    ReviewNoteRow,
    SecondKeyRow,
    SeededErrorRow,
    SubmissionFieldRow,
    SubmissionRow,
)
from forms_app.store.states import Deleted, ExportState, FileState, PageState, SubmissionState

AT_WORK = (FileState.UPLOADED, FileState.SPLIT)
TO_BE_READ = (PageState.PENDING, PageState.ALIGNED, PageState.HELD)
# All that says what was read or decided; decisions and readings take with them what hangs on them.
OF_VALUES: tuple[type[Base], ...] = (
    GlyphCheckRow,
    SeededErrorRow,
    QualitySampleRow,
    SecondKeyRow,
    ReviewNoteRow,
    FieldLeaseRow,
    DecisionRow,
    SubmissionFieldRow,
    ReadingRow,
)


def claim_rules(session: Session, every: timedelta) -> Sequence[RetentionRuleRow]:
    """Rules by which nobody has looked for so long; they count as looked at from now on."""
    now = database_now(session)
    is_due = or_(RetentionRuleRow.looked_at.is_(None), RetentionRuleRow.looked_at < now - every)
    return session.scalars(
        update(RetentionRuleRow)
        .where(is_due)
        .values(looked_at=now, changed_at=RetentionRuleRow.changed_at)
        .returning(RetentionRuleRow)
    ).all()


def look_again(session: Session, project_ids: Collection[int]) -> None:
    """There was more than was deleted: the next sweep goes on with these projects."""
    session.execute(
        update(RetentionRuleRow)
        .where(RetentionRuleRow.project_id.in_(project_ids))
        .values(looked_at=None, changed_at=RetentionRuleRow.changed_at)
    )


def due_batches(
    project_id: int, what: Deleted, before: datetime, takes_unfinished: bool
) -> Select[int]:
    """Ids of batches in which nothing has happened since `before` and that have `what` left."""
    has_left = exists().where(_of_batch(what))
    rests = _rests_since(before)
    ends = () if takes_unfinished else (_is_finished(),)
    return select(BatchRow.id).where(
        BatchRow.project_id == project_id, BatchRow.created_at < before, rests, *ends, has_left
    )


def due_exports(project_id: int, before: datetime) -> Select[int]:
    """Ids of exports that were made before that."""
    return select(ExportRow.id).where(
        ExportRow.project_id == project_id,
        ExportRow.state != ExportState.PENDING,
        func.coalesce(ExportRow.finished_at, ExportRow.created_at) < before,
    )


def left_of(what: Deleted, batch_ids: Select[int]) -> Select[int]:
    """Ids of what is left in those batches: files, pages or forms."""
    return _ids(what).where(BatchRow.id.in_(batch_ids))


def delete_scans(
    session: Session, batch_id: int, limit: int, now: datetime
) -> tuple[int, set[str]]:
    """Forget up to `limit` files' bytes, and scans that replace pages of them.

    How many, and the keys of the stored files.
    """
    ids = _picked(session, Deleted.SCANS, batch_id, limit)
    of_files = PageRow.file_id.in_(ids) & PageRow.scan_hash.is_not(None)
    keys = {
        *session.scalars(select(FileRow.content_hash).where(FileRow.id.in_(ids))),
        *session.scalars(select(PageRow.scan_hash).where(of_files)),
    }
    session.execute(update(PageRow).where(of_files).values(scan_hash=None))
    session.execute(
        update(FileRow)
        .where(FileRow.id.in_(ids))
        .values(content_hash=None, scan_deleted_at=now, changed_at=FileRow.changed_at)
    )
    return len(ids), {key for key in keys if key is not None}


def delete_crops(
    session: Session, batch_id: int, limit: int, now: datetime
) -> tuple[int, set[str]]:
    """Forget up to `limit` aligned pages; how many, and the keys of the stored files."""
    ids = _picked(session, Deleted.CROPS, batch_id, limit)
    keys = set(session.scalars(select(PageRow.aligned_hash).where(PageRow.id.in_(ids))))
    session.execute(
        update(PageRow)
        .where(PageRow.id.in_(ids))
        .values(
            aligned_hash=None, writing=None, picture_deleted_at=now, changed_at=PageRow.changed_at
        )
    )
    return len(ids), {key for key in keys if key is not None}


def delete_values(session: Session, batch_id: int, limit: int) -> int:
    """Forget all that was read and decided of up to `limit` forms; how many.

    The database allows it only while a row of `deletions` says so.
    """
    ids = _picked(session, Deleted.VALUES, batch_id, limit)
    for kind in OF_VALUES:
        session.execute(delete(kind).where(kind.submission_id.in_(ids)))  # type: ignore[attr-defined]
    session.execute(update(SubmissionRow).where(SubmissionRow.id.in_(ids)).values(key=None))
    session.execute(
        update(PageRow)
        .where(PageRow.submission_id.in_(ids))
        .values(barcode=None, changed_at=PageRow.changed_at)
    )
    return len(ids)


def delete_exports(session: Session, ids: Sequence[int]) -> set[str]:
    """Forget exports; the keys of their files."""
    keys = session.scalars(select(ExportRow.content_hash).where(ExportRow.id.in_(ids)))
    found = {key for key in keys if key is not None}
    session.execute(delete(ExportRow).where(ExportRow.id.in_(ids)))
    return found


def count(session: Session, ids: Select[int]) -> int:
    """How many rows a selection has."""
    return session.scalar(select(func.count()).select_from(ids.subquery())) or 0


def _picked(session: Session, what: Deleted, batch_id: int, limit: int) -> Sequence[int]:
    ids = _ids(what).where(BatchRow.id == batch_id)
    return session.scalars(ids.order_by(ids.selected_columns[0]).limit(limit)).all()


def _ids(what: Deleted) -> Select[int]:
    column = {
        Deleted.SCANS: FileRow.id,
        Deleted.CROPS: PageRow.id,
        Deleted.VALUES: SubmissionRow.id,
    }[what]
    return select(column).where(_of_batch(what))


def _of_batch(what: Deleted) -> ColumnElement[bool]:
    """Rows of a batch (`BatchRow`) that have something of the kind, and none that is at work."""
    conditions: dict[Deleted, Iterable[ColumnElement[bool]]] = {
        Deleted.SCANS: (
            FileRow.batch_id == BatchRow.id,
            FileRow.state.not_in(AT_WORK),
            ~exists().where(PageRow.file_id == FileRow.id, PageRow.state.in_(TO_BE_READ)),
            or_(
                FileRow.content_hash.is_not(None) & FileRow.unpacked_files.is_(None),
                exists().where(PageRow.file_id == FileRow.id, PageRow.scan_hash.is_not(None)),
            ),
        ),
        Deleted.CROPS: (
            FileRow.batch_id == BatchRow.id,
            PageRow.file_id == FileRow.id,
            PageRow.state.not_in(TO_BE_READ),
            PageRow.aligned_hash.is_not(None),
        ),
        Deleted.VALUES: (
            SubmissionRow.batch_id == BatchRow.id,
            SubmissionRow.state != SubmissionState.READING,
            exists().where(ReadingRow.submission_id == SubmissionRow.id),
        ),
    }
    return and_(*conditions[what])


def _rests_since(before: datetime) -> ColumnElement[bool]:
    """Nothing has happened in the batch since then."""
    of_file = FileRow.batch_id == BatchRow.id
    decided = exists().where(
        SubmissionRow.batch_id == BatchRow.id,
        DecisionRow.submission_id == SubmissionRow.id,
        DecisionRow.created_at >= before,
    )
    return ~or_(
        exists().where(of_file, FileRow.created_at >= before),
        exists().where(of_file, PageRow.file_id == FileRow.id, PageRow.read_at >= before),
        decided,
    )


def _is_finished() -> ColumnElement[bool]:
    """No file is to be opened, no page to be read or sorted, no form to be read or reviewed."""
    of_file = FileRow.batch_id == BatchRow.id
    waits = PageRow.state.in_(TO_BE_READ)
    return ~or_(
        exists().where(of_file, FileRow.state.in_(AT_WORK)),
        exists().where(of_file, PageRow.file_id == FileRow.id, waits),
        exists().where(
            SubmissionRow.batch_id == BatchRow.id, SubmissionRow.state != SubmissionState.DONE
        ),
    )
