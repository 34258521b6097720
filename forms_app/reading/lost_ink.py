"""Writing that a person sees in the scan and that is not in the ink that was read.

Taking the print out can take pale writing with it, above all on shaded paper; what is left may be
a clear, shorter value. Here the scan is looked at again, without the blank: strokes darker than the
paper around them, away from print, that no ink covers.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.geometry import Box
from forms_app.reading.print_alignment import PRINT_THRESHOLD
from forms_app.reading.types import FieldCrop, GreyImage

# A stroke is narrower than this share of a field's height, so that a closing removes it.
_CLOSING = 0.9
# The paper's own level changes slowly: it is looked for at a quarter of the resolution.
_COARSE = 4
# Of the median darkness of the ink that was read, and in grey levels where there is none.
_AS_DARK = 0.5
_FAINTEST = 14
_FAINTEST_ALONE = 24
# Near printed lines (not wider than this share of the height) and near ink, blur is no writing.
_WIDEST_LINE = 0.3
_NEAR_PRINT_PX = 11
_NEAR_INK_PX = 7
_INSET_PX = 5
# Strokes at least this high, or of this area, in field heights: less is dirt.
_LEAST_HEIGHT = 0.25
_LEAST_AREA = 0.04
_FEW_PX = 20

_Mask = NDArray[np.uint8]


def lost_ink(crop: FieldCrop) -> float:
    """How much writing is lost, as a multiple of the ink that was found; 0 where none is.

    Where hardly any ink was found, a multiple of a character's: a tenth of the squared height.
    """
    boxes = crop.cells or (crop.box,)
    height = float(max(box.height for box in boxes))
    found_px = cv2.countNonZero(crop.ink)
    places = [_inside(box, crop) for box in boxes]
    darker = [_darker_than_around(crop.grey[place], height) for place in places]
    level = float(_FAINTEST_ALONE)
    if found_px >= _FEW_PX:
        inked = [seen[crop.ink[place] > 0] for seen, place in zip(darker, places, strict=True)]
        found = np.concatenate(inked)
        level = max(_FAINTEST, _AS_DARK * float(np.median(found))) if found.size else level
    covered = _covered(crop, height)
    lost_px = sum(
        _stroke_px(np.greater(seen, level) & (covered[place] == 0), height)
        for seen, place in zip(darker, places, strict=True)
    )
    return lost_px / max(found_px, 0.1 * height * height)


def _inside(box: Box, crop: FieldCrop) -> tuple[slice, slice]:
    height, width = crop.grey.shape
    return box.expanded(-_INSET_PX).clipped(width, height).as_slices()


def _darker_than_around(grey: GreyImage, height: float) -> _Mask:
    """How much darker each pixel is than the paper, or the shading, about it."""
    if not grey.size:
        return np.zeros_like(grey)
    rows, columns = (max(1, round(side / _COARSE)) for side in grey.shape)
    coarse = cv2.resize(grey, (columns, rows), interpolation=cv2.INTER_AREA)
    side = int(_CLOSING * height / _COARSE) | 1
    around = cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    paper = cv2.resize(around, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.subtract(paper, grey), np.uint8)


def _covered(crop: FieldCrop, height: float) -> _Mask:
    """Not 0 at printed lines and letters, at ink, and where the scan's blur of them may be.

    Even shading is no line: an opening as wide as no line is takes it away.
    """
    side = int(_WIDEST_LINE * height) | 1
    even = cv2.morphologyEx(crop.printed, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    drawn = np.greater_equal(cv2.subtract(crop.printed, even), PRINT_THRESHOLD).view(np.uint8)
    near_print = cv2.dilate(drawn, np.ones((_NEAR_PRINT_PX, _NEAR_PRINT_PX), np.uint8))
    near_ink = cv2.dilate(crop.ink, np.ones((_NEAR_INK_PX, _NEAR_INK_PX), np.uint8))
    return np.asarray(cv2.bitwise_or(near_print, near_ink), np.uint8)


def _stroke_px(missed: NDArray[np.bool_], height: float) -> int:
    """Pixels of the components that are large enough for strokes."""
    if not missed.any():
        return 0
    _, _, stats, _ = cv2.connectedComponentsWithStats(missed.view(np.uint8))
    high, area = stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_AREA]
    large = (high >= _LEAST_HEIGHT * height) | (area >= _LEAST_AREA * height * height)
    return int(area[large].sum())
