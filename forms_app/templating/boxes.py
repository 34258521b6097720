"""Finds rectangles on a blank: paper enclosed by lines or tint, and tinted areas."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.geometry import Box
from forms_app.templating.blank_ink import BlankPage, Mask
from forms_app.templating.page_parts import mm

LEAST_SIDE_MM = 2.2
_LEAST_FILLED, _LEAST_CONVEX, _LEAST_NOTCHED = 0.88, 0.93, 0.6
"""Shares of its frame that a tinted rectangle, an enclosed one's hull, and with the print that
touches its walls it itself covers; a circle covers 0.79."""
_THICKEST_WALL_PX = 10
_LEAST_STRAIGHT = 0.8
_DARKEST_TINT = 95.0
_LEAST_EVEN = 0.7
_LEAST_TINTED_MM = (2.8, 3.2)


@dataclass(frozen=True, slots=True)
class Rectangle:
    """`box` reaches to the middle of the walls, which are `wall_px` thick on average."""

    box: Box
    wall_px: float = 0.0


def enclosed_boxes(page: BlankPage, level: Mask, upright: Mask) -> list[Rectangle]:
    """Rectangles of paper within lines or tint, the small ones first.

    Args:
        level: the mask of level lines.
        upright: the mask of upright lines.
    """
    level = np.asarray(cv2.bitwise_or(level, page.areas), np.uint8)
    upright = np.asarray(cv2.bitwise_or(upright, page.areas), np.uint8)
    # Lines end early where they meet at a corner: each is led on by two pixels.
    longer = cv2.dilate(level, np.ones((1, 5), np.uint8))
    higher = cv2.dilate(upright, np.ones((5, 1), np.uint8))
    walls = cv2.dilate(cv2.bitwise_or(longer, higher), np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        cv2.bitwise_not(walls), connectivity=4
    )
    least = mm(LEAST_SIDE_MM) - 4
    found = []
    for number in range(1, count):
        x, y, width, height, _ = stats[number]
        if width < least or height < least or width * height > 0.6 * labels.size:
            continue
        part = (labels[y : y + height, x : x + width] == number).astype(np.uint8)
        share, convex = _filled_shares(part)
        if share >= _LEAST_NOTCHED and convex >= _LEAST_CONVEX:
            box = Box(float(x), float(y), float(width), float(height)).expanded(1)
            if _has_straight_sides(box.expanded(1), level, upright):
                outer = _with_half_walls(box, level, upright)
                wall_px = (outer.width - box.width + outer.height - box.height) / 2
                found.append(Rectangle(outer, wall_px))
    return sorted(found, key=lambda r: r.box.area)


def tinted_boxes(page: BlankPage, gaps: Mask) -> list[Rectangle]:
    """Pale rectangles: cells and lines that are marked by tint alone, headings, table heads.

    Args:
        gaps: mask (h, w) of upright lines of bare paper, which part cells.
    """
    areas = cv2.bitwise_and(page.areas, cv2.bitwise_not(gaps))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(areas, connectivity=4)
    found = []
    for number in range(1, count):
        x, y, width, height, _ = stats[number]
        if width < mm(_LEAST_TINTED_MM[0]) or height < mm(_LEAST_TINTED_MM[1]):
            continue
        part = (labels[y : y + height, x : x + width] == number).astype(np.uint8)
        share = float(part.mean())
        inside = page.contrast[y : y + height, x : x + width][part > 0]
        if share >= _LEAST_FILLED and _is_even_tint(inside):
            found.append(Rectangle(Box(float(x), float(y), float(width), float(height))))
    return found


def _with_half_walls(box: Box, level: Mask, upright: Mask) -> Box:
    """The box up to the middle of its walls."""
    across = slice(round(box.x + 0.25 * box.width), round(box.right - 0.25 * box.width) + 1)
    down = slice(round(box.y + 0.25 * box.height), round(box.bottom - 0.25 * box.height) + 1)
    reach = _THICKEST_WALL_PX
    top, bottom, left, right = (round(v) for v in (box.y, box.bottom, box.x, box.right))
    walls = (
        level[max(0, top - reach) : top, across].mean(axis=1)[::-1],
        level[bottom : bottom + reach, across].mean(axis=1),
        upright[down, max(0, left - reach) : left].mean(axis=0)[::-1],
        upright[down, right : right + reach].mean(axis=0),
    )
    above, below, before, after = (_middle_of_wall(wall) for wall in walls)
    return Box(box.x - before, box.y - above, box.width + before + after,
               box.height + above + below)  # fmt: skip


def _middle_of_wall(coverage: NDArray[np.float64]) -> float:
    """How far off the middle of a wall is that begins near; coverage 0..255 going outwards."""
    seen = coverage >= 128
    if not seen[:4].any():
        return 0.0
    start = int(np.argmax(seen))
    bare = np.flatnonzero(~seen[start:])
    end = start + int(bare[0]) if len(bare) else len(seen)
    return (start + end) / 2


def _is_even_tint(contrast: Mask) -> bool:
    """Pale and mostly of one grey; rows of bold text are neither."""
    middle = float(np.median(contrast))
    near = np.abs(contrast.astype(np.float32) - middle) <= max(14.0, 0.3 * middle)
    return middle <= _DARKEST_TINT and float(near.mean()) >= _LEAST_EVEN


def _has_straight_sides(box: Box, level: Mask, upright: Mask) -> bool:
    """Whether lines run along most of each side; the round sides of an O do not."""
    left, top, right, bottom = (round(v) for v in (box.x, box.y, box.right, box.bottom))
    near = 3
    across = slice(left + near, max(left + near + 1, right - near))
    down = slice(top + near, max(top + near + 1, bottom - near))
    for edge in (top, bottom):
        strip = level[max(0, edge - near) : edge + near + 1, across]
        if not strip.size or float((strip.max(axis=0) > 0).mean()) < _LEAST_STRAIGHT:
            return False
    for edge in (left, right):
        strip = upright[down, max(0, edge - near) : edge + near + 1]
        if not strip.size or float((strip.max(axis=1) > 0).mean()) < _LEAST_STRAIGHT:
            return False
    return True


def _filled_shares(part: Mask) -> tuple[float, float]:
    """Shares of the frame within the part's outline, and within its convex hull.

    Islands inside do not count against it, and against the hull no letter that touches a wall.
    """
    outlines, _ = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    outline = max(outlines, key=cv2.contourArea)
    filled = cv2.drawContours(np.zeros_like(part), [outline], -1, 1, cv2.FILLED)
    hull = cv2.drawContours(np.zeros_like(part), [cv2.convexHull(outline)], -1, 1, cv2.FILLED)
    return float(filled.mean()), float(hull.mean())
