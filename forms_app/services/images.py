"""Images between the file store and the reading code."""

from __future__ import annotations

import cv2
import numpy as np

from forms_app.config import Settings
from forms_app.errors import StorageDamagedError
from forms_app.reading.intake import IntakeLimits
from forms_app.reading.types import GreyImage
from forms_app.sandbox.limits import OpenerLimits, memory_needed_mb
from forms_app.sandbox.opener import ScanOpener, shared_opener

# Level 1 of zlib: a scanned page in a third of level 6's time and hardly more bytes.
PNG_OPTIONS = (cv2.IMWRITE_PNG_COMPRESSION, 1)
JPEG_OPTIONS = (cv2.IMWRITE_JPEG_QUALITY, 90)
SHARE_OF_LEASE = 0.3


def intake_limits(settings: Settings) -> IntakeLimits:
    """The limits on uploaded files that the operator has set."""
    return IntakeLimits(
        max_bytes=settings.max_file_mb << 20,
        max_pages=settings.max_file_pages,
        max_page_bytes=settings.max_page_mb << 20,
        max_pixels=settings.max_page_megapixels * 1_000_000,
        pdf_dpi=settings.pdf_dpi,
    )


def scan_opener(settings: Settings) -> ScanOpener:
    """What opens everything that people upload, in a process that it may crash.

    Two tries at a page and its alignment must end before its lease does.
    """
    megapixels = settings.max_page_megapixels
    return shared_opener(
        OpenerLimits(
            memory_mb=settings.decoder_memory_mb or memory_needed_mb(megapixels),
            seconds=min(settings.decoder_seconds, SHARE_OF_LEASE * settings.lease_seconds),
            megapixels=megapixels,
        )
    )


def encode_png(grey: GreyImage) -> bytes:
    """`grey` (h, w) as a lossless PNG."""
    _, buffer = cv2.imencode(".png", grey, PNG_OPTIONS)
    return buffer.tobytes()


def encode_jpeg(grey: GreyImage) -> bytes:
    """`grey` (h, w) as a JPEG of a quarter of the PNG's bytes, for pictures kept for hours only."""
    _, buffer = cv2.imencode(".jpg", grey, JPEG_OPTIONS)
    return buffer.tobytes()


def decode_grey(data: bytes) -> GreyImage:
    """An image that we stored ourselves, as grey (h, w).

    Raises:
        StorageDamagedError: It cannot be decoded.
    """
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise StorageDamagedError("A stored image is damaged; upload the file again.")
    return np.asarray(image, dtype=np.uint8)
