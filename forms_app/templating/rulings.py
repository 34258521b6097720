"""Finds the straight lines of a blank: level and upright rulings, and lines of dots.

As tools for tables in documents do (img2table, pdfplumber's edges), lines are found first and
boxes are put together from them. Lines are what is thin across and long along, whatever lies
beneath, so that pale lines and the gaps of drop-out panels are found beside black ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from forms_app.reading.geometry import Box
from forms_app.templating.blank_ink import BlankPage, Mask
from forms_app.templating.page_parts import Ruling, mm

THICKEST_MM = 1.3
LEAST_MM = 1.7
"""Shorter strokes are not told from those of letters."""
_GAP_MM = 0.4
_NEAR_PX, _END_SHARE = 9, 0.35
_DOT_MM = (0.1, 0.75)
_DOT_GAP_MM = 2.6
_LEAST_DOTS, _LEAST_DOTTED_MM = 10, 14.0
_AVERAGED_MM, _LEAST_HAIRLINE_MM, _HAIRLINE_GAP_MM = 5.0, 11.0, 1.5
"""Length that hairlines are averaged over, their least length, and the widest gap of their dots."""
_THICKEST_HAIRLINE_MM = 0.9
"""Thicker than a hairline for what a slight tilt spreads over its length."""
_FAINTEST, _FAINT_DOT = 0.45, 0.6
"""Contrast of a hairline's average, and of its dots, in parts of what other lines must have."""
_MOST_BENEATH = 0.4
"""Contrast beside a hairline in parts of its own; rows of letters have more in their middle."""


def level_lines(page: BlankPage) -> Mask:
    """Mask (h, w) of the pixels of level lines."""
    return _lines(page.contrast, page.faint)


def upright_lines(page: BlankPage) -> Mask:
    """Mask (h, w) of the pixels of upright lines."""
    turned = np.ascontiguousarray(page.contrast.T)
    return np.ascontiguousarray(_lines(turned, page.faint).T)


def level_walls(page: BlankPage) -> Mask:
    """Mask (h, w) of long hairlines that are broken, dotted or paler than the grain of the paper.

    Only their length tells them; they enclose boxes, but nobody writes on one by itself.
    """
    return _hairlines(page.contrast, page.faint)


def upright_walls(page: BlankPage) -> Mask:
    """Mask (h, w) of upright hairlines as of `level_walls`."""
    turned = np.ascontiguousarray(page.contrast.T)
    return np.ascontiguousarray(_hairlines(turned, page.faint).T)


def upright_gaps(page: BlankPage) -> Mask:
    """Mask (h, w) of upright lines of bare paper, which part tinted cells."""
    light = np.ascontiguousarray(255 - page.contrast.T)
    return np.ascontiguousarray(_lines(light, page.faint).T)


def is_side(ruling: Ruling, boxes: Sequence[Box]) -> bool:
    """Whether a level line is the upper or lower side of one of the boxes."""
    for box in boxes:
        reaches = min(ruling.end, box.right) - max(ruling.start, box.x)
        near = min(abs(ruling.at - box.y), abs(ruling.at - box.bottom)) <= mm(0.9)
        if reaches > 0.4 * min(ruling.length, box.width) and near:
            return True
    return False


def rulings_of(mask: Mask, least_mm: float) -> list[Ruling]:
    """The level lines of a mask that are at least so long, top to bottom.

    For upright lines give the transposed mask.
    """
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    found = []
    for x, y, width, height, area in stats[1:count]:
        if width >= mm(least_mm) and height <= mm(THICKEST_MM) + 0.03 * width:
            found.append(Ruling(float(x), float(x + width), y + height / 2, max(1.0, area / width)))
    return sorted(found, key=lambda r: (r.at, r.start))


def dotted_rulings(page: BlankPage, rulings: Sequence[Ruling] = ()) -> list[Ruling]:
    """Lines made of dots or short dashes, but for those that are rulings already."""
    count, _, stats, middles = cv2.connectedComponentsWithStats(
        cv2.bitwise_and(page.ink, page.strokes), connectivity=8
    )
    least, most = mm(_DOT_MM[0]), mm(_DOT_MM[1])
    small = (
        (stats[1:, 2] >= least) & (stats[1:, 2] <= 2 * most)
        & (stats[1:, 3] >= least) & (stats[1:, 3] <= most)
    )  # fmt: skip
    dots = middles[1:count][small]
    dots = dots[np.argsort(dots[:, 1])]
    found: list[Ruling] = []
    while len(dots):
        near = np.abs(dots[:, 1] - dots[0, 1]) <= mm(0.35)
        chains = _dot_chains(dots[near])
        found.extend(c for c in chains if not any(_is_same(c, r) for r in rulings))
        dots = dots[~near]
    return found


def _is_same(chain: Ruling, ruling: Ruling) -> bool:
    shared = min(chain.end, ruling.end) - max(chain.start, ruling.start)
    return abs(chain.at - ruling.at) < mm(0.6) and shared > 0.8 * chain.length


def _dot_chains(dots: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> list[Ruling]:
    across = np.sort(dots[:, 0])
    breaks = np.flatnonzero(np.diff(across) > mm(_DOT_GAP_MM)) + 1
    chains = []
    for chain in np.split(across, breaks):
        if len(chain) < _LEAST_DOTS or np.ptp(chain) < mm(_LEAST_DOTTED_MM):
            continue
        steps = np.diff(chain)
        if np.percentile(steps, 80) <= 1.5 * np.median(steps):
            half = mm(0.2)
            at = float(np.median(dots[:, 1]))
            chains.append(Ruling(float(chain[0] - half), float(chain[-1] + half), at, 2 * half))
    return chains


def _lines(contrast: Mask, faint: float) -> Mask:
    across = round(mm(THICKEST_MM)) | 1
    kernel = np.ones((across, 1), np.uint8)
    along = cv2.blur(contrast, (5, 1))
    beneath = cv2.morphologyEx(along, cv2.MORPH_OPEN, kernel)
    rise = cv2.subtract(along, beneath)
    # The blurred ends of a dark line are as strong as a pale one; they would close its gaps.
    near = cv2.dilate(rise, np.ones((1, _NEAR_PX), np.uint8))
    rises = rise > np.maximum(faint, _END_SHARE * near)
    seen = np.where(rises & (cv2.subtract(contrast, beneath) > 0.5 * faint), 255, 0)
    seen = seen.astype(np.uint8)
    gap = round(mm(_GAP_MM)) | 1
    joined = cv2.morphologyEx(seen, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    # One row above and below lets a line that slips into the next row stay one piece.
    thick = cv2.dilate(joined, np.ones((3, 1), np.uint8))
    long = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, round(mm(LEAST_MM))), np.uint8))
    return np.asarray(cv2.bitwise_and(long, joined), np.uint8)


def _hairlines(contrast: Mask, faint: float) -> Mask:
    """What stays of the contrast when it is averaged along the lines, between bare paper."""
    along = cv2.blur(contrast, (round(mm(_AVERAGED_MM)) | 1, 1))
    across = np.ones((round(mm(_THICKEST_HAIRLINE_MM)) | 1, 1), np.uint8)
    beneath = cv2.morphologyEx(along, cv2.MORPH_OPEN, across)
    rise = cv2.subtract(along, beneath)
    seen = (rise > _FAINTEST * faint) & (beneath < _MOST_BENEATH * along)
    # Averaging leads lines on past their ends, and across wide gaps.
    dots = np.where(contrast > _FAINT_DOT * faint, 255, 0).astype(np.uint8)
    gap = np.ones((3, round(mm(_HAIRLINE_GAP_MM)) | 1), np.uint8)
    near = cv2.morphologyEx(dots, cv2.MORPH_CLOSE, gap) > 0
    joined = np.where(seen & near, 255, 0).astype(np.uint8)
    thick = cv2.dilate(joined, np.ones((3, 1), np.uint8))
    least = np.ones((1, round(mm(_LEAST_HAIRLINE_MM))), np.uint8)
    long = cv2.morphologyEx(thick, cv2.MORPH_OPEN, least)
    return np.asarray(cv2.bitwise_and(long, thick), np.uint8)
