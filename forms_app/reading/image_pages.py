"""JPEG, PNG, TIFF, WebP and HEIC to grey pages and their colours, by Pillow.

Pillow rather than OpenCV: it is as fast here (zlib-ng, libjpeg-turbo with luma-only decoding),
and a truncated file is an error instead of a half grey picture.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageOps

from forms_app.reading.chroma import REDUCTION, THUMBNAIL, chroma_of, is_coloured
from forms_app.reading.errors import DamagedFileError, ReadingError
from forms_app.reading.page_limits import IntakeLimits
from forms_app.reading.scan_file import ScanFile, for_decoder, size_of, start_of
from forms_app.reading.types import ChromaImage, GreyImage, SourcePage

Image.MAX_IMAGE_PIXELS = None
"""Pillow's own limit would warn; `IntakeLimits.require_pixels` refuses by the header instead."""

_header_lock = threading.Lock()
"""`warnings.catch_warnings` is not thread-safe; only headers are read under it."""

pillow_heif.register_heif_opener()

TIFF_STARTS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
"""TIFF and BigTIFF, of either byte order."""
_ORIENTATION_TAG = 0x0112
_COLOURLESS = ("1", "L", "LA", "La", "F", "I", "I;16", "I;16B", "I;16L", "I;16N")


def count(data: ScanFile, source: str, limits: IntakeLimits) -> int:
    """Number of pages: frames of a TIFF, else 1; the first page's size is checked.

    Raises:
        DamagedFileError, ImageTooLargeError, FileTooLargeError: told by the headers.
    """
    if start_of(data, 4) not in TIFF_STARTS:
        limits.require_page_bytes(size_of(data), source)
    with _damage_named(source), _opened(data, 1) as image:
        limits.require_pixels(*image.size, source, 1)
        return _frames(image)


def pages(
    data: ScanFile, source: str, limits: IntakeLimits, numbers: range, with_colours: bool
) -> Iterator[SourcePage]:
    """Decodes pages to `(H, W)` uint8, orientation applied, transparency on white.

    `with_colours`: with the chroma of pages that have any.

    Raises:
        DamagedFileError, ImageTooLargeError: at the page's turn.
    """
    for number in numbers:
        with _damage_named(source), _opened(data, number) as image:
            limits.require_pixels(*image.size, source, number)
            dpi = float(image.info.get("dpi", (0, 0))[0])
            may_be_coloured = with_colours and image.mode not in _COLOURLESS
            grey = _grey(image)
            chroma = _chroma(image, data) if may_be_coloured else None
        yield SourcePage(source, number, grey, dpi or None, chroma)


def colours(data: ScanFile, source: str, least_px: int) -> tuple[NDArray[np.uint8], int]:
    """Decodes the first page to `(H, W, 3)` uint8 RGB, orientation applied, transparency on white.

    A JPEG is decoded smaller where its longest side stays at least `least_px`: a photograph then
    costs a fraction. The second answer is the width of the upright image in pixels of the file.

    Raises:
        DamagedFileError: it cannot be read to its end.
    """
    with _damage_named(source), _opened(data, 1) as image:
        longest = max(image.size)
        if image.format == "JPEG" and image.mode == "RGB":
            image.draft("RGB", (least_px, least_px))
        image.load()
        reduction = longest / max(image.size)
        upright = ImageOps.exif_transpose(image) if _is_turned(image) else image
        if upright.mode.startswith(("I", "F")):
            upright = Image.fromarray(_from_deep(np.asarray(upright)))
        return np.array(_opaque(upright).convert("RGB"), np.uint8), round(upright.width * reduction)


@contextmanager
def _damage_named(source: str) -> Iterator[None]:
    try:
        yield
    except (ReadingError, FileNotFoundError, MemoryError):
        raise
    except Exception as error:  # decoders raise anything at all on damaged bytes
        raise DamagedFileError(
            f"{source} is damaged or cut off and cannot be read to its end. "
            "Scan or upload it again."
        ) from error


def _opened(data: ScanFile, number: int) -> Image.Image:
    """The image with its frame chosen, nothing decoded yet; remarks on odd tags are dropped."""
    with _header_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = Image.open(for_decoder(data))
        if number > 1:
            image.seek(number - 1)
        return image


def _frames(image: Image.Image) -> int:
    """Pages of a TIFF; further frames of other formats are animations or thumbnails."""
    return int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1


def _grey(image: Image.Image) -> GreyImage:
    if image.format == "JPEG" and image.mode == "RGB":
        image.draft("L", None)
    image.load()
    upright = ImageOps.exif_transpose(image) if _is_turned(image) else image
    if upright.mode.startswith(("I", "F")):
        return _from_deep(np.asarray(upright))
    return np.array(_opaque(upright).convert("L"), dtype=np.uint8)


def _chroma(image: Image.Image, data: ScanFile) -> ChromaImage | None:
    """The colours of a page whose grey was decoded; None where it has none.

    A JPEG is decoded again, smaller: first to an eighth, which costs a third of its grey.
    """
    reduced: Callable[[int], Image.Image]
    if image.format == "JPEG":
        reduced = partial(_smaller_jpeg, data)
    else:
        reduced = _rgb(_opaque(image)).reduce
    if not is_coloured(reduced(THUMBNAIL)):
        return None
    picture = reduced(REDUCTION)
    return chroma_of(ImageOps.exif_transpose(picture) if _is_turned(image) else picture)


def _smaller_jpeg(data: ScanFile, reduction: int) -> Image.Image:
    image = _opened(data, 1)
    image.draft("RGB", (max(1, image.width // reduction), max(1, image.height // reduction)))
    return _rgb(image)


def _rgb(image: Image.Image) -> Image.Image:
    """Not copied where it is RGB already: a large page would stand in memory twice."""
    return image if image.mode == "RGB" else image.convert("RGB")


def _opaque(image: Image.Image) -> Image.Image:
    """The image on white where it is transparent."""
    if image.mode not in ("PA", "LA", "RGBA", "La", "RGBa") and "transparency" not in image.info:
        return image
    colour = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", colour.size, "white"), colour)


def _is_turned(image: Image.Image) -> bool:
    return bool(image.getexif().get(_ORIENTATION_TAG, 1) != 1)


def _from_deep(values: NDArray[Any]) -> GreyImage:
    """16-bit, 32-bit and floating grey to 8 bits; floats up to 1 are taken as shares of white."""
    if values.dtype.kind == "f":
        white = 1.0 if values.max(initial=0) <= 1 else 255.0
        return np.asarray(np.clip(values * (255 / white), 0, 255), dtype=np.uint8)
    shift = 0 if values.dtype.itemsize > 2 and values.max(initial=0) < 256 else 8
    return np.asarray(np.clip(values, 0, 65535).astype(np.uint16) >> shift, dtype=np.uint8)
