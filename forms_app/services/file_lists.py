"""The files of a batch as people see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchName, FileSummary, PageFailure
from forms_app.services.loading import load
from forms_app.store.models import (
    BatchRow,
    BatchVersionRow,
    FileRow,
    PageRow,
    TemplateVersionRow,
)
from forms_app.store.page_queue import is_stuck
from forms_app.store.states import FileState, PageState


@dataclass(frozen=True, slots=True)
class FileList:
    """A stretch of a batch's files in the order of their upload. `place` files come before it, of
    `total`; the stretches before and after begin with the files of these ids. `first_id` is its own
    beginning, None where that is the batch's."""

    files: tuple[FileSummary, ...]
    place: int
    total: int
    first_id: int | None
    earlier_id: int | None
    later_id: int | None


def list_files(app: Application, batch_id: int, limit: int, from_id: int | None = None) -> FileList:
    """At most `limit` files from the file `from_id` on, or from the one that follows it where that
    is gone; the last ones where none follows.

    Raises:
        NotFoundError: There is no such batch.
    """
    with app.session() as session:
        load(session, BatchRow, batch_id)
        rows = _from(session, batch_id, from_id or 0, limit + 1)
        if not rows:
            rows = _before(session, batch_id, None, limit)
        shown = rows[:limit]
        first_id = shown[0].id if shown else 0
        before = _before(session, batch_id, first_id, limit)
        return FileList(
            files=tuple(describe_files(session, shown)),
            place=_count(session, batch_id, FileRow.id < first_id),
            total=_count(session, batch_id),
            first_id=first_id if before else None,
            earlier_id=before[0].id if before else None,
            later_id=rows[limit].id if len(rows) > limit else None,
        )


def files_after(
    app: Application, batch_id: int, limit: int, after_id: int | None = None
) -> list[FileSummary]:
    """At most `limit` files in the order of their upload, those after the file `after_id`.

    Raises:
        NotFoundError: There is no such batch.
    """
    with app.session() as session:
        load(session, BatchRow, batch_id)
        return describe_files(session, _from(session, batch_id, (after_id or 0) + 1, limit))


def get_file(app: Application, file_id: int) -> FileSummary:
    """One file.

    Raises:
        NotFoundError: There is no such file.
    """
    with app.session() as session:
        return load_file(session, load(session, FileRow, file_id))


def list_failures(
    app: Application, batch_id: int, limit: int
) -> list[tuple[FileSummary, PageFailure | None]]:
    """The first `limit` failures of a batch: files that failed as a whole, then single pages of
    files otherwise read."""
    with app.session() as session:
        has_failed = FileRow.state == FileState.FAILED
        of_batch = select(FileRow).where(FileRow.batch_id == batch_id).order_by(FileRow.id)
        failed = session.scalars(of_batch.where(has_failed).limit(limit)).all()
        found: list[tuple[FileSummary, PageFailure | None]] = [
            (file, None) for file in describe_files(session, failed)
        ]
        if len(found) == limit:
            return found
        rows = session.execute(
            select(PageRow, FileRow)
            .join(FileRow, FileRow.id == PageRow.file_id)
            .where(FileRow.batch_id == batch_id, ~has_failed, is_stuck())
            .order_by(FileRow.id, PageRow.number)
            .limit(limit - len(found))
        ).all()
        files = {file.id: file for _, file in rows}
        described = {each.id: each for each in describe_files(session, list(files.values()))}
        return [*found, *((described[file.id], _failure(page)) for page, file in rows)]


def load_files(session: Session, batch_id: int, limit: int) -> list[FileSummary]:
    """The first `limit` files of a batch in the order of their upload."""
    return describe_files(session, _from(session, batch_id, 0, limit))


def _from(session: Session, batch_id: int, from_id: int, limit: int) -> Sequence[FileRow]:
    query = select(FileRow).where(FileRow.batch_id == batch_id, FileRow.id >= from_id)
    return session.scalars(query.order_by(FileRow.id).limit(limit)).all()


def _before(session: Session, batch_id: int, file_id: int | None, limit: int) -> Sequence[FileRow]:
    """The last `limit` files before one, or of all."""
    query = select(FileRow).where(FileRow.batch_id == batch_id)
    if file_id is not None:
        query = query.where(FileRow.id < file_id)
    return session.scalars(query.order_by(FileRow.id.desc()).limit(limit)).all()[::-1]


def _count(session: Session, batch_id: int, *conditions: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(FileRow)
    return session.scalar(query.where(FileRow.batch_id == batch_id, *conditions)) or 0


def describe_files(session: Session, files: Sequence[FileRow]) -> list[FileSummary]:
    """These files as people see them: a fixed number of queries, however many."""
    ids = [file.id for file in files]
    failures: dict[int, list[PageFailure]] = defaultdict(list)
    for page in session.scalars(
        select(PageRow)
        .where(PageRow.file_id.in_(ids), is_stuck())
        .order_by(PageRow.file_id, PageRow.number)
    ):
        failures[page.file_id].append(_failure(page))
    read: dict[int, int] = dict(
        session.execute(
            select(PageRow.file_id, func.count())
            .where(PageRow.file_id.in_(ids), PageRow.state == PageState.READ)
            .group_by(PageRow.file_id)
        ).all()
    )
    others = {other for file in files for other in (file.duplicate_of_id, file.archive_id)}
    names: dict[int, str] = dict(
        session.execute(
            select(FileRow.id, FileRow.name).where(FileRow.id.in_(others - {None}))
        ).all()
    )
    elsewhere = _earlier_batches(session, FileRow.id.in_(ids))
    return [
        _summary(
            file,
            read.get(file.id, 0),
            failures[file.id],
            names.get(file.duplicate_of_id or 0),
            elsewhere.get(file.id),
            names.get(file.archive_id or 0),
        )
        for file in files
    ]


def load_file(session: Session, file: FileRow) -> FileSummary:
    """One file."""
    return describe_files(session, [file])[0]


def _earlier_batches(session: Session, those: ColumnElement[bool]) -> dict[int, BatchName]:
    """For files whose content came before in another batch of the same template, and so of the same
    project: the first one."""
    earlier, its_batch = aliased(FileRow), aliased(BatchRow)
    found = session.execute(
        select(FileRow.id, its_batch.id, its_batch.name)
        .join(BatchRow, BatchRow.id == FileRow.batch_id)
        .join(
            earlier,
            (earlier.content_hash == FileRow.content_hash)
            & (earlier.id < FileRow.id)
            & (earlier.batch_id != FileRow.batch_id)
            & (earlier.state != FileState.FAILED),
        )
        .join(
            its_batch,
            (its_batch.id == earlier.batch_id) & (its_batch.project_id == BatchRow.project_id),
        )
        .where(those, FileRow.state != FileState.FAILED)
        .where(or_(BatchRow.takes_any, its_batch.takes_any, _share_template(BatchRow, its_batch)))
        .order_by(earlier.id.desc())
    )
    return {file_id: BatchName(batch_id, name) for file_id, batch_id, name in found}


def _share_template(one: type[BatchRow], other: type[BatchRow]) -> ColumnElement[bool]:
    """Whether two batches hold filled copies of a common template, whatever its version."""
    of_one, of_other = aliased(BatchVersionRow), aliased(BatchVersionRow)
    mine, theirs = aliased(TemplateVersionRow), aliased(TemplateVersionRow)
    return (
        exists()
        .where(of_one.batch_id == one.id, mine.id == of_one.version_id)
        .where(of_other.batch_id == other.id, theirs.id == of_other.version_id)
        .where(mine.template_id == theirs.template_id)
    )


def _failure(page: PageRow) -> PageFailure:
    return PageFailure(
        page_id=page.id,
        number=page.number,
        error_code=page.error_code or "internal",
        message=page.error_message or "",
        is_held=page.state == PageState.HELD,
    )


def _summary(
    file: FileRow,
    pages_read: int,
    failures: list[PageFailure],
    duplicate_of: str | None,
    already_in: BatchName | None,
    archive: str | None,
) -> FileSummary:
    return FileSummary(
        id=file.id,
        batch_id=file.batch_id,
        name=file.name,
        size=file.size,
        state=file.state,
        page_count=file.page_count,
        pages_read=pages_read,
        error_code=file.error_code,
        error_message=file.error_message,
        failed_pages=tuple(failures),
        duplicate_of=duplicate_of,
        created_at=file.created_at,
        already_in=already_in,
        archive=archive,
        unpacked_files=file.unpacked_files,
    )
