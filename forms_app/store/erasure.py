"""The rows of one form: which there are, and deleting them with all that was made of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, delete, func, or_, select, update
from sqlalchemy.orm import Session

from forms_app.store import retention
from forms_app.store.models import (
    ApiAnswerRow,
    ApiTokenRow,
    Base,
    DeletionRow,
    DeliveryRow,
    DeliveryRunRow,
    ExportBatchRow,
    ExportRow,
    FileRow,
    PageRow,
    SubmissionRow,
    UploadPartRow,
    UploadRow,
)
from forms_app.store.states import DeliveryState, FileState, PageState


@dataclass(frozen=True, slots=True)
class FormPages:
    """The pages of the files that a form lies in. dropped: taken out by a person · homeless: of no
    form · others: of other forms."""

    own: tuple[PageRow, ...]
    dropped: tuple[PageRow, ...]
    homeless: tuple[PageRow, ...]
    others: tuple[PageRow, ...]


def files_of_form(session: Session, form: SubmissionRow) -> Sequence[FileRow]:
    """The files that its pages lie in, and the one that it was made from."""
    of_pages = select(PageRow.file_id).where(PageRow.submission_id == form.id)
    found = FileRow.id.in_(of_pages) | (FileRow.id == form.file_id)
    return session.scalars(select(FileRow).where(found).order_by(FileRow.id)).all()


def pages_around(session: Session, form_id: int, file_ids: Collection[int]) -> FormPages:
    """All pages of those files, by whose they are."""
    pages = session.scalars(
        select(PageRow).where(PageRow.file_id.in_(file_ids)).order_by(PageRow.id)
    ).all()
    rest = [page for page in pages if page.submission_id != form_id]
    alone = [page for page in rest if page.submission_id is None]
    return FormPages(
        own=tuple(page for page in pages if page.submission_id == form_id),
        dropped=tuple(page for page in alone if page.state == PageState.DROPPED),
        homeless=tuple(page for page in alone if page.state != PageState.DROPPED),
        others=tuple(page for page in rest if page.submission_id is not None),
    )


def rows_naming(session: Session, form_id: int) -> dict[str, int]:
    """How many rows of each table are of the form, where there are any; records of deletions are
    none."""
    found = {
        table.name: session.scalar(
            select(func.count()).select_from(table).where(table.c.submission_id == form_id)
        )
        or 0
        for table in _tables_of_forms()
    }
    found["submissions"] = retention.count(
        session, select(SubmissionRow.id).where(SubmissionRow.id == form_id)
    )
    return {name: count for name, count in found.items() if count}


def delete_form(session: Session, form_id: int, dropped: Collection[PageRow]) -> None:
    """The form with its pages, readings, decisions, notes and checks; and dropped pages."""
    ids = [page.id for page in dropped]
    session.execute(
        delete(PageRow).where(or_(PageRow.submission_id == form_id, PageRow.id.in_(ids)))
    )
    session.execute(delete(SubmissionRow).where(SubmissionRow.id == form_id))


def forget_file(session: Session, file: FileRow, now: datetime) -> None:
    """The bytes of a file and its doubles; its row too, where no form and no page is left of it."""
    doubles = (FileRow.duplicate_of_id == file.id) & (FileRow.state == FileState.DUPLICATE)
    session.execute(delete(FileRow).where(doubles))
    pages = session.scalar(select(func.count(PageRow.id)).where(PageRow.file_id == file.id)) or 0
    forms = select(SubmissionRow.id).where(SubmissionRow.file_id == file.id)
    if not pages and not retention.count(session, forms):
        session.execute(delete(FileRow).where(FileRow.id == file.id))
        return
    session.execute(
        update(FileRow)
        .where(FileRow.id == file.id)
        .values(content_hash=None, scan_deleted_at=now, page_count=pages)
    )


def forget_uploads(session: Session, file_ids: Collection[int]) -> set[str]:
    """How those files came; keys of parts that are still kept."""
    uploads = select(UploadRow.id).where(UploadRow.file_id.in_(file_ids))
    keys = set(
        session.scalars(select(UploadPartRow.key).where(UploadPartRow.upload_id.in_(uploads)))
    )
    session.execute(delete(UploadRow).where(UploadRow.file_id.in_(file_ids)))
    return keys


def exports_of_batch(session: Session, batch_id: int) -> Sequence[int]:
    """Ids of all exports that a form of the batch may be in."""
    among = select(ExportBatchRow.export_id).where(ExportBatchRow.batch_id == batch_id)
    return session.scalars(
        select(ExportRow.id).where(or_(ExportRow.batch_id == batch_id, ExportRow.id.in_(among)))
    ).all()


def delivered(session: Session, batch_id: int) -> list[dict[str, str]]:
    """Files with the batch's data that were delivered to places that are not ours."""
    rows = session.execute(
        select(DeliveryRow.name, DeliveryRow.place, DeliveryRow.folder, DeliveryRunRow.file_name)
        .join(DeliveryRow, DeliveryRow.id == DeliveryRunRow.delivery_id)
        .where(DeliveryRunRow.batch_id == batch_id, DeliveryRunRow.state == DeliveryState.DONE)
        .order_by(DeliveryRunRow.id)
    )
    return [
        {"delivery": row.name, "place": row.place, "folder": row.folder, "file": row.file_name}
        for row in rows
    ]


def forget_answers(session: Session, project_id: int) -> int:
    """Answers of the API that are kept for requests that come again; how many."""
    tokens = select(ApiTokenRow.id).where(ApiTokenRow.project_id == project_id)
    of_project = ApiAnswerRow.token_id.in_(tokens)
    number = session.scalar(select(func.count()).select_from(ApiAnswerRow).where(of_project)) or 0
    session.execute(delete(ApiAnswerRow).where(of_project))
    return number


def _tables_of_forms() -> list[Table]:
    return [
        table
        for table in Base.metadata.sorted_tables
        if "submission_id" in table.c and table.name != DeletionRow.__tablename__
    ]
