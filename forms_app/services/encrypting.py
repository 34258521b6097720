"""Brings stored files under the first key: plain ones, and those under keys to be given up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from forms_app.errors import ConfigurationError, StorageDamagedError
from forms_app.files import FileStore
from forms_app.plain_store import Shelf
from forms_app.services.application import Application
from forms_app.store.blobs import still_referenced
from forms_app.store.locks import lock_blobs


@dataclass(frozen=True, slots=True)
class EncryptionReport:
    """What was done.

    Attributes:
        moved: Files that are encrypted with the first key now and were not before.
        damaged: Where files lie that cannot be read; they stay as they are.
        retired: Ids of keys that no file here needs any more.
    """

    moved: int
    damaged: tuple[str, ...]
    retired: tuple[str, ...]


def encrypt_files(app: Application, tell: Callable[[int], None]) -> EncryptionReport:
    """Encrypt with the first key whatever is not; the site may be at work meanwhile.

    It can be stopped and started again: what is done stays done.

    Args:
        app: The site.
        tell: Is told after each file how many were moved.

    Raises:
        ConfigurationError: There is no key to encrypt with.
        StorageKeyError: Some files are under a key that is not given.
    """
    if not app.settings.files_key:
        raise ConfigurationError(
            "The setting files_key is empty: make a key with openssl rand -base64 32, and keep a "
            "copy where the site's backups are not."
        )
    app.files.check_keys()
    moved, damaged = 0, []
    for shelf in app.files.shelves.all[1:]:
        for path in _listed(shelf):
            try:
                is_moved = _move(app, shelf, path)
            except StorageDamagedError:
                damaged.append(path)
                continue
            if is_moved:
                moved += 1
                tell(moved)
    return EncryptionReport(moved, tuple(damaged), app.files.shelves.retire_keys())


def _listed(shelf: Shelf) -> Iterator[str]:
    """All paths as they are now: the listing must not run while files go away."""
    yield from list(shelf.paths())


def _move(app: Application, shelf: Shelf, path: str) -> bool:
    """One file: encrypted first, then deleted where it was, so that it is always there.

    False: it was deleted meanwhile.
    """
    try:
        key = shelf.key_at(path)
        _copy(app.files, key)
    except FileNotFoundError:
        return False
    except StorageDamagedError:
        if path not in shelf.paths():
            return False
        raise
    with app.session() as session:
        lock_blobs(session, [key])
        # Somebody may have deleted the file before the copy was made: then that goes too.
        is_there = shelf.size(key) is not None
        if is_there:
            shelf.delete(key)
        elif not still_referenced(session, [key]):
            app.files.delete(key)
    return is_there


def _copy(files: FileStore, key: str) -> None:
    with files.spooled(_Stream(files.verified_chunks([key]))) as (stored, spool):
        shelf = files.shelves.to_write()
        if shelf.size(key) != stored.size:
            spool.seek(0)
            shelf.put(key, spool)


class _Stream:
    """Pieces as something to read from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, _size: int, /) -> bytes:
        """See `Readable`: the next piece, whatever its size."""
        return next(self._pieces, b"")
