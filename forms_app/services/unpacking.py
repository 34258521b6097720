"""A ZIP becomes the files it holds, one after the other, in bounded memory.

Each file is added in a transaction of its own that still holds the ZIP's lease, with its place in
the ZIP: a worker that dies in the middle, or a retry, goes on after the last one added.

ZIPs inside it are unpacked by the same worker in the same pass, not as files of their own: so the
limits can be counted over all of them.
"""

from __future__ import annotations

import time
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.reading.archives import (
    START_BYTES,
    Archive,
    ArchiveEntry,
    ArchiveLimits,
    Held,
    is_archive,
    open_archive,
)
from forms_app.reading.errors import NestedArchiveError, ReadingError
from forms_app.services.adding import Arrival, add_failed, add_stream
from forms_app.services.application import Application
from forms_app.services.cleaning import delete_unreferenced
from forms_app.services.loading import load
from forms_app.services.names import clean_file_path
from forms_app.services.webhook_outbox import note_file_finished
from forms_app.store.blobs import doom
from forms_app.store.claims import Lease, hold
from forms_app.store.models import LOCAL_USER_ID, FileRow
from forms_app.store.states import FileState

MOST_LEVELS = 3
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
    with app.session() as session:
        file = load(session, FileRow, lease.row_id)
        there = frozenset(
            session.scalars(select(FileRow.archive_entry).where(FileRow.archive_id == file.id))
        )
    assert file.content_hash is not None
    unpacker = _Unpacker(app, lease, file, there)
    with app.files.opened(file.content_hash) as data:
        if not unpacker.took_all(data, file.name):
            return False
    _finish(app, lease, file.content_hash, unpacker.files)
    return True


def archive_limits(app: Application) -> ArchiveLimits:
    """The limits for ZIPs from the settings."""
    settings = app.settings
    return ArchiveLimits(
        max_files=settings.max_zip_files,
        max_bytes=settings.max_zip_mb << 20,
        max_file_bytes=settings.max_file_mb << 20,
    )


class _Unpacker:
    """One pass through a ZIP and those inside it, depth first.

    Every file has a number by its place in that order, the same in every pass: what is `there`
    from an earlier one is passed over.
    """

    def __init__(
        self, app: Application, lease: Lease, file: FileRow, there: frozenset[int | None]
    ) -> None:
        self._app, self._lease, self._file, self._there = app, lease, file, there
        self._limits = archive_limits(app)
        self._held = Held()
        self._number = 0
        self._met: set[int] = set()
        self._until = time.monotonic() + SHARE_OF_LEASE * app.settings.lease_seconds
        self._added = 0

    @property
    def files(self) -> int:
        """How many files came out so far, in this pass or an earlier one."""
        return len(self._met)

    def took_all(self, data: IO[bytes], source: str, folder: str = "", level: int = 1) -> bool:
        """Add what an open ZIP holds; False when time ran out.

        Raises:
            ReadingError: The ZIP as a whole is refused.
        """
        with open_archive(data, source, self._limits, self._held) as archive:
            held = archive.held
            self._held = Held(self._held.files + held.files, self._held.bytes + held.bytes)
            return all(self._took(archive, entry, folder, level) for entry in archive.entries)

    def _took(self, archive: Archive, entry: ArchiveEntry, folder: str, level: int) -> bool:
        number, self._number = self._number, self._number + 1
        name = clean_file_path(folder + entry.name)
        try:
            with archive.opened(entry) as stream:
                if is_archive(stream.peek(START_BYTES)):
                    return self._took_inner(stream, name, level + 1)
                self._met.add(number)
                if number not in self._there:
                    if self._is_time_up():
                        return False
                    self._add(number, name, stream)
        except ReadingError as error:
            self._met.add(number)
            if number not in self._there:
                self._add_failed(number, name, error)
        return True

    def _took_inner(self, stream: IO[bytes], name: str, level: int) -> bool:
        if level > MOST_LEVELS:
            raise NestedArchiveError(
                f"{name} lies in {MOST_LEVELS} ZIPs, one inside the other, and is not unpacked. "
                "Unpack it and upload what it holds."
            )
        with self._app.files.spooled(stream) as (_, spool):
            spool.seek(0)
            return self.took_all(spool, name, f"{name}/", level)

    def _is_time_up(self) -> bool:
        """Each pass adds something: getting to where it goes on may take all the time there is."""
        return self._added > 0 and time.monotonic() > self._until

    def _add(self, number: int, name: str, stream: IO[bytes]) -> None:
        most = self._app.settings.max_file_mb << 20
        add_stream(self._app, self._arrival(number, name), stream, most, self._still_ours)
        self._added += 1

    def _add_failed(self, number: int, name: str, error: ReadingError) -> None:
        arrival = self._arrival(number, name)
        add_failed(self._app, arrival, error.code, error.message, 0, self._still_ours)
        self._added += 1

    def _arrival(self, number: int, name: str) -> Arrival:
        return Arrival(self._file.batch_id, name, LOCAL_USER_ID, self._file.id, number)

    def _still_ours(self, session: Session, _file_id: int) -> None:
        hold(session, self._lease)


def _finish(app: Application, lease: Lease, key: str, count: int) -> None:
    """Nothing needs the ZIP's own bytes any more; its row says what became of it."""
    with app.session() as session:
        hold(session, lease)
        file = load(session, FileRow, lease.row_id)
        file.state, file.page_count, file.unpacked_files = FileState.DONE, 0, count
        file.attempts, file.lease_until = 0, None
        note_file_finished(session, file.id)
        doom(session, [key])
    delete_unreferenced(app, [key])
