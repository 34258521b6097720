"""How dark the blank's print alone may be in a scan: its darkness there, at the scan's contrast,
widened as scanners, copiers and faxes widen it."""

from __future__ import annotations

import cv2
import numpy as np

from forms_app.reading.missing_print import without_missing_print
from forms_app.reading.paper import FLOOR, Mask, as_mask, histogram, percentile
from forms_app.reading.print_alignment import PRINT_THRESHOLD
from forms_app.reading.types import InkImage

# Print up to this darkness is tint, on which writing shows.
LIGHT_PRINT = 110
# Writing covers less than this share of the rim of print; more is print that lies elsewhere. Print
# that came out thicker covers more of the rims beyond.
_CROWDED = 0.1
_THICK = 0.3
_MOST_SPREAD_PX = 4
# A shorter rim may be written over all along: that of a tick box.
_LONG_RIM_PX = 1000


def expected_print(dark: InkImage, printed: InkImage, bilevel: bool) -> InkImage:
    """How dark print alone may be at each pixel, `(h, w)`; 0 where there is none.

    In a black-and-white scan any print, however light, may have come out black.

    Args:
        dark: `(h, w)` darkness of the scan.
        printed: `(h, w)` darkness of the blank where it lies in the scan.
        bilevel: the scan is black and white.
    """
    printed = without_missing_print(dark, printed)
    core = as_mask(printed >= PRINT_THRESHOLD)
    if not core.any():
        return np.zeros_like(dark)
    spread = _spread(dark, core if bilevel else printed)
    if bilevel:
        return spread
    seen = percentile(histogram(dark, core), 0.85)
    drawn = max(1, percentile(histogram(printed, core), 0.75))
    gain = float(np.clip(seen / drawn, 0.4, 4.0))
    return np.asarray(cv2.convertScaleAbs(spread, alpha=gain), np.uint8)


def _spread(dark: InkImage, printed: InkImage) -> InkImage:
    """The print widened by one pixel, and on where the scan shows more than writing there.

    Only dark print is widened by more than two: a digit over a pale guide letter crowds it.
    """
    inked = as_mask(dark >= PRINT_THRESHOLD)
    spread = cv2.dilate(printed, np.ones((3, 3), np.uint8))
    if not _is_crowded(inked, spread, _CROWDED):
        return np.asarray(spread, np.uint8)
    spread = cv2.dilate(spread, np.ones((3, 3), np.uint8))
    black = cv2.bitwise_and(spread, as_mask(spread >= LIGHT_PRINT))
    for _ in range(_MOST_SPREAD_PX - 2):
        if not _is_crowded(inked, black, _THICK, _LONG_RIM_PX):
            break
        black = cv2.dilate(black, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.max(spread, black), np.uint8)


def _is_crowded(inked: Mask, spread: cv2.typing.MatLike, most: float, least_px: int = 0) -> bool:
    """Whether more than a share of the next pixel around the print, if it has that many, is
    inked."""
    wider = cv2.dilate(spread, np.ones((3, 3), np.uint8))
    rim = as_mask((wider >= FLOOR) & (spread < FLOOR))
    length = cv2.countNonZero(rim)
    return length >= least_px and cv2.countNonZero(inked & rim) > most * length
