"""Writing a PDF of scans page by page: nothing of a page stays in memory.

Libraries keep a whole document until it is saved, and an export may have 100,000 pages. What is
needed of PDF is small: images, invisible text (`pdf_text`), bookmarks.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from forms_app.services.pdf_objects import PdfObjects, number_text, text_string
from forms_app.services.pdf_text import InvisibleFonts, PlacedText

PAGES_OF_NODE = 200


@dataclass(frozen=True, slots=True)
class PdfImage:
    """A grey or black and white image; `entries` of PDF say how `data` is packed."""

    data: bytes
    width_px: int
    height_px: int
    bits: int
    entries: str


@dataclass(frozen=True, slots=True)
class PdfPage:
    """A page in points, filled by its image, with text on it; a `bookmark` leads to it."""

    width: float
    height: float
    image: PdfImage
    texts: Sequence[PlacedText] = ()
    bookmark: str = ""


class PdfWriter:
    """One PDF; call `close` at the end. It leaves the file open. `page_count`: pages so far."""

    def __init__(self, out: IO[bytes]) -> None:
        self._objects = PdfObjects(out)
        self._fonts = InvisibleFonts(self._objects)
        self._catalog, self._root = self._objects.new(), self._objects.new()
        self._outline = _Outline(self._objects)
        self._nodes = array("L")
        self._kids: list[int] = []
        self.page_count = 0

    @property
    def is_full(self) -> bool:
        """Whether the file is as large as a PDF can be."""
        return self._objects.is_full

    def add(self, page: PdfPage) -> None:
        """Append a page."""
        if not self._kids:
            self._nodes.append(self._objects.new())
        number = self._objects.new()
        image, content = self._write_image(page.image), self._write_content(page)
        self._objects.write(
            number,
            f"<< /Type /Page /Parent {self._nodes[-1]} 0 R"
            f" /MediaBox [0 0 {number_text(page.width, page.height)}] /Contents {content} 0 R"
            f" /Resources << /XObject << /I {image} 0 R >> {self._fonts.resources} >> >>",
        )
        if page.bookmark:
            self._outline.add(page.bookmark, number)
        self._kids.append(number)
        self.page_count += 1
        if len(self._kids) == PAGES_OF_NODE:
            self._close_node()

    def close(self) -> None:
        """Write what belongs to all pages."""
        if self._kids:
            self._close_node()
        self._fonts.close()
        outline = self._outline.close()
        kids = _references(self._nodes)
        self._objects.write(
            self._root, f"<< /Type /Pages /Count {self.page_count} /Kids [{kids}] >>"
        )
        self._objects.write(
            self._catalog, f"<< /Type /Catalog /Pages {self._root} 0 R {outline} >>"
        )
        self._objects.close(self._catalog)

    def _write_image(self, image: PdfImage) -> int:
        number = self._objects.new()
        self._objects.stream(
            number,
            f"/Type /XObject /Subtype /Image /Width {image.width_px} /Height {image.height_px}"
            f" /ColorSpace /DeviceGray /BitsPerComponent {image.bits} {image.entries}",
            image.data,
        )
        return number

    def _write_content(self, page: PdfPage) -> int:
        number = self._objects.new()
        drawn = f"q {number_text(page.width)} 0 0 {number_text(page.height)} 0 0 cm /I Do Q\n"
        content = drawn + self._fonts.operators(page.texts, page.height)
        self._objects.packed(number, content.encode("ascii"))
        return number

    def _close_node(self) -> None:
        self._objects.write(
            self._nodes[-1],
            f"<< /Type /Pages /Parent {self._root} 0 R /Count {len(self._kids)}"
            f" /Kids [{_references(self._kids)}] >>",
        )
        self._kids.clear()


class _Outline:
    """The bookmarks, each written once the next one is known."""

    def __init__(self, objects: PdfObjects) -> None:
        self._objects = objects
        self._root = self._first = self._count = self._number = 0
        self._entry = ""

    def add(self, title: str, page: int) -> None:
        number = self._objects.new()
        if not self._root:
            self._root, self._first = self._objects.new(), number
        self._write_last(f" /Next {number} 0 R")
        before = f" /Prev {self._number} 0 R" if self._number else ""
        self._entry = (
            f"/Title {text_string(title)} /Parent {self._root} 0 R /Dest [{page} 0 R /Fit]{before}"
        )
        self._number = number
        self._count += 1

    def close(self) -> str:
        """What the catalogue says of them."""
        if not self._root:
            return ""
        self._write_last("")
        self._objects.write(
            self._root,
            f"<< /Type /Outlines /First {self._first} 0 R /Last {self._number} 0 R"
            f" /Count {self._count} >>",
        )
        return f"/Outlines {self._root} 0 R /PageMode /UseOutlines"

    def _write_last(self, following: str) -> None:
        if self._entry:
            self._objects.write(self._number, f"<< {self._entry}{following} >>")


def _references(numbers: Sequence[int] | array[int]) -> str:
    return " ".join(f"{number} 0 R" for number in numbers)
