"""A ZIP becomes the files it holds, one after the other, in bounded memory.

Each file is added in a transaction of its own that still holds the ZIP's lease, with its place in
the ZIP: a worker that dies in the middle, or a retry, goes on after the last one added.
"""

from __future__ import annotations

import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.reading.archives import (
    START_BYTES,
    Archive,
    ArchiveEntry,
    ArchiveLimits,
    is_archive,
    open_archive,
)
from forms_app.reading.errors import NestedArchiveError, ReadingError
from forms_app.services.adding import Arrival, add_failed, add_stream
from forms_app.services.application import Application
from forms_app.services.cleaning import delete_unreferenced
from forms_app.services.loading import load
from forms_app.services.names import clean_file_path
from forms_app.store.blobs import doom
from forms_app.store.claims import Lease, hold
from forms_app.store.models import LOCAL_USER_ID, FileRow
from forms_app.store.states import FileState

SHARE_OF_LEASE = 0.4
"""One file more may take the rest: the task is cut off at 0.8."""


def is_stored_archive(app: Application, key: str) -> bool:
    """Whether a stored file is a ZIP, by its first bytes."""
    with app.files.opened(key) as data:
        return is_archive(data.read(START_BYTES))


def unpack(app: Application, lease: Lease) -> bool:
    """Add the files of a ZIP to its batch; False when time ran out before the last.

    Raises:
        ReadingError: The ZIP as a whole is refused.
        LeaseLostError: Another worker goes on with it.
        TransientError: The file store or database does not answer; try again.
    """
    until = time.monotonic() + SHARE_OF_LEASE * app.settings.lease_seconds
    with app.session() as session:
        file = load(session, FileRow, lease.row_id)
        there = set(
            session.scalars(select(FileRow.archive_entry).where(FileRow.archive_id == file.id))
        )
    if file.archive_id is not None:
        raise NestedArchiveError(
            f"{file.name} is a ZIP inside a ZIP. Unpack it and upload what it holds."
        )
    assert file.content_hash is not None
    limits = archive_limits(app)
    with (
        app.files.opened(file.content_hash) as data,
        open_archive(data, file.name, limits) as archive,
    ):
        for entry in archive.entries:
            if entry.number in there:
                continue
            if time.monotonic() > until:
                return False
            _add(app, lease, file, archive, entry)
        count = len(archive.entries)
    _finish(app, lease, file.content_hash, count)
    return True


def archive_limits(app: Application) -> ArchiveLimits:
    """The limits for ZIPs from the settings."""
    settings = app.settings
    return ArchiveLimits(
        max_files=settings.max_zip_files,
        max_bytes=settings.max_zip_mb << 20,
        max_file_bytes=settings.max_file_mb << 20,
    )


def _add(
    app: Application, lease: Lease, file: FileRow, archive: Archive, entry: ArchiveEntry
) -> None:
    def still_ours(session: Session, _file_id: int) -> None:
        hold(session, lease)

    arrival = Arrival(
        file.batch_id, clean_file_path(entry.name), LOCAL_USER_ID, file.id, entry.number
    )
    try:
        with archive.opened(entry) as stream:
            add_stream(app, arrival, stream, app.settings.max_file_mb << 20, still_ours)
    except ReadingError as error:
        add_failed(app, arrival, error.code, error.message, 0, still_ours)


def _finish(app: Application, lease: Lease, key: str, count: int) -> None:
    """Nothing needs the ZIP's own bytes any more; its row says what became of it."""
    with app.session() as session:
        hold(session, lease)
        file = load(session, FileRow, lease.row_id)
        file.state, file.page_count, file.unpacked_files = FileState.DONE, 0, count
        file.attempts, file.lease_until = 0, None
        doom(session, [key])
    delete_unreferenced(app, [key])
