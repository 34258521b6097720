"""From an uploaded file to upright-able grey pages, one page in memory at a time.

The kind of a file is told by its content, never by its name. Sizes and page counts are read from
headers and refused before anything is decoded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from forms_app.reading import image_pages, pdf_pages
from forms_app.reading.errors import (
    EmptyFileError,
    UnsupportedFileError,
)
from forms_app.reading.page_limits import IntakeLimits
from forms_app.reading.scan_file import ScanFile, size_of, start_of
from forms_app.reading.types import SourcePage

__all__ = [
    "FileKind",
    "IntakeLimits",
    "ScanFile",
    "count_pages",
    "open_page",
    "open_pages",
    "sniff",
]

PDF_HEADER_WITHIN = 1024
"""Readers accept junk before `%PDF-` (PDF 1.7, Adobe's implementation note 13)."""


class FileKind(StrEnum):
    PDF = "pdf"
    IMAGE = "image"


_IMAGE_STARTS = (
    b"\xff\xd8\xff",  # JPEG
    b"\x89PNG\r\n\x1a\n",
    *image_pages.TIFF_STARTS,
)
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"})


@dataclass(frozen=True, slots=True)
class _Decoder:
    count: Callable[[ScanFile, str, IntakeLimits], int]
    pages: Callable[[ScanFile, str, IntakeLimits, range, bool], Iterator[SourcePage]]


_DECODERS = {
    FileKind.PDF: _Decoder(pdf_pages.count, pdf_pages.pages),
    FileKind.IMAGE: _Decoder(image_pages.count, image_pages.pages),
}


def sniff(data: ScanFile, source: str) -> FileKind:
    """Tells what a file is by its first bytes.

    Raises:
        EmptyFileError: there are no bytes.
        UnsupportedFileError: it is of no kind that is read.
    """
    start = start_of(data, PDF_HEADER_WITHIN)
    if not start:
        raise EmptyFileError(f"{source} is empty. Upload the file again.")
    if b"%PDF-" in start:
        return FileKind.PDF
    if _is_image(start):
        return FileKind.IMAGE
    raise UnsupportedFileError(
        f"{source} is not a file that can be read, whatever its name says. Save it as PDF, "
        "TIFF, JPEG, PNG, WebP or HEIC and upload that."
    )


def count_pages(data: ScanFile, source: str, limits: IntakeLimits | None = None) -> int:
    """Counts the pages and checks everything that the headers tell, without decoding a page.

    Args:
        data: the file's bytes, or its path where they may be too many for memory.
        source: its name, for messages.
        limits: what is accepted; the defaults where None.

    Raises:
        IntakeError: the subclass tells why the file is refused.
    """
    checked = limits or IntakeLimits()
    count = _decoder(data, source, checked).count(data, source, checked)
    checked.require_pages(count, source)
    return count


def open_pages(
    data: ScanFile, source: str, limits: IntakeLimits | None = None, *, with_colours: bool = False
) -> Iterator[SourcePage]:
    """Yields the pages one by one, EXIF orientation applied; headers are checked at once.

    `with_colours`: pages that have colours carry them beside their grey.

    Raises:
        IntakeError: at the call for what the headers tell, at a page's turn for its content.
    """
    checked = limits or IntakeLimits()
    count = count_pages(data, source, checked)
    numbers = range(1, count + 1)
    return _decoder(data, source, checked).pages(data, source, checked, numbers, with_colours)


def open_page(
    data: ScanFile,
    source: str,
    number: int,
    limits: IntakeLimits | None = None,
    *,
    with_colours: bool = False,
) -> SourcePage:
    """Decodes one page, counted from 1; its colours too if they are asked for and it has any.

    Raises:
        IntakeError: as `open_pages`.
        IndexError: there is no such page: a bug in the caller.
    """
    checked = limits or IntakeLimits()
    count = count_pages(data, source, checked)
    if not 1 <= number <= count:
        raise IndexError(f"page {number} of {source}, which has {count}")
    wanted = range(number, number + 1)
    decoder = _decoder(data, source, checked)
    return next(decoder.pages(data, source, checked, wanted, with_colours))


def _is_image(start: bytes) -> bool:
    is_webp = start[:4] == b"RIFF" and start[8:12] == b"WEBP"
    is_heif = start[4:8] == b"ftyp" and start[8:12] in _HEIF_BRANDS
    return start.startswith(_IMAGE_STARTS) or is_webp or is_heif


def _decoder(data: ScanFile, source: str, limits: IntakeLimits) -> _Decoder:
    kind = sniff(data, source)
    limits.require_bytes(size_of(data), source)
    return _DECODERS[kind]
