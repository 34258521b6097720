"""Stored files encrypted under one key: a folder `encrypted/KEY_ID` of the store.

Their names are keyed hashes of their contents' hashes (`FileKey.name`), so that who sees the store
learns how many files there are and how large, and nothing else.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import IO, Any

import obstore
from obstore.store import LocalStore, ObjectStore

from forms_app import sealing
from forms_app.file_keys import FileKey
from forms_app.local_copies import LocalCopies
from forms_app.plain_store import (
    CHUNK_BYTES,
    PARTS_IN_MEMORY,
    object_paths,
    object_size,
    path_in_folder,
    sharded,
)
from forms_app.private_copies import private_copy

FOLDER = "encrypted"
AT_ONCE_BYTES = 4 << 20
"""A file up to this size is written in one request."""


class EncryptedShelf:
    """See `plain_store.Shelf`.

    Raises (in addition):
        StorageDamagedError: What lies there is not as it was written.
    """

    def __init__(self, store: ObjectStore, key: FileKey) -> None:
        self._store = store
        self.file_key = key

    def size(self, key: str) -> int | None:
        """See `Shelf`."""
        sealed = object_size(self._store, self.path(key))
        return None if sealed is None else sealing.plain_size(self._name(key), sealed)

    def put(self, key: str, content: IO[bytes] | bytes) -> None:
        """See `Shelf`."""
        sealed = sealing.sealed_stream(self.file_key, self._name(key), _pieces(content))
        start = _up_to(sealed, AT_ONCE_BYTES)
        is_all = len(start) < AT_ONCE_BYTES
        obstore.put(
            self._store,
            self.path(key),
            start if is_all else chain([start], sealed),
            max_concurrency=PARTS_IN_MEMORY,
        )

    def chunks(self, key: str) -> Iterator[bytes]:
        """See `Shelf`."""
        return self._unsealed(self._name(key), obstore.get(self._store, self.path(key)))

    def reader(self, key: str) -> io.RawIOBase:
        """See `Shelf`."""
        return _Reader(self._store, self.path(key), self.file_key, self._name(key))

    def delete(self, key: str) -> None:
        """See `Shelf`."""
        obstore.delete(self._store, self.path(key))
        if not isinstance(self._store, LocalStore):
            LocalCopies().forget(self._name(key))

    @contextmanager
    def copy_on_disk(self, key: str) -> Iterator[Path]:
        """See `Shelf`: a private copy, in memory where there is room, that goes with the context.

        What is kept of a bucket's files on this machine stays encrypted.
        """
        path = path_in_folder(self._store, self.path(key))
        sealed = path or LocalCopies().path(self._name(key), self._sealed_chunks(key))
        with sealed.open("rb") as file:
            size = sealed.stat().st_size
            plain = sealing.unsealed_stream(self.file_key, self._name(key), _pieces(file), size)
            plain_size = sealing.plain_size(self._name(key), size)
            with private_copy(plain, plain_size) as copy:
                yield copy

    def path(self, key: str) -> str:
        """See `Shelf`."""
        return f"{self._folder}/{sharded(self._name(key))}"

    def paths(self) -> Iterator[str]:
        """See `Shelf`."""
        return object_paths(self._store, self._folder)

    def key_at(self, path: str) -> str:
        """See `Shelf`: the whole file is decrypted, as its name does not tell."""
        name = path.rpartition("/")[2]
        digest = hashlib.sha256()
        for chunk in self._unsealed(name, obstore.get(self._store, path)):
            digest.update(chunk)
        return digest.hexdigest()

    @property
    def _folder(self) -> str:
        return f"{FOLDER}/{self.file_key.id}"

    def _name(self, key: str) -> str:
        return self.file_key.name(key)

    def _sealed_chunks(self, key: str) -> Iterator[bytes]:
        got = obstore.get(self._store, self.path(key))
        return (bytes(chunk) for chunk in got.stream(min_chunk_size=CHUNK_BYTES))

    def _unsealed(self, name: str, got: obstore.GetResult) -> Iterator[bytes]:
        chunks = (bytes(chunk) for chunk in got.stream(min_chunk_size=CHUNK_BYTES))
        return sealing.unsealed_stream(self.file_key, name, chunks, got.meta["size"])


class _Reader(io.RawIOBase):
    """The content of an encrypted file for `io.BufferedReader`; fetches the chunks it is asked."""

    def __init__(self, store: ObjectStore, path: str, key: FileKey, name: str) -> None:
        self._store, self._path = store, path
        self._sealed_size = int(obstore.head(store, path)["size"])
        self._size = sealing.plain_size(name, self._sealed_size)
        header = obstore.get_range(store, path, start=0, end=sealing.HEADER_BYTES)
        self._seal = sealing.Seal(key, name, bytes(header))
        self._last = sealing.last_chunk(name, self._sealed_size)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = max(0, min(len(buffer), self._size - self._at))
        if size:
            buffer[:size] = self._plain(size)
            self._at += size
        return size

    def _plain(self, size: int) -> bytes:
        span = sealing.span(self._at, size, self._sealed_size)
        sealed = obstore.get_range(self._store, self._path, start=span.start, end=span.end)
        plain = self._seal.unseal_from(span.first, bytes(sealed), self._last)
        start = self._at - span.first * sealing.PLAIN_CHUNK_BYTES
        return plain[start : start + size]

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at


def _pieces(content: IO[bytes] | bytes) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    while piece := content.read(CHUNK_BYTES):
        yield piece


def _up_to(pieces: Iterable[bytes], size: int) -> bytes:
    start = bytearray()
    for piece in pieces:
        start += piece
        if len(start) >= size:
            break
    return bytes(start)
