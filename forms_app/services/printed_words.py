"""The words of a PDF blank, kept inside the PNG of its page: they go wherever the page goes.

A `zTXt` chunk (PNG 1.2, section 4.2.3.2) under a keyword of ours; every other reader skips it.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forms_app.reading.geometry import Box
from forms_app.reading.pdf_words import PrintedWord

_KEYWORD = b"fieldhand-words\0\0"
_AFTER_HEADER = 8 + 25
"""The signature and the chunk IHDR."""
_MOST_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class PageText:
    """What a blank's file says of its page; `dpi` None and no words where it says nothing."""

    dpi: float | None = None
    words: tuple[PrintedWord, ...] = ()


def with_text(png: bytes, dpi: float | None, words: Sequence[PrintedWord]) -> bytes:
    """The PNG with its page's resolution and words inside."""
    found = [[word.text, *(round(v, 1) for v in word.box.as_list())] for word in words]
    content = json.dumps({"dpi": dpi, "words": found}, ensure_ascii=True).encode()
    chunk = b"zTXt" + _KEYWORD + zlib.compress(content)
    framed = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return png[:_AFTER_HEADER] + framed + png[_AFTER_HEADER:]


def text_of(png: bytes) -> PageText:
    """What `with_text` has put into a PNG; nothing where it has not."""
    for kind, content in _chunks(png):
        if kind == b"zTXt" and content.startswith(_KEYWORD):
            inflated = zlib.decompressobj().decompress(content[len(_KEYWORD) :], _MOST_BYTES)
            found = json.loads(inflated)
            words = tuple(PrintedWord(text, Box(*box)) for text, *box in found["words"])
            return PageText(found["dpi"], words)
    return PageText()


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of the chunks before the picture."""
    at = 8
    while at + 8 <= len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        if kind == b"IDAT":
            return
        yield kind, png[at + 8 : at + 8 + length]
        at += length + 12
