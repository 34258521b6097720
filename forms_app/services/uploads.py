"""Files coming in, and a second try for those that failed."""

from __future__ import annotations

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, TransientError
from forms_app.files import Readable, StoredFile
from forms_app.queues import ALIGN_PAGE, SPLIT_FILE
from forms_app.reading.errors import ReadingError
from forms_app.services.application import Application
from forms_app.services.cleaning import delete_unreferenced
from forms_app.services.dto import FileSummary
from forms_app.services.file_lists import load_file
from forms_app.services.loading import load
from forms_app.services.names import clean_file_name
from forms_app.services.sending import send_or_leave
from forms_app.store.audit import record_event
from forms_app.store.blobs import blobs_of_file
from forms_app.store.models import LOCAL_USER_ID, BatchRow, FileRow, PageRow
from forms_app.store.states import FileState, PageState

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
        stored = app.files.put_stream(stream, app.settings.max_file_mb << 20)
    except (ReadingError, TransientError) as error:
        return _add_failed(app, batch_id, name, 0, error.code, error.message, user_id)
    if stored.size == 0:
        return _add_failed(app, batch_id, name, 0, "empty_file", EMPTY_MESSAGE, user_id)
    try:
        summary = _add_row(app, batch_id, name, stored, FileState.UPLOADED, user_id)
    except IntegrityError:
        return _add_row(app, batch_id, name, stored, FileState.DUPLICATE, user_id)
    send_or_leave(app, SPLIT_FILE, summary.id)
    return summary


def retry_file(app: Application, file_id: int, user_id: int = LOCAL_USER_ID) -> FileSummary:
    """Try a failed file again from the start; also a duplicate whose original was removed.

    Raises:
        ConflictError: It has not failed, its bytes were never kept, or the batch has the same
            content under another name by now.
    """
    try:
        with app.session() as session:
            file = load(session, FileRow, file_id)
            if not _may_be_retried(file):
                raise ConflictError(f"{file.name} has not failed; there is nothing to try again.")
            if file.content_hash is None:
                raise ConflictError(f"{file.name} could not be kept; upload it again.")
            file.state, file.attempts, file.lease_until = FileState.UPLOADED, 0, None
            file.error_code = file.error_message = None
            record_event(session, "retry", "file", file_id, user_id)
            session.flush()
            summary = load_file(session, file)
    except IntegrityError as error:
        raise ConflictError("The batch has the same file already under another name.") from error
    send_or_leave(app, SPLIT_FILE, file_id)
    return summary


def retry_page(app: Application, page_id: int, user_id: int = LOCAL_USER_ID) -> FileSummary:
    """Try a failed page again.

    Raises:
        ConflictError: It has not failed.
    """
    with app.session() as session:
        page = load(session, PageRow, page_id)
        if page.state != PageState.FAILED:
            raise ConflictError(f"Page {page.number} has not failed; nothing is to be tried again.")
        page.state, page.attempts, page.lease_until = PageState.PENDING, 0, None
        page.error_code = page.error_message = None
        session.execute(
            update(FileRow).where(FileRow.id == page.file_id).values(state=FileState.SPLIT)
        )
        record_event(session, "retry", "page", page_id, user_id)
        session.flush()
        summary = load_file(session, load(session, FileRow, page.file_id))
    send_or_leave(app, ALIGN_PAGE, page_id)
    return summary


def remove_file(app: Application, file_id: int, user_id: int = LOCAL_USER_ID) -> None:
    """Delete a file with its scans, readings and decisions."""
    with app.session() as session:
        file = load(session, FileRow, file_id)
        keys = blobs_of_file(session, file_id)
        record_event(session, "delete", "file", file_id, user_id, batch_id=file.batch_id)
        session.delete(file)
    delete_unreferenced(app, keys)


def _may_be_retried(file: FileRow) -> bool:
    orphan = file.state == FileState.DUPLICATE and file.duplicate_of_id is None
    return file.state == FileState.FAILED or orphan


def _add_row(
    app: Application, batch_id: int, name: str, stored: StoredFile, state: FileState, user_id: int
) -> FileSummary:
    with app.session() as session:
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
