"""Files coming in, and files taken out again."""

from __future__ import annotations

from typing import IO

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms_app.errors import (
    ConflictError,
    NotFoundError,
    StorageFullError,
    StorageUnavailableError,
)
from forms_app.files import Readable, StoredFile
from forms_app.queues import SPLIT_FILE
from forms_app.reading.errors import ReadingError
from forms_app.services.application import Application
from forms_app.services.cleaning import delete_unreferenced
from forms_app.services.dto import FileSummary
from forms_app.services.file_lists import load_file
from forms_app.services.loading import load
from forms_app.services.names import clean_file_name
from forms_app.services.retries import retry_file, retry_page
from forms_app.services.sending import send_or_leave
from forms_app.store.audit import record_event
from forms_app.store.blobs import blobs_of_file, doom
from forms_app.store.locks import lock_blobs, lock_file
from forms_app.store.models import LOCAL_USER_ID, BatchRow, FileRow, PageRow
from forms_app.store.states import FileState, PageState

__all__ = ["add_file", "remove_file", "remove_page", "retry_file", "retry_page"]

log = structlog.get_logger(__name__)

EMPTY_MESSAGE = "The file is empty (0 bytes); scan or export it again and upload that."


def add_file(
    app: Application,
    batch_id: int,
    filename: str,
    stream: Readable,
    user_id: int = LOCAL_USER_ID,
) -> FileSummary:
    """Take a file into a batch and have it read.

    A file that cannot be kept gets a row with state `failed` and the reason; the same content a
    second time in the batch gets state `duplicate` and is not read.

    Raises:
        NotFoundError: There is no such batch.
    """
    name = clean_file_name(filename)
    with app.session() as session:
        load(session, BatchRow, batch_id)
    try:
        with app.files.spooled(stream, app.settings.max_file_mb << 20) as (stored, spool):
            if stored.size == 0:
                return _add_failed(app, batch_id, name, 0, "empty_file", EMPTY_MESSAGE, user_id)
            summary = _add_kept(app, batch_id, name, stored, spool, user_id)
    except (ReadingError, StorageFullError, StorageUnavailableError) as error:
        return _add_failed(app, batch_id, name, 0, error.code, error.message, user_id)
    if summary.state == FileState.UPLOADED:
        send_or_leave(app, SPLIT_FILE, summary.id)
    return summary


def remove_file(app: Application, file_id: int, user_id: int = LOCAL_USER_ID) -> None:
    """Delete a file with its scans, readings and decisions."""
    with app.session() as session:
        file = load(session, FileRow, file_id)
        keys = blobs_of_file(session, file_id)
        doom(session, keys)
        record_event(session, "delete", "file", file_id, user_id, batch_id=file.batch_id)
        session.delete(file)
    delete_unreferenced(app, keys)


def remove_page(app: Application, page_id: int, user_id: int = LOCAL_USER_ID) -> None:
    """Take a failed page out of its file: a separator sheet, an empty back. The scan is kept.

    Raises:
        ConflictError: It has not failed, its file is being read or failed as a whole, or a form
            waits for it.
    """
    with app.session() as session:
        page = load(session, PageRow, page_id)
        file = lock_file(session, page.file_id)
        session.refresh(page)
        if page.state != PageState.FAILED or page.submission_id is not None:
            raise ConflictError(f"Page {page.number} has not failed, or is part of a form.")
        if file is None or file.state != FileState.DONE or file.page_count is None:
            raise ConflictError("The file is still being read, or nothing of it could be read.")
        file.page_count -= 1
        record_event(
            session, "delete", "page", page_id, user_id, file_id=file.id, number=page.number
        )
        session.delete(page)


def _add_kept(
    app: Application, batch_id: int, name: str, stored: StoredFile, spool: IO[bytes], user_id: int
) -> FileSummary:
    app.files.put_spooled(stored, spool)

    def add(state: FileState) -> FileSummary:
        with app.session() as session:
            lock_blobs(session, [stored.key])
            # Costs nothing unless the last other reference was just deleted with the bytes.
            app.files.put_spooled(stored, spool)
            return _add_row(session, batch_id, name, stored, state, user_id)

    try:
        return add(FileState.UPLOADED)
    except IntegrityError:
        return add(FileState.DUPLICATE)
    except NotFoundError:
        delete_unreferenced(app, [stored.key])
        raise


def _add_row(
    session: Session,
    batch_id: int,
    name: str,
    stored: StoredFile,
    state: FileState,
    user_id: int,
) -> FileSummary:
    load(session, BatchRow, batch_id)
    file = FileRow(
        batch_id=batch_id,
        name=name,
        content_hash=stored.key,
        size=stored.size,
        state=state,
    )
    if state == FileState.DUPLICATE:
        file.duplicate_of_id = _original(session, batch_id, stored.key)
    return _insert(session, file, user_id)


def _add_failed(
    app: Application, batch_id: int, name: str, size: int, code: str, message: str, user_id: int
) -> FileSummary:
    log.warning("file not kept", batch_id=batch_id, code=code)
    with app.session() as session:
        file = FileRow(
            batch_id=batch_id,
            name=name,
            size=size,
            state=FileState.FAILED,
            error_code=code,
            error_message=f"{name}: {message}",
        )
        return _insert(session, file, user_id)


def _insert(session: Session, file: FileRow, user_id: int) -> FileSummary:
    session.add(file)
    session.flush()
    record_event(
        session, "upload", "file", file.id, user_id, batch_id=file.batch_id, state=str(file.state)
    )
    return load_file(session, file)


def _original(session: Session, batch_id: int, content_hash: str) -> int | None:
    return session.scalar(
        select(FileRow.id).where(
            FileRow.batch_id == batch_id,
            FileRow.content_hash == content_hash,
            FileRow.state.not_in((FileState.DUPLICATE, FileState.FAILED)),
        )
    )
