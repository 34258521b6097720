"""From the bytes of an uploaded file to upright-able grey pages, one page in memory at a time.

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
    FileTooLargeError,
    TooManyPagesError,
    UnsupportedFileError,
)
from forms_app.reading.page_limits import IntakeLimits
from forms_app.reading.types import SourcePage

__all__ = ["FileKind", "IntakeLimits", "count_pages", "open_page", "open_pages", "sniff"]

PDF_HEADER_WITHIN = 1024
"""Readers accept junk before `%PDF-` (PDF 1.7, Adobe's implementation note 13)."""


class FileKind(StrEnum):
    PDF = "pdf"
    IMAGE = "image"


_IMAGE_STARTS = (
    b"\xff\xd8\xff",  # JPEG
    b"\x89PNG\r\n\x1a\n",
    *(b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),  # TIFF and BigTIFF
)
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"})


@dataclass(frozen=True, slots=True)
class _Decoder:
    count: Callable[[bytes, str, IntakeLimits], int]
    pages: Callable[[bytes, str, IntakeLimits, range, bool], Iterator[SourcePage]]


_DECODERS = {
    FileKind.PDF: _Decoder(pdf_pages.count, pdf_pages.pages),
    FileKind.IMAGE: _Decoder(image_pages.count, image_pages.pages),
}


def sniff(data: bytes, source: str) -> FileKind:
    """Tells what a file is by its first bytes.

    Raises:
        EmptyFileError: there are no bytes.
        UnsupportedFileError: it is of no kind that is read.
    """
    if not data:
        raise EmptyFileError(f"{source} is empty. Upload the file again.")
    if b"%PDF-" in data[:PDF_HEADER_WITHIN]:
        return FileKind.PDF
    if _is_image(data):
        return FileKind.IMAGE
    raise UnsupportedFileError(
        f"{source} is not a file that can be read, whatever its name says. "
        "Use PDF, TIFF, JPEG, PNG, WebP or HEIC."
    )


def count_pages(data: bytes, source: str, limits: IntakeLimits | None = None) -> int:
    """Counts the pages and checks everything that the headers tell, without decoding a page.

    Args:
        data: the file's bytes.
        source: its name, for messages.
        limits: what is accepted; the defaults where None.

    Raises:
        IntakeError: the subclass tells why the file is refused.
    """
    checked = limits or IntakeLimits()
    count = _decoder(data, source, checked).count(data, source, checked)
    if count > checked.max_pages:
        raise TooManyPagesError(
            f"{source} has {count} pages; at most {checked.max_pages} are accepted. Split it."
        )
    return count


def open_pages(
    data: bytes, source: str, limits: IntakeLimits | None = None, *, with_colours: bool = False
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
    data: bytes,
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


def _is_image(data: bytes) -> bool:
    is_webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    is_heif = data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS
    return data.startswith(_IMAGE_STARTS) or is_webp or is_heif


def _decoder(data: bytes, source: str, limits: IntakeLimits) -> _Decoder:
    kind = sniff(data, source)
    if len(data) > limits.max_bytes:
        raise FileTooLargeError(
            f"{source} has {len(data) / 1e6:.0f} MB; at most {limits.max_bytes / 1e6:.0f} MB are "
            "accepted. Split it or scan at a lower resolution."
        )
    return _DECODERS[kind]
