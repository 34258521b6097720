"""ZIP files of scans: judged by their directory, then read file by file in small pieces.

Nothing is written anywhere, so a name cannot do harm; one that points outside of the ZIP is refused
all the same, because nobody makes such a ZIP by accident. What a file claims to unpack to bounds
what is read of it, whatever its packed bytes would give.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from forms_app.reading.errors import (
    ArchiveError,
    ArchiveTooLargeError,
    DamagedFileError,
    EmptyFileError,
    EncryptedFileError,
    UnsafeArchiveError,
    UnsupportedFileError,
)
from forms_app.reading.page_limits import megabytes, too_many_bytes

STARTS = (b"PK\x03\x04", b"PK\x05\x06")
"""Of a ZIP with and without files (APPNOTE.TXT 4.3.7 and 4.3.16)."""

START_BYTES = 4
DIRECTORY_BYTES_PER_FILE = 512
"""An entry of the directory has 46 bytes, its name and extras (APPNOTE.TXT 4.3.12)."""

READ_BYTES = 2 << 20
"""Reads of this size are harmless, whatever they are for."""

LEFT_BY_SYSTEMS = frozenset({"__macosx", "thumbs.db", "desktop.ini"})
ENCRYPTED_FLAG = 0x1
_WITH = " with the ZIPs around it"
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""What every system's own ZIP program writes; zipfile bounds the memory of these two only."""


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """`max_bytes` counts all files together when unpacked; `max_file_bytes` each of them."""

    max_files: int = 10_000
    max_bytes: int = 2_000 << 20
    max_file_bytes: int = 2_000 << 20


@dataclass(frozen=True, slots=True)
class Held:
    """What the ZIPs around a ZIP, and those beside it, hold: the limits count them all."""

    files: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class ArchiveEntry:
    """A file in a ZIP: its place in the directory from 0, its name with folders, its bytes."""

    number: int
    name: str
    size: int


NOTHING = Held()


class Archive:
    """An open ZIP whose directory was found fit."""

    def __init__(self, file: zipfile.ZipFile, source: str, limits: ArchiveLimits) -> None:
        self._file = file
        self._source = source
        self._limits = limits
        self._infos = file.infolist()
        self.held = Held(len(self._infos), sum(info.file_size for info in self._infos))
        self.entries = tuple(
            ArchiveEntry(number, info.filename.replace("\\", "/"), info.file_size)
            for number, info in enumerate(self._infos)
            # `is_dir` fails on a file without a name.
            if not info.filename.endswith("/") and not is_left_by_system(info.filename)
        )

    @contextmanager
    def opened(self, entry: ArchiveEntry) -> Iterator[io.BufferedReader[Any]]:
        """The unpacked bytes of a file; never more than its `size`.

        Raises:
            ArchiveTooLargeError: the file is larger than the limit.
            DamagedFileError: here or while reading: its bytes are not what the ZIP says.
        """
        if entry.size > self._limits.max_file_bytes:
            raise ArchiveTooLargeError(
                too_many_bytes(entry.name, entry.size, self._limits.max_file_bytes, "max_file_mb")
            )
        with _damage_named(self._source):
            stream = self._file.open(self._infos[entry.number])
        with io.BufferedReader(_Unpacking(stream, entry.name)) as file:
            yield file


def is_archive(start: bytes) -> bool:
    """Whether a file that begins with `start` (4 bytes at least) is a ZIP."""
    return start.startswith(STARTS)


def is_left_by_system(name: str) -> bool:
    """Whether a file is one that systems put beside people's own, or hidden."""
    parts = name.replace("\\", "/").lower().split("/")
    return any(
        part in LEFT_BY_SYSTEMS or (part.startswith(".") and len(part) > 2) for part in parts
    )


@contextmanager
def open_archive(
    file: IO[bytes], source: str, limits: ArchiveLimits | None = None, around: Held = NOTHING
) -> Iterator[Archive]:
    """Open a ZIP and judge it by its directory; no file in it is unpacked.

    Args:
        file: the ZIP, with random access; only what is needed is read of it.
        source: its name, for messages.
        limits: what is accepted; the defaults where None.
        around: what counts towards the limits already, of a ZIP inside a ZIP.

    Raises:
        ArchiveError: too many files or bytes, names that point outside, an unusual packing.
        EncryptedFileError: a file in it asks for a password.
        DamagedFileError: its directory cannot be read.
        EmptyFileError: there is no file in it.
        UnsupportedFileError: it is an office document, which only looks like a ZIP.
    """
    checked = limits or ArchiveLimits()
    guarded = _Guarded(file, checked.max_files * DIRECTORY_BYTES_PER_FILE, source)
    with _damage_named(source):
        opened = zipfile.ZipFile(guarded)  # all that it uses is there
    with opened:
        _refuse_unfit(opened.infolist(), source, checked, around)
        archive = Archive(opened, source, checked)
        if not archive.entries:
            raise EmptyFileError(f"{source} holds no files. ZIP the scans again.")
        yield archive


def _refuse_unfit(
    infos: list[zipfile.ZipInfo], source: str, limits: ArchiveLimits, around: Held
) -> None:
    if around.files + len(infos) > limits.max_files:
        raise _too_many(source, limits.max_files)
    if any(info.filename in ("[Content_Types].xml", "mimetype") for info in infos):
        raise UnsupportedFileError(
            f"{source} is an office document, not a ZIP of scans. Save it as PDF and upload that."
        )
    for info in infos:
        _refuse_outside(info, source)
        if info.flag_bits & ENCRYPTED_FLAG:
            raise EncryptedFileError(
                f"{source} asks for a password. ZIP the scans without one and upload that."
            )
        if info.compress_type not in METHODS:
            raise ArchiveError(
                f"{source} is packed in a way that is not read here. "
                "ZIP the scans with your system's own program, or upload them unpacked."
            )
    size = around.bytes + sum(info.file_size for info in infos)
    if size > limits.max_bytes:
        raise ArchiveTooLargeError(
            f"{source} unpacks to {megabytes(size):,} MB{_WITH if around.files else ''}; at most "
            f"{megabytes(limits.max_bytes):,} MB are accepted (setting max_zip_mb). "
            "Split it into several."
        )


def _refuse_outside(info: zipfile.ZipInfo, source: str) -> None:
    name = info.filename.replace("\\", "/")
    has_drive = len(name) > 1 and name[1] == ":"
    if name.startswith("/") or has_drive or ".." in name.split("/"):
        raise UnsafeArchiveError(
            f"{source} names a file outside of itself ({info.filename[:80]}). "
            "ZIP the folder of scans again, or upload it unpacked."
        )


def _too_many(source: str, max_files: int) -> ArchiveTooLargeError:
    return ArchiveTooLargeError(
        f"{source} holds more than {max_files:,} files, those of ZIPs around and inside it counted "
        "(setting max_zip_files). Split it into several."
    )


@contextmanager
def _damage_named(source: str) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        raise DamagedFileError(
            f"{source} is damaged or cut off and cannot be unpacked. ZIP or upload it again."
        ) from error


class _Guarded:
    """A ZIP's bytes; zipfile reads the directory at once, however large it says it is."""

    def __init__(self, file: IO[bytes], max_read: int, source: str) -> None:
        self._file = file
        self._max_read = max_read
        self._source = source
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable
        self.mode = "rb"

    def read(self, size: int = -1) -> bytes:
        if size > max(self._max_read, READ_BYTES):
            raise _too_many(self._source, self._max_read // DIRECTORY_BYTES_PER_FILE)
        return self._file.read(size)

    def close(self) -> None:
        """The file is its opener's to close."""


class _Unpacking(io.RawIOBase):
    """An unpacked file whose damage is named."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream = stream
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _damage_named(self._name):
            data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()
