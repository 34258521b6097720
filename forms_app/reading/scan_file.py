"""A file of scans: its bytes, or where it lies on this machine.

A file that may have gigabytes is given by its path: the decoders then read only what a page needs.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO

ScanFile = bytes | Path


def start_of(scan: ScanFile, size: int) -> bytes:
    """The first `size` bytes.

    Raises:
        OSError: the file cannot be read.
    """
    with _opened(scan) as file:
        return file.read(size)


def size_of(scan: ScanFile) -> int:
    """How many bytes it has.

    Raises:
        OSError: the file cannot be read.
    """
    return len(scan) if isinstance(scan, bytes) else scan.stat().st_size


def for_decoder(scan: ScanFile) -> IO[bytes] | Path:
    """What Pillow opens. Of a path it reads by a descriptor of the system, which libtiff needs: of
    anything else it takes the whole file into memory."""
    return io.BytesIO(scan) if isinstance(scan, bytes) else scan


def _opened(scan: ScanFile) -> IO[bytes]:
    return io.BytesIO(scan) if isinstance(scan, bytes) else scan.open("rb")
