"""Framing of one character's ink as the 28x28 glyph that the classifier reads.

The frame is EMNIST's (Cohen et al. 2017, section II-B): crop to the ink, keep the aspect,
centre in a square with a two-pixel margin, soft stroke edges. Two bounds are our own. A stroke
is never enlarged beyond `MAX_STROKE_PX`, so that a full stop stays a small blob instead of
filling the frame, and never left thinner than `MIN_STROKE_PX`, so that a fine pen at 300 dpi does
not fade. The training scenes pass through this same function.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.errors import ShapeError

GLYPH_SIZE_PX = 28
INNER_SIZE_PX = 22
"""Long side of the ink at half intensity: the median over emnist_train is 22 (20-24)."""
MIN_STROKE_PX = 2.0
MAX_STROKE_PX = 6.5
"""Over emnist_train the stroke width is 1.3 to 5.5 px (1st to 99th percentile), median 3.0."""
EDGE_SIGMA_PX = 0.55
"""Blur after resampling; gives EMNIST's share of mid-greys (0.6 of the ink pixels)."""
_FAINTEST_INK = 16
_INK_LEVEL = 0.35
_LARGEST_WORKING_PX = 96


def stroke_width_px(mask: NDArray[np.uint8]) -> float:
    """Estimates the mean stroke width of a binary mask.

    A bar `w` pixels wide has a mean inner distance `m = (w + 1)**2 / (4 w)`; this inverts it
    (within 15 %, for OpenCV's 3x3 distances).

    Args:
        mask: (H, W) uint8, ink non-zero.

    Returns:
        Width in pixels, 0.0 without ink.
    """
    padded = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    count = cv2.countNonZero(padded)
    if not count:
        return 0.0
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, 3)
    half = 2.0 * float(distance.sum()) / count - 1.0
    return half + float(np.sqrt(max(half * half - 1.0, 0.0)))


def frame_glyph(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Frames one character's ink as EMNIST does.

    Args:
        ink: (H, W) uint8 of any size, ink bright on a background of 0, grey levels allowed.

    Returns:
        (28, 28) uint8, ink 255 on 0; all zeros when there is no ink.

    Raises:
        ShapeError: the array has another shape or dtype.
    """
    if ink.ndim != 2 or ink.dtype != np.uint8:
        raise ShapeError(f"glyph ink: got {ink.dtype} {ink.shape}, expected uint8 (H, W)")
    frame = np.zeros((GLYPH_SIZE_PX, GLYPH_SIZE_PX), np.uint8)
    peak = int(ink.max()) if ink.size else 0
    if peak < _FAINTEST_INK:
        return frame
    crop, mask = _crop(_shrink(_crop(ink, peak)[0]), peak)
    stroke_px = stroke_width_px(mask)
    scale = min(INNER_SIZE_PX / max(mask.shape), MAX_STROKE_PX / stroke_px)
    crop = _thicken(crop, stroke_px, scale)
    small = _resample(crop, scale)
    height, width = small.shape
    top, left = (GLYPH_SIZE_PX - height) // 2, (GLYPH_SIZE_PX - width) // 2
    frame[top : top + height, left : left + width] = small
    soft = cv2.GaussianBlur(frame, (5, 5), EDGE_SIGMA_PX)
    framed = cv2.convertScaleAbs(soft, alpha=255.0 / max(int(soft.max()), 1))
    return framed.astype(np.uint8, copy=False)


def _shrink(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Area-averages huge crops to a working size; the rest of the work is then cheap."""
    factor = 2 * _LARGEST_WORKING_PX / max(ink.shape)
    if factor >= 1.0:
        return ink
    size = (max(1, round(ink.shape[1] * factor)), max(1, round(ink.shape[0] * factor)))
    return cv2.resize(ink, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _crop(ink: NDArray[np.uint8], peak: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Cuts to the bounding box of the ink; returns the grey crop and its binary mask."""
    level = min(_INK_LEVEL * peak, float(ink.max()) - 1.0)
    _, mask = cv2.threshold(ink, level, 255, cv2.THRESH_BINARY)
    x, y, width, height = cv2.boundingRect(mask)
    box = (slice(y, y + height), slice(x, x + width))
    return ink[box], mask[box].astype(np.uint8, copy=False)


def _thicken(crop: NDArray[np.uint8], stroke_px: float, scale: float) -> NDArray[np.uint8]:
    """Dilates a stroke that would end up thinner than `MIN_STROKE_PX`."""
    missing_px = MIN_STROKE_PX / scale - stroke_px
    reach = round(missing_px / 2.0)
    if reach < 1:
        return crop
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    padded = cv2.copyMakeBorder(crop, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=0)
    return cv2.dilate(padded, kernel).astype(np.uint8, copy=False)


def _resample(crop: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """Resizes by `scale`, at most to the frame, averaging areas where it shrinks."""
    limit = (GLYPH_SIZE_PX - 2) / max(crop.shape)
    scale = min(scale, limit)
    size = (max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
    return cv2.resize(crop, size, interpolation=method).astype(np.uint8, copy=False)
