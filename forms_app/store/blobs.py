"""Which stored files the rows refer to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select, union
from sqlalchemy.orm import Session

from forms_app.store.base import utc_now
from forms_app.store.exported_batches import holds_batch
from forms_app.store.models import (
    DoomedBlobRow,
    ExportRow,
    FileRow,
    PageRow,
    TemplateJobFileRow,
    TemplatePageRow,
    UploadPartRow,
    UploadRow,
)
from forms_app.store.upserts import insert_missing

# A file's own key stands apart: see `still_referenced`.
REFERRING = (
    UploadPartRow.key,
    PageRow.aligned_hash,
    PageRow.scan_hash,
    ExportRow.content_hash,
    TemplatePageRow.blank_hash,
    TemplateJobFileRow.content_hash,
)


def blobs_of_batch(session: Session, batch_id: int) -> set[str]:
    """Keys of every scan, aligned page, export and half-finished upload of the batch."""
    pages = (
        select(PageRow.aligned_hash)
        .join(FileRow, FileRow.id == PageRow.file_id)
        .where(FileRow.batch_id == batch_id)
    )
    scans = (
        select(PageRow.scan_hash)
        .join(FileRow, FileRow.id == PageRow.file_id)
        .where(FileRow.batch_id == batch_id)
    )
    files = select(FileRow.content_hash).where(FileRow.batch_id == batch_id)
    exports = select(ExportRow.content_hash).where(holds_batch(batch_id))
    parts = (
        select(UploadPartRow.key)
        .join(UploadRow, UploadRow.id == UploadPartRow.upload_id)
        .where(UploadRow.batch_id == batch_id)
    )
    keys = session.scalars(union(pages, scans, files, exports, parts))
    return {key for key in keys if key is not None}


def blobs_of_file(session: Session, file_id: int) -> set[str]:
    """Keys of the uploaded file, of its aligned pages and of scans that replace some."""
    pages = select(PageRow.aligned_hash).where(PageRow.file_id == file_id)
    scans = select(PageRow.scan_hash).where(PageRow.file_id == file_id)
    files = select(FileRow.content_hash).where(FileRow.id == file_id)
    return {key for key in session.scalars(union(pages, scans, files)) if key is not None}


def still_referenced(session: Session, keys: Iterable[str]) -> set[str]:
    """Those of `keys` that some row still needs; a ZIP that was unpacked needs its own no more."""
    wanted = list(keys)
    files = select(FileRow.content_hash).where(
        FileRow.content_hash.in_(wanted), FileRow.unpacked_files.is_(None)
    )
    others = (select(column).where(column.in_(wanted)) for column in REFERRING)
    return {key for key in session.scalars(union(files, *others)) if key is not None}


def referenced_blobs(session: Session) -> set[str]:
    """Keys of all files that some row needs."""
    files = select(FileRow.content_hash).where(FileRow.unpacked_files.is_(None))
    others = (select(column) for column in REFERRING)
    return {key for key in session.scalars(union(files, *others)) if key is not None}


def doom(session: Session, keys: Iterable[str]) -> None:
    """Remember that the files of `keys` are to be deleted, in the transaction of their rows."""
    rows = [{"key": key, "created_at": utc_now()} for key in sorted(keys)]
    insert_missing(session, DoomedBlobRow, rows, ["key"])


def doomed_before(session: Session, moment: datetime, limit: int) -> Sequence[str]:
    """Keys of files whose deletion did not come about."""
    return session.scalars(
        select(DoomedBlobRow.key)
        .where(DoomedBlobRow.created_at < moment)
        .order_by(DoomedBlobRow.key)
        .limit(limit)
    ).all()


def spare(session: Session, keys: Collection[str]) -> None:
    """Forget what `doom` remembered: they are deleted, or needed after all."""
    session.execute(delete(DoomedBlobRow).where(DoomedBlobRow.key.in_(keys)))
