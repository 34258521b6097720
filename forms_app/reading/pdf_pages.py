"""PDF to grey pages and their colours, by pdfium."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pypdfium2 as pdfium
from pypdfium2 import raw as pdfium_raw

from forms_app.reading.chroma import REDUCTION, THUMBNAIL, chroma_of, is_coloured
from forms_app.reading.errors import (
    DamagedFileError,
    EncryptedFileError,
    ImageTooLargeError,
)
from forms_app.reading.page_limits import IntakeLimits
from forms_app.reading.scan_file import ScanFile
from forms_app.reading.types import ChromaImage, GreyImage, SourcePage

POINTS_PER_INCH = 72
MORE_IN_PICTURES = 4
"""A page is drawn smaller than the pictures on it may be: scans of 1200 dpi in black and white."""
HUNGRY_FILTER = "JPXDecode"
"""JPEG 2000 takes 4 bytes for each sample while it is decoded, and more for its tiles."""
_pdfium_lock = threading.Lock()
"""pdfium is not thread-safe, not even across documents (pypdfium2's README)."""


def count(data: ScanFile, source: str, limits: IntakeLimits) -> int:
    """Number of pages.

    Raises:
        EncryptedFileError, DamagedFileError: it cannot be opened.
    """
    with locked_document(data, source) as document:
        return len(document)


def pages(
    data: ScanFile, source: str, limits: IntakeLimits, numbers: range, with_colours: bool
) -> Iterator[SourcePage]:
    """Renders pages at `limits.pdf_dpi`; `with_colours`: with the chroma of those that have any.

    The document is opened anew for each page, so that no pdfium object outlives the lock: opening
    costs under a millisecond, as pdfium reads only the cross-reference table.

    Raises:
        EncryptedFileError, DamagedFileError, ImageTooLargeError: at the page's turn.
    """
    for number in numbers:
        with locked_document(data, source) as document:
            grey, chroma = _render(document, number, source, limits, with_colours)
        yield SourcePage(source, number, grey, float(limits.pdf_dpi), chroma)


@contextmanager
def locked_document(data: ScanFile, source: str) -> Iterator[pdfium.PdfDocument]:
    """An open document; nobody else uses pdfium meanwhile.

    Raises:
        EncryptedFileError, DamagedFileError: it cannot be opened.
    """
    with _pdfium_lock, _document(data, source) as document:
        yield document


@contextmanager
def _document(data: ScanFile, source: str) -> Iterator[pdfium.PdfDocument]:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium_raw.FPDF_ERR_PASSWORD:
            raise EncryptedFileError(
                f"{source} asks for a password. Save it without one and upload it again."
            ) from error
        raise _damaged(source) from error
    try:
        if len(document) == 0:
            raise _damaged(source)
        yield document
    finally:
        document.close()


def _render(
    document: pdfium.PdfDocument,
    number: int,
    source: str,
    limits: IntakeLimits,
    with_colours: bool,
) -> tuple[GreyImage, ChromaImage | None]:
    scale = limits.pdf_dpi / POINTS_PER_INCH
    try:
        page = document[number - 1]
        width, height = (round(side * scale) for side in page.get_size())
        limits.require_pixels(width, height, source, number)
        _require_pictures(page, limits, source, number)
        bitmap = page.render(scale=scale, grayscale=True)
        grey = np.array(bitmap.to_numpy(), dtype=np.uint8, copy=True)
        bitmap.close()
        chroma = _chroma(page, scale) if with_colours and _may_be_coloured(page) else None
        page.close()
    except (pdfium.PdfiumError, ValueError) as error:
        raise _damaged(f"Page {number} of {source}") from error
    return grey.reshape(grey.shape[:2]), chroma


def _require_pictures(page: pdfium.PdfPage, limits: IntakeLimits, source: str, number: int) -> None:
    """Refuses a page with a picture that is too large: where memory does not suffice to decode one
    pdfium leaves it out and says nothing, and the page would be taken for an empty one.

    Raises:
        ImageTooLargeError: see there.
    """
    for picture in page.get_objects(filter=(pdfium_raw.FPDF_PAGEOBJ_IMAGE,)):
        width, height = picture.get_px_size()
        is_hungry = HUNGRY_FILTER in picture.get_filters()
        if width * height > limits.max_pixels * (1 if is_hungry else MORE_IN_PICTURES):
            raise ImageTooLargeError(
                f"Page {number} of {source} holds a picture of {width:,} × {height:,} pixels, too "
                "many to be opened (setting max_page_megapixels). Scan at a lower resolution (300 "
                "dpi is enough)."
            )


def _may_be_coloured(page: pdfium.PdfPage) -> bool:
    """False for what scanners write in grey or black: images of one channel, and unseen text."""
    return not all(_is_grey_image(thing) or _is_unseen_text(thing) for thing in page.get_objects())


def _is_grey_image(thing: pdfium.PdfObject) -> bool:
    if not isinstance(thing, pdfium.PdfImage):
        return False
    try:
        described = thing.get_metadata()
    except pdfium.PdfiumError:
        return False
    one_channel = described.bits_per_pixel in (1, 2, 4, 8)
    return one_channel and described.colorspace != pdfium_raw.FPDF_COLORSPACE_INDEXED


def _is_unseen_text(thing: pdfium.PdfObject) -> bool:
    if thing.type != pdfium_raw.FPDF_PAGEOBJ_TEXT:
        return False
    mode = pdfium_raw.FPDFTextObj_GetTextRenderMode(thing.raw)
    return bool(mode == pdfium_raw.FPDF_TEXTRENDERMODE_INVISIBLE)


def _chroma(page: pdfium.PdfPage, scale: float) -> ChromaImage | None:
    bitmap = page.render(scale=scale / REDUCTION, rev_byteorder=True)
    picture = bitmap.to_pil().convert("RGB")
    bitmap.close()
    return chroma_of(picture) if is_coloured(picture.reduce(THUMBNAIL // REDUCTION)) else None


def _damaged(what: str) -> DamagedFileError:
    return DamagedFileError(f"{what} is damaged and cannot be opened. Save or scan it again.")
