"""Writing a ZIP of any number of files in little memory.

Python's `zipfile` keeps the whole directory, half a kilobyte a file, until the end: an export may
have millions of pictures. Here it waits in a file (APPNOTE.TXT 6.3.10; ZIP64 where it has to be).
"""

from __future__ import annotations

import struct
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

SPOOL_BYTES = 4 << 20
CHUNK_BYTES = 1 << 20
STORED, DEFLATED = 0, 8
UTF8_NAME, SIZES_FOLLOW = 0x800, 0x8
VERSION = 45
FULL_16, FULL_32 = 0xFFFF, 0xFFFFFFFF
LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END_64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR_64 = struct.Struct("<4sLQL")
END = struct.Struct("<4s4H2LH")
READABLE_BY_OWNER_AND_OTHERS = 0o100644 << 16
MADE_ON_UNIX = 3 << 8


@dataclass(frozen=True, slots=True)
class _Entry:
    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    start: int


class ZipWriter:
    """One ZIP, whose files are added one after the other; it leaves `out` open."""

    def __init__(self, out: IO[bytes], directory: IO[bytes]) -> None:
        self._out, self._directory = out, directory
        self._at = self._count = 0
        now = time.gmtime()
        self._day = (now.tm_year - 1980) << 9 | now.tm_mon << 5 | now.tm_mday
        self._time = now.tm_hour << 11 | now.tm_min << 5 | now.tm_sec // 2

    def add(self, name: str, data: bytes) -> None:
        """A file as it is: pictures and PDFs are packed already."""
        entry = _Entry(
            name.encode(), UTF8_NAME, STORED, zlib.crc32(data), len(data), len(data), self._at
        )
        self._put(self._local(entry, b""))
        self._put(data)
        self._list(entry)

    def add_packed(self, name: str, chunks: Iterable[bytes]) -> None:
        """A file of any size, compressed."""
        start, flags, raw = self._at, UTF8_NAME | SIZES_FOLLOW, name.encode()
        large = struct.pack("<2H2Q", 1, 16, 0, 0)
        self._put(self._local(_Entry(raw, flags, DEFLATED, 0, FULL_32, FULL_32, start), large))
        begin, crc, size = self._at, 0, 0
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        for chunk in chunks:
            crc, size = zlib.crc32(chunk, crc), size + len(chunk)
            self._put(packer.compress(chunk))
        self._put(packer.flush())
        packed = self._at - begin
        self._put(struct.pack("<4sL2Q", b"PK\x07\x08", crc, packed, size))
        self._list(_Entry(raw, flags, DEFLATED, crc, packed, size, start))

    def close(self) -> None:
        """Append the directory."""
        start = self._at
        self._directory.seek(0)
        while chunk := self._directory.read(CHUNK_BYTES):
            self._put(chunk)
        size, end = self._at - start, self._at
        made = MADE_ON_UNIX | VERSION
        self._put(
            END_64.pack(
                b"PK\x06\x06", 44, made, VERSION, 0, 0, self._count, self._count, size, start
            )
        )
        self._put(LOCATOR_64.pack(b"PK\x06\x07", 0, end, 1))
        count = min(self._count, FULL_16)
        self._put(
            END.pack(b"PK\x05\x06", 0, 0, count, count, min(size, FULL_32), min(start, FULL_32), 0)
        )

    def _local(self, entry: _Entry, extra: bytes) -> bytes:
        return (
            LOCAL.pack(
                b"PK\x03\x04",
                VERSION,
                entry.flags,
                entry.method,
                self._time,
                self._day,
                entry.crc,
                entry.packed,
                entry.size,
                len(entry.name),
                len(extra),
            )
            + entry.name
            + extra
        )

    def _list(self, entry: _Entry) -> None:
        sizes = (entry.size, entry.packed, entry.start)
        large = [value for value in sizes if value >= FULL_32]
        extra = struct.pack(f"<2H{len(large)}Q", 1, 8 * len(large), *large) if large else b""
        size, packed, start = (min(value, FULL_32) for value in sizes)
        self._directory.write(
            CENTRAL.pack(
                b"PK\x01\x02",
                MADE_ON_UNIX | VERSION,
                VERSION,
                entry.flags,
                entry.method,
                self._time,
                self._day,
                entry.crc,
                packed,
                size,
                len(entry.name),
                len(extra),
                0,
                0,
                0,
                READABLE_BY_OWNER_AND_OTHERS,
                start,
            )
            + entry.name
            + extra
        )
        self._count += 1

    def _put(self, data: bytes) -> None:
        self._out.write(data)
        self._at += len(data)


@contextmanager
def zip_writer(out: IO[bytes]) -> Iterator[ZipWriter]:
    """A ZIP that is complete at the end of the block, where that ends well."""
    with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as directory:
        writer = ZipWriter(out, directory)
        yield writer
        writer.close()
