"""The files of a batch as people see them."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from forms_app.services.dto.batches import BatchName, FileSummary, PageFailure
from forms_app.store.models import (
    BatchRow,
    BatchVersionRow,
    FileRow,
    PageRow,
    TemplateVersionRow,
)
from forms_app.store.states import FileState, PageState

STUCK = (PageState.FAILED, PageState.HELD)


def load_files(session: Session, batch_id: int) -> list[FileSummary]:
    """All files of a batch in the order of their upload."""
    files = session.scalars(
        select(FileRow).where(FileRow.batch_id == batch_id).order_by(FileRow.id)
    ).all()
    of_batch = FileRow.batch_id == batch_id
    failures: dict[int, list[PageFailure]] = defaultdict(list)
    for page in session.scalars(
        select(PageRow)
        .join(FileRow, FileRow.id == PageRow.file_id)
        .where(of_batch, PageRow.state.in_(STUCK))
        .order_by(PageRow.number)
    ):
        failures[page.file_id].append(_failure(page))
    read: dict[int, int] = dict(
        session.execute(
            select(PageRow.file_id, func.count())
            .join(FileRow, FileRow.id == PageRow.file_id)
            .where(of_batch, PageRow.state == PageState.READ)
            .group_by(PageRow.file_id)
        ).all()
    )
    names = {file.id: file.name for file in files}
    elsewhere = _earlier_batches(session, of_batch)
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
    failed = session.scalars(
        select(PageRow)
        .where(PageRow.file_id == file.id, PageRow.state.in_(STUCK))
        .order_by(PageRow.number)
    )
    read = session.scalar(
        select(func.count())
        .select_from(PageRow)
        .where(PageRow.file_id == file.id, PageRow.state == PageState.READ)
    )
    return _summary(
        file,
        read or 0,
        [_failure(page) for page in failed],
        _name(session, file.duplicate_of_id),
        _earlier_batches(session, FileRow.id == file.id).get(file.id),
        _name(session, file.archive_id),
    )


def _name(session: Session, file_id: int | None) -> str | None:
    file = session.get(FileRow, file_id) if file_id else None
    return file.name if file else None


def _earlier_batches(session: Session, those: ColumnElement[bool]) -> dict[int, BatchName]:
    """For files whose content came before in another batch of the same template: the first one."""
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
        .join(its_batch, its_batch.id == earlier.batch_id)
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
