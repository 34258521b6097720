"""PDF to grey pages, by pdfium."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pypdfium2 as pdfium
from pypdfium2 import raw as pdfium_raw

from forms_app.reading.errors import DamagedFileError, EncryptedFileError
from forms_app.reading.page_limits import IntakeLimits
from forms_app.reading.types import GreyImage, SourcePage

POINTS_PER_INCH = 72
_pdfium_lock = threading.Lock()
"""pdfium is not thread-safe, not even across documents (pypdfium2's README)."""


def count(data: bytes, source: str, limits: IntakeLimits) -> int:
    """Number of pages.

    Raises:
        EncryptedFileError, DamagedFileError: it cannot be opened.
    """
    with locked_document(data, source) as document:
        return len(document)


def pages(data: bytes, source: str, limits: IntakeLimits, numbers: range) -> Iterator[SourcePage]:
    """Renders pages at `limits.pdf_dpi`.

    The document is opened anew for each page, so that no pdfium object outlives the lock: opening
    costs under a millisecond, as pdfium reads only the cross-reference table.

    Raises:
        EncryptedFileError, DamagedFileError, ImageTooLargeError: at the page's turn.
    """
    for number in numbers:
        with locked_document(data, source) as document:
            grey = _render(document, number, source, limits)
        yield SourcePage(source, number, grey, float(limits.pdf_dpi))


@contextmanager
def locked_document(data: bytes, source: str) -> Iterator[pdfium.PdfDocument]:
    """An open document; nobody else uses pdfium meanwhile.

    Raises:
        EncryptedFileError, DamagedFileError: it cannot be opened.
    """
    with _pdfium_lock, _document(data, source) as document:
        yield document


@contextmanager
def _document(data: bytes, source: str) -> Iterator[pdfium.PdfDocument]:
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
    document: pdfium.PdfDocument, number: int, source: str, limits: IntakeLimits
) -> GreyImage:
    scale = limits.pdf_dpi / POINTS_PER_INCH
    try:
        page = document[number - 1]
        width, height = (round(side * scale) for side in page.get_size())
        limits.require_pixels(width, height, source, number)
        bitmap = page.render(scale=scale, grayscale=True)
        grey = np.array(bitmap.to_numpy(), dtype=np.uint8, copy=True)
        bitmap.close()
        page.close()
    except (pdfium.PdfiumError, ValueError) as error:
        raise _damaged(f"Page {number} of {source}") from error
    return grey.reshape(grey.shape[:2])


def _damaged(what: str) -> DamagedFileError:
    return DamagedFileError(f"{what} is damaged and cannot be opened. Save or scan it again.")
