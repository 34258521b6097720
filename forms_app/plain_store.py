"""Stored files as they are, each under the SHA-256 of its content."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

import obstore
from obstore.store import LocalStore, ObjectStore

from forms_app.local_copies import LocalCopies

CHUNK_BYTES = 1 << 20
# Of 5 MB each, for every file that is stored at the same time; obstore would take twelve.
PARTS_IN_MEMORY = 3
SHARDED = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/([0-9a-f]{64})")


class Shelf(Protocol):
    """One way in which files lie in a store, by the SHA-256 of their content (`key`).

    Raises (every method): `FileNotFoundError` and other errors of obstore, as they come.
    """

    def size(self, key: str) -> int | None:
        """Bytes of `key`'s content; None when it is not here."""

    def put(self, key: str, content: IO[bytes] | bytes) -> None:
        """Keep all of `content`, whole or not at all."""

    def chunks(self, key: str) -> Iterator[bytes]:
        """The content in pieces."""

    def reader(self, key: str) -> io.RawIOBase:
        """The content as a file that can be searched."""

    def delete(self, key: str) -> None:
        """Forget `key`, which is here."""

    def copy_on_disk(self, key: str) -> Any:
        """A context: the path of the content on this machine, for as long as it lasts."""

    def path(self, key: str) -> str:
        """Where `key` lies in the store."""

    def paths(self) -> Iterator[str]:
        """Where the files lie that are kept in this way."""

    def key_at(self, path: str) -> str:
        """What is kept at one of `paths`, in the store's own order of names."""


class PlainShelf:
    """See `Shelf`."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def size(self, key: str) -> int | None:
        """See `Shelf`."""
        return object_size(self._store, self.path(key))

    def put(self, key: str, content: IO[bytes] | bytes) -> None:
        """See `Shelf`."""
        obstore.put(self._store, self.path(key), content, max_concurrency=PARTS_IN_MEMORY)

    def chunks(self, key: str) -> Iterator[bytes]:
        """See `Shelf`."""
        for chunk in obstore.get(self._store, self.path(key)).stream(min_chunk_size=CHUNK_BYTES):
            yield bytes(chunk)

    def reader(self, key: str) -> io.RawIOBase:
        """See `Shelf`."""
        return _Reader(obstore.open_reader(self._store, self.path(key)))

    def delete(self, key: str) -> None:
        """See `Shelf`."""
        obstore.delete(self._store, self.path(key))
        if not isinstance(self._store, LocalStore):
            LocalCopies().forget(key)

    @contextmanager
    def copy_on_disk(self, key: str) -> Iterator[Path]:
        """See `Shelf`: the file itself in a folder; of a bucket's, a copy that is kept."""
        path = path_in_folder(self._store, self.path(key))
        yield path or LocalCopies().path(key, self.chunks(key))

    def path(self, key: str) -> str:
        """See `Shelf`."""
        return sharded(key)

    def paths(self) -> Iterator[str]:
        """See `Shelf`."""
        return (path for path in object_paths(self._store) if SHARDED.fullmatch(path))

    def key_at(self, path: str) -> str:
        """See `Shelf`."""
        return path.rpartition("/")[2]


def sharded(name: str) -> str:
    """Two levels of folders keep any one of them small."""
    return f"{name[:2]}/{name[2:4]}/{name}"


def object_size(store: ObjectStore, path: str) -> int | None:
    """Bytes that lie at `path`; None when nothing does."""
    try:
        return int(obstore.head(store, path)["size"])
    except FileNotFoundError:
        return None


def object_paths(store: ObjectStore, prefix: str | None = None) -> Iterator[str]:
    """All that lies in the store, or under the folder `prefix` of it."""
    for listed in obstore.list(store, prefix=prefix):
        for item in listed:
            yield item["path"]


def path_in_folder(store: ObjectStore, path: str) -> Path | None:
    """Where a file of a local folder lies; None in a bucket.

    Raises:
        FileNotFoundError: It is not there.
    """
    if not isinstance(store, LocalStore):
        return None
    found = Path(str(store.prefix)) / path
    found.stat()
    return found


class _Reader(io.RawIOBase):
    """A stored file for `io.BufferedReader`."""

    def __init__(self, reader: obstore.ReadableFile) -> None:
        self._reader = reader

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = bytes(self._reader.read(len(buffer)))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return int(self._reader.seek(offset, whence))

    def tell(self) -> int:
        return int(self._reader.tell())
