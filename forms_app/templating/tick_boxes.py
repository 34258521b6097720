"""Finds tick boxes and bubbles: small closed frames, square or round, that are no letters."""

from __future__ import annotations

from collections.abc import Container

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.geometry import Box
from forms_app.templating.blank_ink import BlankPage, Mask
from forms_app.templating.page_parts import Mark, mm

SIDES_MM = (2.2, 9.0)
_FLATTEST = 0.5
_LEAST_CONVEX = 0.93
_SQUARE_SHARE, _ROUND_SHARE = 0.92, (0.70, 0.87)
_CORNER = 0.16
_MOST_INSIDE = 0.6
"""Ink in the inner part of a frame: a printed letter at most, not a filled bubble."""
_MOST_FRAME, _MOST_BROKEN = 0.25, 0.45
"""Thickness of the frame in parts of its shorter side, and the ink right inside of it."""
_LETTER_GAPS, _MOST_LETTER_GAP_MM = (0.3, 0.42), 1.1
"""Letters of a word are nearer to one another than these parts of their height, on one side and on
both; labels keep the distance given at least."""


def find_marks(page: BlankPage) -> list[Mark]:
    """All tick boxes and bubbles, outer frames only, in no order.

    Looked for twice: with small breaks closed, and as printed, where neighbours almost touch.
    """
    closed = cv2.morphologyEx(page.strokes, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return _outer(_frames(page, np.asarray(closed, np.uint8)) + _frames(page, page.strokes))


def _frames(page: BlankPage, strokes: Mask) -> list[Mark]:
    count, parts, measures, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    labels, stats = np.asarray(parts, np.int32), np.asarray(measures, np.int32)
    least, most = mm(SIDES_MM[0]), mm(SIDES_MM[1])
    frames: dict[int, Mark] = {}
    for number in range(1, count):
        x, y, width, height, _ = (int(v) for v in stats[number])
        if not (least <= height <= most and least <= width <= 1.5 * most):
            continue
        if min(width, height) < _FLATTEST * max(width, height):
            continue
        frame = (labels[y : y + height, x : x + width] == number).astype(np.uint8)
        is_round = frame_shape(frame, page.strokes[y : y + height, x : x + width])
        if is_round is not None:
            box = Box(float(x), float(y), float(width), float(height))
            frames[number] = Mark(box, is_round)
    return [m for n, m in frames.items() if not _in_word(n, labels, stats, frames)]


def frame_shape(frame: Mask, ink: Mask) -> bool | None:
    """Whether a closed frame is round; None where it is neither square nor round.

    Args:
        frame: (h, w) uint8, 1 on the frame, cut to its own box.
        ink: (h, w) uint8, 255 where anything is printed, the same cut.
    """
    outlines, _ = cv2.findContours(frame, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = np.asarray(max(outlines, key=cv2.contourArea), np.int32)
    drawn = cv2.drawContours(np.zeros_like(frame), [outline], -1, 1, cv2.FILLED)
    filled = np.asarray(drawn, np.uint8)
    hull = cv2.contourArea(cv2.convexHull(outline))
    if hull == 0 or cv2.contourArea(outline) < _LEAST_CONVEX * hull:
        return None
    if not _is_hollow(filled, ink):
        return None
    share = float(filled.mean())
    if share >= _SQUARE_SHARE and _has_corners(filled):
        return False
    if _ROUND_SHARE[0] <= share <= _ROUND_SHARE[1] and _is_ellipse(outline):
        return True
    return None


def _is_hollow(filled: Mask, ink: Mask) -> bool:
    """Whether the frame is thin and holds a letter at most."""
    side = min(filled.shape)
    depth = cv2.distanceTransform(cv2.copyMakeBorder(filled, 1, 1, 1, 1, cv2.BORDER_CONSTANT),
                                  cv2.DIST_L2, 3)[1:-1, 1:-1]  # fmt: skip
    for thickness in range(1, round(_MOST_FRAME * side) + 1):
        ring = (depth > thickness) & (depth <= thickness + 1)
        if ring.any() and ink[ring].mean() < 255 * _MOST_BROKEN:
            within = depth > thickness + 1
            return bool(within.any() and ink[within].mean() <= 255 * _MOST_INSIDE)
    return False


def _has_corners(filled: Mask) -> bool:
    height, width = (max(2, round(_CORNER * side)) for side in filled.shape)
    corners = (filled[:height, :width], filled[:height, -width:],
               filled[-height:, :width], filled[-height:, -width:])  # fmt: skip
    return all(float(corner.mean()) >= 0.5 for corner in corners)


def _is_ellipse(outline: NDArray[np.int32]) -> bool:
    """Whether the outline keeps to the ellipse of its own frame."""
    points = outline.reshape(-1, 2).astype(np.float64)
    middle = (points.max(axis=0) + points.min(axis=0)) / 2
    half = np.maximum(1.0, (points.max(axis=0) - points.min(axis=0)) / 2)
    radius = np.hypot(*((points - middle) / half).T)
    return bool(np.percentile(np.abs(radius - 1), 90) < 0.12)


def _in_word(
    number: int, labels: NDArray[np.int32], stats: NDArray[np.int32], frames: Container[int]
) -> bool:
    """Whether letters stand right beside the frame, as beside an O, or over and under it."""
    x, y, width, height, _ = (int(v) for v in stats[number])
    if _between_letters(x, y, width, height, number, labels, stats[:, 3], frames):
        return True
    # A word that runs upwards. Over and under a tick box stand others, or whole lines of words.
    turned = (y, x, height, width)
    return _between_letters(*turned, number, labels.T, stats[:, 2], frames, only_both=True)


def _between_letters(
    x: int, y: int, width: int, height: int, number: int, labels: NDArray[np.int32],
    heights: NDArray[np.int32], frames: Container[int], only_both: bool = False,
) -> bool:  # fmt: skip
    """Whether print as high as letters is before or behind the frame, along the rows."""
    rows = slice(y + height // 5, y + height - height // 5)
    near, far = (round(gap * height) for gap in _LETTER_GAPS)
    near = min(near, round(mm(_MOST_LETTER_GAP_MM)))

    def letter_within(side: NDArray[np.int32]) -> bool:
        return any(
            0.5 * height <= heights[other] <= 1.6 * height and int(other) not in frames
            for other in np.unique(side[side > 0])
            if other != number
        )

    sides = [(labels[rows, max(0, x - gap) : x], labels[rows, x + width : x + width + gap])
             for gap in (near, far)]  # fmt: skip
    return (not only_both and any(map(letter_within, sides[0]))) or all(
        map(letter_within, sides[1])
    )


def _outer(marks: list[Mark]) -> list[Mark]:
    """Without frames inside of frames: letters in bubbles."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda m: -m.box.area):
        if not any(other.box.expanded(2).contains(mark.box) for other in kept):
            kept.append(mark)
    return kept
