"""Finds tick boxes that are a pair of brackets with paper between them: [ ] and ( )."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from forms_app.reading.geometry import Box, bounding_box
from forms_app.templating.blank_ink import BlankPage, Mask
from forms_app.templating.page_parts import Mark, mm

_HEIGHTS_MM = (2.0, 8.0)
"""As of tick boxes."""
_MOST_WIDTH, _ROOM = 0.45, (0.2, 2.5)
"""Width of a bracket, and of the room between two, in parts of their height."""
_HOLLOW_ROWS, _TIP_ROWS = (0.3, 0.7), 0.16
"""Rows of a bracket that are its stroke alone, and rows of its tips, in parts of its height."""
_STROKE, _TIP = 0.6, 0.3
"""Columns that the stroke keeps to, and columns of the tips, in parts of its width."""
_MOST_INK_BETWEEN = 0.01
"""More is a letter, or a dirty scan."""
_UNLIKE = 0.12
"""How far heads and feet of two brackets are off one another, in parts of their height."""


def bracket_pairs(page: BlankPage) -> list[tuple[Box, Box]]:
    """Opening brackets and the next closing one in the row of each, letters between them or not."""
    opening, closing = _brackets(page)
    pairs = []
    for left in opening:
        fitting = [right for right in closing if _is_pair(left, right)]
        if fitting:
            pairs.append((left, min(fitting, key=lambda box: box.x)))
    return pairs


def bracket_marks(page: BlankPage, pairs: Sequence[tuple[Box, Box]]) -> list[Mark]:
    """Tick boxes: those pairs of brackets that have nothing between them."""
    marks = []
    for left, right in pairs:
        between = Box(left.right + 1, left.y, right.x - left.right - 2, left.height)
        inside = page.strokes[between.as_slices()]
        if inside.size and float((inside > 0).mean()) <= _MOST_INK_BETWEEN:
            marks.append(Mark(bounding_box((left, right)), True))
    return marks


def _brackets(page: BlankPage) -> tuple[list[Box], list[Box]]:
    """Boxes of the pieces of print that open to the right, and to the left."""
    count, parts, stats, _ = cv2.connectedComponentsWithStats(page.strokes, connectivity=8)
    labels = np.asarray(parts, np.int32)
    opening, closing = [], []
    for number in range(1, count):
        x, y, width, height, _ = (int(v) for v in stats[number])
        if not mm(_HEIGHTS_MM[0]) <= height <= mm(_HEIGHTS_MM[1]):
            continue
        if not 3 <= width <= _MOST_WIDTH * height:
            continue
        piece = (labels[y : y + height, x : x + width] == number).astype(np.uint8)
        box = Box(float(x), float(y), float(width), float(height))
        if _opens_right(piece):
            opening.append(box)
        elif _opens_right(np.ascontiguousarray(piece[:, ::-1])):
            closing.append(box)
    return opening, closing


def _opens_right(piece: Mask) -> bool:
    """Whether print is a stroke at the left with a tip to the right at its head and its foot."""
    height, width = piece.shape
    middle = piece[round(_HOLLOW_ROWS[0] * height) : round(_HOLLOW_ROWS[1] * height)]
    tip = max(1, round(_TIP_ROWS * height))
    right = slice(width - max(1, round(_TIP * width)), width)
    left = slice(0, max(1, round(_STROKE * width)))
    return bool(
        not middle[:, right].any()
        and middle[:, left].any(axis=1).all()
        and piece[:tip, right].any()
        and piece[-tip:, right].any()
    )


def _is_pair(left: Box, right: Box) -> bool:
    slack = max(1.5, _UNLIKE * left.height)
    return (
        abs(left.y - right.y) <= slack
        and abs(left.bottom - right.bottom) <= slack
        and _ROOM[0] * left.height <= right.x - left.right <= _ROOM[1] * left.height
    )
