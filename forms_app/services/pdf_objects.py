"""The objects that a PDF is made of (ISO 32000-1, 7.3 and 7.5), written one after the other."""

from __future__ import annotations

import zlib
from array import array
from typing import IO

# What the table at a PDF's end can say of where an object begins.
LARGEST_FILE = 9_999_999_999


class PdfObjects:
    """Numbers objects and remembers where each begins: eight bytes are kept of each, no more."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._at = 0
        self._starts = array("Q", [0])
        self._put(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")

    @property
    def is_full(self) -> bool:
        """Whether the table could not say any more where the next object begins."""
        return self._at > LARGEST_FILE

    def new(self) -> int:
        """The number of an object that is written later."""
        self._starts.append(0)
        return len(self._starts) - 1

    def write(self, number: int, text: str) -> None:
        """An object in the syntax of PDF."""
        self._begin(number)
        self._put(text.encode("ascii") + b"\nendobj\n")

    def stream(self, number: int, entries: str, data: bytes) -> None:
        """A stream of bytes; `entries` of its dictionary say how they are packed."""
        self._begin(number)
        self._put(f"<< {entries} /Length {len(data)} >>\nstream\n".encode("ascii"))
        self._put(data)
        self._put(b"\nendstream\nendobj\n")

    def packed(self, number: int, data: bytes) -> None:
        """As `stream`, compressed."""
        self.stream(number, "/Filter /FlateDecode", zlib.compress(data))

    def close(self, catalog: int) -> None:
        """The table of all objects, without which nobody finds them."""
        start = self._at
        count = len(self._starts)
        self._put(f"xref\n0 {count}\n0000000000 65535 f \n".encode("ascii"))
        for offset in self._starts[1:]:
            self._put(f"{offset:010} 00000 n \n".encode("ascii"))
        trailer = f"trailer\n<< /Size {count} /Root {catalog} 0 R >>\nstartxref\n{start}\n%%EOF\n"
        self._put(trailer.encode("ascii"))

    def _begin(self, number: int) -> None:
        self._starts[number] = self._at
        self._put(f"{number} 0 obj\n".encode("ascii"))

    def _put(self, data: bytes) -> None:
        self._out.write(data)
        self._at += len(data)


def number_text(*values: float) -> str:
    """Numbers as PDF wants them: plain, without an exponent."""
    return " ".join(f"{value:.3f}".rstrip("0").rstrip(".") for value in values)


def text_string(text: str) -> str:
    """Any text as a string of PDF, in UTF-16."""
    return f"<FEFF{text.encode('utf-16-be', 'replace').hex().upper()}>"
