"""What Fieldhand knows of a blank, kept inside the PNG of its page: it goes wherever the page goes.

A `zTXt` chunk (PNG 1.2, section 4.2.3.2) under a keyword of ours; every other reader skips it.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from typing import Any

_AFTER_HEADER = 8 + 25
"""The signature and the chunk IHDR."""
_MOST_BYTES = 8 << 20


def with_note(png: bytes, keyword: str, note: object) -> bytes:
    """The PNG with a note, any plain JSON, under a keyword that it has none for yet."""
    content = json.dumps(note, ensure_ascii=True).encode()
    chunk = b"zTXt" + _named(keyword) + zlib.compress(content)
    framed = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return png[:_AFTER_HEADER] + framed + png[_AFTER_HEADER:]


def note_of(png: bytes, keyword: str) -> Any | None:
    """What `with_note` has put into a PNG; None where it has not."""
    name = _named(keyword)
    for kind, content in _chunks(png):
        if kind == b"zTXt" and content.startswith(name):
            return json.loads(zlib.decompressobj().decompress(content[len(name) :], _MOST_BYTES))
    return None


def _named(keyword: str) -> bytes:
    return keyword.encode("ascii") + b"\0\0"


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of the chunks before the picture."""
    at = 8
    while at + 8 <= len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        if kind == b"IDAT":
            return
        yield kind, png[at + 8 : at + 8 + length]
        at += length + 12
