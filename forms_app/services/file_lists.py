"""The files of a batch as people see them."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms_app.services.dto import FileSummary, PageFailure
from forms_app.store.models import FileRow, PageRow
from forms_app.store.states import PageState


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
        .where(of_batch, PageRow.state == PageState.FAILED)
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
    return [
        _summary(
            file, read.get(file.id, 0), failures[file.id], names.get(file.duplicate_of_id or 0)
        )
        for file in files
    ]


def load_file(session: Session, file: FileRow) -> FileSummary:
    """One file."""
    failed = session.scalars(
        select(PageRow)
        .where(PageRow.file_id == file.id, PageRow.state == PageState.FAILED)
        .order_by(PageRow.number)
    )
    read = session.scalar(
        select(func.count())
        .select_from(PageRow)
        .where(PageRow.file_id == file.id, PageRow.state == PageState.READ)
    )
    original = session.get(FileRow, file.duplicate_of_id) if file.duplicate_of_id else None
    return _summary(
        file, read or 0, [_failure(page) for page in failed], original.name if original else None
    )


def _failure(page: PageRow) -> PageFailure:
    return PageFailure(
        page_id=page.id,
        number=page.number,
        error_code=page.error_code or "internal",
        message=page.error_message or "",
    )


def _summary(
    file: FileRow, pages_read: int, failures: list[PageFailure], duplicate_of: str | None
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
    )
