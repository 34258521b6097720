"""Laid pages packed for a PDF: black and white ones as fax (CCITT group 4), others as JPEG."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from forms_app.reading.features import resized_to
from forms_app.reading.types import GreyImage
from forms_app.services.pdf_writing import PdfImage

JPEG_QUALITY = 70
LONG_SIDE_PX = 2400
"""A4 at 205 dpi: a person reads all of it, and it takes half the bytes of 300 dpi."""
# A black and white scan is so still when it is laid, but for the edges of strokes. Faint pencil is
# neither: a page that has any stays grey.
FEWEST_PURE, MOST_PALE, PALEST_INK = 0.85, 0.02, 208
STRIP_OFFSETS, STRIP_BYTES, PHOTOMETRIC, BLACK_IS_ZERO = 273, 279, 262, 1


def pdf_image(grey: GreyImage) -> PdfImage:
    """`grey` (h, w) as small as it can be read."""
    return _fax(grey) if is_black_and_white(grey) else _jpeg(grey)


def is_black_and_white(grey: GreyImage) -> bool:
    """Whether nothing is lost when all that is not nearly white becomes black."""
    counts = np.bincount(grey.ravel(), minlength=256)
    pure, pale = counts[0] + counts[255], counts[PALEST_INK:255].sum()
    is_printed = counts[0] * 4 > counts[1:255].sum()
    return bool(is_printed and pure >= FEWEST_PURE * grey.size and pale <= MOST_PALE * grey.size)


def _jpeg(grey: GreyImage) -> PdfImage:
    shown = grey if max(grey.shape) <= LONG_SIDE_PX else resized_to(grey, LONG_SIDE_PX)
    _, buffer = cv2.imencode(".jpg", shown, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
    height, width = shown.shape
    return PdfImage(buffer.tobytes(), width, height, 8, "/Filter /DCTDecode")


def _fax(grey: GreyImage) -> PdfImage:
    """Pillow packs it in a TIFF of one strip, which PDF takes as it is."""
    height, width = grey.shape
    packed = io.BytesIO()
    page = Image.fromarray(grey >= PALEST_INK)
    page.save(packed, "TIFF", compression="group4", strip_size=height * (width // 8 + 1))
    with Image.open(packed) as tiff:
        tags = tiff.tag_v2  # type: ignore[attr-defined]
        [start], [size] = tags[STRIP_OFFSETS], tags[STRIP_BYTES]
        is_zero = tags[PHOTOMETRIC] == BLACK_IS_ZERO
    entries = (
        "/Filter /CCITTFaxDecode /DecodeParms << /K -1"
        f" /Columns {width} /Rows {height} /BlackIs1 {'true' if is_zero else 'false'} >>"
    )
    return PdfImage(packed.getvalue()[start : start + size], width, height, 1, entries)
