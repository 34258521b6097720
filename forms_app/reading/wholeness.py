"""Whether a file seems to be written to its end, told by its last bytes without decoding it."""

from __future__ import annotations

import os
from typing import IO

END_BYTES = 1024
"""Where a PDF's end mark is looked for (PDF 1.7, Adobe's implementation note 18)."""

_ENDS = (
    (b"\xff\xd8\xff", b"\xff\xd9"),  # JPEG: end of image
    (b"\x89PNG", b"IEND"),
    (b"%PDF-", b"%%EOF"),
)


def seems_whole(file: IO[bytes]) -> bool:
    """False for a JPEG, PNG, PDF or WebP whose end is missing; other kinds do not tell.

    Args:
        file: the file, with random access; it is left at any place.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    start = file.read(12)
    file.seek(max(0, size - END_BYTES))
    end = file.read()
    if start[:4] == b"RIFF" and start[8:] == b"WEBP":
        return size >= int.from_bytes(start[4:8], "little") + 8
    return all(mark in end for begin, mark in _ENDS if start.startswith(begin))
