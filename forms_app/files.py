"""Content-addressed files: a local folder or an S3-compatible bucket, by URL; encrypted or not.

A file's key is the SHA-256 of its bytes, so the same content is kept once and a damaged file is
noticed when it is read.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from typing import IO, Any, NamedTuple, Protocol

from obstore.store import LocalStore, ObjectStore

from forms_app.errors import ConfigurationError, StorageDamagedError
from forms_app.file_keys import FileKey, parse_file_keys
from forms_app.plain_store import CHUNK_BYTES
from forms_app.reading.errors import FileTooLargeError
from forms_app.s3_store import s3_store
from forms_app.shelves import Shelves
from forms_app.storage_errors import translated_errors

SPOOL_BYTES = 16 << 20
DAMAGED_MESSAGE = "The stored file {key} is damaged; restore it from a backup or upload it again."


class Readable(Protocol):
    """Anything bytes can be read from in pieces: an open file, an upload's stream."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""


class StoredFile(NamedTuple):
    """Where a file went: its key (SHA-256, hex) and its size in bytes."""

    key: str
    size: int


class FileStore:
    """Files by the hash of their content; `put` of what is there already costs nothing.

    Raises (every method):
        StorageFullError: No bytes could be added; nothing half-written is left behind.
        StorageUnavailableError: The folder or bucket does not answer.
        StorageKeyError: The files are encrypted, and not with a key that is given.
    """

    def __init__(self, store: ObjectStore, keys: Sequence[FileKey] = ()) -> None:
        self.shelves = Shelves(store, keys)

    def put(self, data: bytes) -> str:
        """Keep `data` and return its key."""
        key = hashlib.sha256(data).hexdigest()
        self.put_spooled(StoredFile(key, len(data)), data)
        return key

    def put_stream(self, stream: Readable, max_bytes: int | None = None) -> StoredFile:
        """Keep all that `stream` has, in bounded memory.

        Raises:
            FileTooLargeError: The stream has more than `max_bytes`.
        """
        with self.spooled(stream, max_bytes) as (stored, spool):
            self.put_spooled(stored, spool)
        return stored

    @contextmanager
    def spooled(
        self, stream: Readable, max_bytes: int | None = None
    ) -> Iterator[tuple[StoredFile, IO[bytes]]]:
        """All that `stream` has in a temporary file, with what its key and size will be.

        Raises:
            FileTooLargeError: The stream has more than `max_bytes`.
        """
        with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as spool:
            with translated_errors():
                stored = _spool(stream, spool, max_bytes)
            yield stored, spool

    def put_spooled(self, stored: StoredFile, spool: IO[bytes] | bytes) -> None:
        """Keep what `spooled` gave, or bytes whose key and size are known."""
        with translated_errors():
            if not self._holds(stored):
                if not isinstance(spool, bytes):
                    spool.seek(0)
                self.shelves.to_write().put(stored.key, spool)

    def get(self, key: str) -> bytes:
        """The bytes of `key`.

        Raises:
            StorageDamagedError: The file is gone, or its bytes have changed.
        """
        data = b"".join(self.chunks(key))
        if hashlib.sha256(data).hexdigest() != key:
            raise StorageDamagedError(DAMAGED_MESSAGE.format(key=key[:12]))
        return data

    def chunks(self, key: str) -> Iterator[bytes]:
        """The bytes of `key` in pieces, for downloads."""
        with translated_errors():
            yield from self.shelves.looked_for(lambda shelf: _started(shelf.chunks(key)))

    @contextmanager
    def opened(self, key: str) -> Iterator[IO[bytes]]:
        """`key` as a file that can be searched; only what is read is fetched.

        Raises:
            StorageDamagedError: The file is gone. Its bytes are not compared with the key.
        """
        with translated_errors():
            reader = self.shelves.looked_for(lambda shelf: shelf.reader(key))
        with io.BufferedReader(_Translating(reader), CHUNK_BYTES) as file:
            yield file

    def verify(self, key: str) -> None:
        """Read all of `key` once, in bounded memory.

        Raises:
            StorageDamagedError: The file is gone, or its bytes have changed.
        """
        with translated_errors():
            for _ in self.verified_chunks([key]):
                pass

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """Where `key` lies on this machine: in the folder itself, or in a copy of what a bucket
        has or of what is encrypted. A copy of a bucket's plain file stays for the next time; one of
        an encrypted file is private and goes with this context.

        Others may delete it before it is opened.

        Raises:
            StorageDamagedError: The file is gone, or an encrypted one has changed.
        """
        with ExitStack() as stack:
            with translated_errors():
                path = self.shelves.looked_for(
                    lambda shelf: stack.enter_context(shelf.copy_on_disk(key))
                )
            yield path

    def join(self, keys: Sequence[str]) -> StoredFile:
        """Keep the contents of `keys`, one after the other, as one file; in bounded memory.

        Raises:
            StorageDamagedError: One of them is gone, or its bytes have changed.
        """
        digest, size = hashlib.sha256(), 0
        with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as spool:
            with translated_errors():
                for chunk in self.verified_chunks(keys):
                    digest.update(chunk)
                    size += len(chunk)
                    spool.write(chunk)
            stored = StoredFile(digest.hexdigest(), size)
            self.put_spooled(stored, spool)
        return stored

    def verified_chunks(self, keys: Sequence[str]) -> Iterator[bytes]:
        """The contents of `keys`, one after the other, each compared with its key at its end.

        Raises:
            StorageDamagedError: One of them is gone, or its bytes have changed.
        """
        for key in keys:
            digest = hashlib.sha256()
            for chunk in self.chunks(key):
                digest.update(chunk)
                yield chunk
            if digest.hexdigest() != key:
                raise StorageDamagedError(DAMAGED_MESSAGE.format(key=key[:12]))

    def exists(self, key: str) -> bool:
        """Whether `key` is kept here."""
        return self.size(key) is not None

    def size(self, key: str) -> int | None:
        """Bytes of `key`; None when it is not kept here."""
        with translated_errors():
            sizes = (shelf.size(key) for shelf in self.shelves.all)
            return next((size for size in sizes if size is not None), None)

    def delete(self, key: str) -> None:
        """Forget `key`; does nothing when it is not there."""
        with translated_errors():
            for shelf in self.shelves.all:
                if shelf.size(key) is not None:
                    shelf.delete(key)

    def delete_all_but(self, keys: Collection[str]) -> None:
        """Forget everything but `keys`."""
        with translated_errors():
            self.shelves.delete_all_but(keys)

    def check_keys(self) -> None:
        """Nothing, if every stored file can be decrypted with the keys that are given."""
        with translated_errors():
            self.shelves.check_keys()

    def _holds(self, stored: StoredFile) -> bool:
        return any(shelf.size(stored.key) == stored.size for shelf in self.shelves.all)


class _Translating(io.RawIOBase):
    """A stored file whose errors are those that the pages know."""

    def __init__(self, reader: io.RawIOBase) -> None:
        self._reader = reader

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        with translated_errors():
            return self._reader.readinto(buffer)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._reader.seek(offset, whence)

    def tell(self) -> int:
        return self._reader.tell()


def open_file_store(files_url: str, files_key: str = "") -> FileStore:
    """A file store for a folder's path or `s3://BUCKET/PREFIX`.

    Args:
        files_url: The folder or bucket.
        files_key: Keys that encrypt, as in the setting; without one new files are kept as they are.

    S3 keys, region and endpoint come from the usual `AWS_*` variables, or from the files that
    `AWS_*_FILE` name.

    Raises:
        ConfigurationError: The folder cannot be made, the address is of neither kind, or a file
            with keys cannot be read.
    """
    keys = parse_file_keys(files_key)
    if files_url.startswith("s3://"):
        return FileStore(s3_store(files_url), keys)
    if "://" in files_url:
        raise ConfigurationError(
            f"The setting files_url must be a folder or s3://BUCKET/PREFIX, not {files_url}."
        )
    try:
        Path(files_url).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"The folder {files_url} for files cannot be made: {error.strerror}."
        ) from error
    return FileStore(LocalStore(prefix=files_url), keys)


def _started(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same, asked for its first piece: that tells whether there is a file."""
    return chain([next(chunks, b"")], chunks)


def _spool(stream: Readable, spool: IO[bytes], max_bytes: int | None) -> StoredFile:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK_BYTES):
        size += len(chunk)
        if max_bytes is not None and size > max_bytes:
            raise FileTooLargeError(
                f"The file is larger than the {max_bytes // 2**20:,} MB that are accepted (setting "
                "max_file_mb). Split it, or have the limit raised."
            )
        digest.update(chunk)
        spool.write(chunk)
    return StoredFile(digest.hexdigest(), size)
