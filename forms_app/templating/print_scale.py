"""Prepares a blank whose resolution is not known by the size of the letters printed on it."""

from __future__ import annotations

import cv2
import numpy as np

from forms_app.reading.types import GreyImage
from forms_app.templating.blank_ink import BlankPage, blank_at, is_page_size, prepare_blank
from forms_app.templating.page_parts import WORKING_DPI, mm
from forms_app.templating.tick_boxes import frame_shape

_USUAL_LETTER_MM = 2.4
"""Height of the capitals and digits of usual print: 9 to 10 points."""
_LARGEST_LETTER_MM = 3.4
"""Print of 14 points: whole forms are hardly set in larger type."""
_HEIGHTS_MM = (0.8, 20.0)
"""From dots to the letters of a title on a page of the wrong size."""
_WIDTHS = (0.2, 1.3)
"""Width over height of letters and digits."""
_LEAST_LETTERS = 10
"""Fewer may be a logo."""


def prepare_by_print(grey: GreyImage, dpi: float | None) -> BlankPage:
    """The working page of a blank; letters as on a poster show that it is a part of a page.

    Args:
        grey: (H, W) uint8, dark print on light paper.
        dpi: its resolution; None, or one that makes no page of it, is not believed.
    """
    page = prepare_blank(grey, dpi)
    if dpi is not None and is_page_size(grey, dpi):
        return page
    letter_mm = _letter_mm(page)
    if letter_mm is None or letter_mm <= _LARGEST_LETTER_MM:
        return page
    return blank_at(grey, page.scale * WORKING_DPI * letter_mm / _USUAL_LETTER_MM)


def _letter_mm(page: BlankPage) -> float | None:
    """Usual height of capitals and digits; None where too few are printed."""
    count, parts, stats, _ = cv2.connectedComponentsWithStats(page.strokes, connectivity=8)
    labels = np.asarray(parts, np.int32)
    heights = []
    for number in range(1, count):
        x, y, width, height, _ = (int(v) for v in stats[number])
        if not mm(_HEIGHTS_MM[0]) <= height <= mm(_HEIGHTS_MM[1]):
            continue
        if not _WIDTHS[0] * height <= width <= _WIDTHS[1] * height:
            continue
        cut = (slice(y, y + height), slice(x, x + width))
        if frame_shape((labels[cut] == number).astype(np.uint8), page.strokes[cut]) is None:
            heights.append(height)
    if len(heights) < _LEAST_LETTERS:
        return None
    tall = [h for h in heights if h >= 0.5 * np.percentile(heights, 75)]
    return float(np.median(tall)) / mm(1)
