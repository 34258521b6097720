"""Marks beside the boxes: people circle an option, or tick its label."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.components import Components, find_components
from forms_app.reading.geometry import Box
from forms_app.reading.types import FieldCrop

# In box sides: smaller pieces are specks or tails of ticks; farther ones belong to something else.
_LEAST_REACH = 0.5
_FARTHEST = 0.75
# Share of a piece's ink in one box that makes it that box's mark.
_OWN = 0.25
# A piece cut off by the crop that shows less than this of itself is a neighbour's: rows of boxes
# stand closer than columns.
_INTRUDES_BESIDE = 0.2
_INTRUDES_ABOVE = 0.4


def has_mark_beside(crop: FieldCrop) -> bool:
    """Whether a piece of ink near the boxes is large enough to be a mark and in none of them.

    Args:
        crop: of a choice, or of a single mark, whose box is the field's.
    """
    boxes = crop.options or (crop.box,)
    side = min(min(box.width, box.height) for box in boxes)
    pieces = find_components(crop.ink)
    seen = np.maximum(pieces.width, pieces.height) >= _LEAST_REACH * side
    seen &= ~_is_intruder(pieces, crop.ink.shape, side)
    seen[0] = False
    return any(_is_beside(pieces, int(label), boxes, side) for label in np.flatnonzero(seen))


def _is_intruder(pieces: Components, shape: tuple[int, ...], side: float) -> NDArray[np.bool_]:
    """Pieces that enter the crop from the next field."""
    across = (pieces.left == 0) | (pieces.right == shape[1])
    along = (pieces.top == 0) | (pieces.bottom == shape[0])
    across &= pieces.width < _INTRUDES_BESIDE * side
    along &= pieces.height < _INTRUDES_ABOVE * side
    return np.asarray(across | along)


def _is_beside(pieces: Components, label: int, boxes: tuple[Box, ...], side: float) -> bool:
    rows = slice(int(pieces.top[label]), int(pieces.bottom[label]))
    columns = slice(int(pieces.left[label]), int(pieces.right[label]))
    y, x = np.nonzero(pieces.labels[rows, columns] == label)
    y, x = y + rows.start, x + columns.start
    if max(_within(x, y, box) for box in boxes) >= _OWN:
        return False
    return max(_within(x, y, box.expanded(_FARTHEST * side)) for box in boxes) > 0


def _within(x: NDArray[np.int64], y: NDArray[np.int64], box: Box) -> float:
    """Share of the points in a box."""
    inside = (x >= box.x) & (x < box.right) & (y >= box.y) & (y < box.bottom)
    return float(inside.mean())
