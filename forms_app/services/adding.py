"""A file's row: how what has arrived, from wherever, is put into its batch exactly once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms_app.errors import NotFoundError
from forms_app.files import Readable, StoredFile
from forms_app.queues import SPLIT_FILE
from forms_app.reading.errors import ReadingError
from forms_app.services.application import Application
from forms_app.services.cleaning import delete_unreferenced
from forms_app.services.dto.batches import FileSummary
from forms_app.services.file_lists import load_file
from forms_app.services.loading import load
from forms_app.services.sending import send_or_leave
from forms_app.services.work_events import file_arrived
from forms_app.store.audit import record_event
from forms_app.store.locks import lock_blobs
from forms_app.store.models import LOCAL_USER_ID, BatchRow, FileRow
from forms_app.store.states import FileState

log = structlog.get_logger(__name__)

EMPTY_CODE = "empty_file"
EMPTY_MESSAGE = "The file is empty (0 bytes); scan or export it again and upload that."

Settle = Callable[[Session, int], None]
"""Called with the new file's id in the transaction that adds it; what it raises takes all back."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that is to be added; one out of a ZIP says which, and its place in it."""

    batch_id: int
    name: str
    user_id: int | None = LOCAL_USER_ID
    archive_id: int | None = None
    archive_entry: int | None = None


def add_nothing_more(_session: Session, _file_id: int) -> None:
    """The `Settle` of a file whose arrival is told nowhere else."""


def add_stream(
    app: Application,
    arrival: Arrival,
    stream: Readable,
    max_bytes: int,
    settle: Settle = add_nothing_more,
) -> FileSummary:
    """Keep all that `stream` has and add it; what cannot be read of it fails with the reason.

    Raises:
        NotFoundError: There is no such batch.
        TransientError: The file store or database does not answer; nothing was added.
    """
    try:
        with app.files.spooled(stream, max_bytes) as (stored, spool):
            if stored.size == 0:
                return add_failed(app, arrival, EMPTY_CODE, EMPTY_MESSAGE, 0, settle)
            return add_kept(
                app, arrival, stored, lambda: app.files.put_spooled(stored, spool), settle
            )
    except ReadingError as error:
        return add_failed(app, arrival, error.code, error.message, 0, settle)


def add_kept(
    app: Application,
    arrival: Arrival,
    stored: StoredFile,
    keep: Callable[[], None],
    settle: Settle = add_nothing_more,
) -> FileSummary:
    """Add a file and have it read; the same content a second time in the batch is a duplicate.

    Args:
        app: The application.
        arrival: What is added.
        stored: Where `keep` puts its bytes.
        keep: Puts the bytes into the file store; costs nothing when they are there.
        settle: See `Settle`.

    Raises:
        NotFoundError: There is no such batch.
    """
    keep()

    def add(state: FileState) -> FileSummary:
        with app.session() as session:
            lock_blobs(session, [stored.key])
            # Costs nothing unless the last other reference was just deleted with the bytes.
            keep()
            return _insert(session, _kept_row(session, arrival, stored, state), arrival, settle)

    try:
        summary = add(FileState.UPLOADED)
    except IntegrityError:
        summary = add(FileState.DUPLICATE)
    except NotFoundError:
        delete_unreferenced(app, [stored.key])
        raise
    if summary.state == FileState.UPLOADED:
        send_or_leave(app, SPLIT_FILE, summary.id)
    return summary


def add_failed(
    app: Application,
    arrival: Arrival,
    code: str,
    message: str,
    size: int,
    settle: Settle = add_nothing_more,
) -> FileSummary:
    """Add a file that could not be kept, so that people see it and why.

    Raises:
        NotFoundError: There is no such batch.
    """
    log.warning("file not kept", batch_id=arrival.batch_id, code=code)
    named = message if message.startswith(arrival.name) else f"{arrival.name}: {message}"
    with app.session() as session:
        file = FileRow(
            batch_id=arrival.batch_id,
            name=arrival.name,
            size=size,
            state=FileState.FAILED,
            error_code=code,
            error_message=named,
        )
        return _insert(session, file, arrival, settle)


def _kept_row(session: Session, arrival: Arrival, stored: StoredFile, state: FileState) -> FileRow:
    file = FileRow(
        batch_id=arrival.batch_id,
        name=arrival.name,
        content_hash=stored.key,
        size=stored.size,
        state=state,
    )
    if state == FileState.DUPLICATE:
        file.duplicate_of_id = _original(session, arrival.batch_id, stored.key)
    return file


def _insert(session: Session, file: FileRow, arrival: Arrival, settle: Settle) -> FileSummary:
    load(session, BatchRow, arrival.batch_id)
    file.archive_id, file.archive_entry = arrival.archive_id, arrival.archive_entry
    session.add(file)
    session.flush()
    file_arrived(session, file)
    settle(session, file.id)
    record_event(
        session,
        "upload",
        "file",
        file.id,
        arrival.user_id,
        batch_id=file.batch_id,
        state=str(file.state),
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
