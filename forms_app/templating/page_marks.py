"""Puts together all tick boxes and bubbles of a page: frames, grids, brackets, squares of lines."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.geometry import Box, bounding_box
from forms_app.templating.blank_ink import BlankPage
from forms_app.templating.box_sets import overlaps
from forms_app.templating.boxes import Rectangle
from forms_app.templating.bracket_marks import bracket_marks, bracket_pairs
from forms_app.templating.mark_grids import grid_marks
from forms_app.templating.page_parts import Mark, mm
from forms_app.templating.table_detection import share_wall
from forms_app.templating.tick_boxes import SIDES_MM, find_marks

_MOST_WALL = 0.16
"""Thickness of a tick box's lines in its sides; the hollow of a bold O has thicker ones."""
_LONGEST_MARK_MM, _LONGEST_LONE_MM = 7.8, 13.0
"""Squares that are larger are boxes to write in; one that is by itself may be larger."""
_WALL_PX = 2
"""How far off the side of an enclosed box its line is looked for."""
_BEYOND = 0.25
"""How far, in its widths, letters on both sides of an enclosed square go on beyond it."""
_SQUARE, _LEAST_LONE = 0.8, 0.93
"""Shorter side over longer one of a tick box, and of a large one."""


def printed_frames(page: BlankPage) -> list[Mark]:
    """Marks by their own print: whole grids of them, frames that stand alone, empty brackets."""
    frames, pairs = find_marks(page), bracket_pairs(page)
    grids = grid_marks(page, [*(m.box for m in frames if m.is_round), *map(bounding_box, pairs)])
    taken = [m.box for m in grids]
    alone = [m for m in (*frames, *bracket_marks(page, pairs)) if not overlaps(m.box, taken)]
    return [*grids, *alone]


def with_squares(
    page: BlankPage, frames: Sequence[Mark], enclosed: Sequence[Rectangle]
) -> list[Mark]:
    """Frames, and small squares that hang together with something else: cells, leading lines."""
    pieces = np.asarray(cv2.connectedComponents(page.strokes, connectivity=8)[1], np.int32)
    walled = [r.box for r in enclosed]
    marks = list(frames)
    for rectangle in enclosed:
        box = rectangle.box
        is_small = _is_small_square(box) and (_is_thin(rectangle) or share_wall(box, walled))
        is_mark = is_small or _stands_alone(box, walled)
        if not is_mark or overlaps(box, [m.box for m in marks]):
            continue
        if not _is_between_letters(pieces, box):
            marks.append(Mark(box, False))
    most = mm(_LONGEST_MARK_MM)
    return [m for m in marks
            if m.is_round or m.box.width <= most or _stands_alone(m.box, walled)]  # fmt: skip


def _is_small_square(box: Box) -> bool:
    shorter, longer = sorted((box.width, box.height))
    return mm(SIDES_MM[0]) <= shorter and longer <= mm(_LONGEST_MARK_MM) and (
        shorter >= _SQUARE * longer
    )  # fmt: skip


def _is_thin(rectangle: Rectangle) -> bool:
    return rectangle.wall_px <= _MOST_WALL * min(rectangle.box.width, rectangle.box.height)


def _is_between_letters(pieces: NDArray[np.int32], box: Box) -> bool:
    """Whether the sides are two pieces of print that go on outside, as those between E and E."""
    rows, _ = box.expanded(0, -0.25 * box.height).as_slices()
    left, right = (
        _commonest(pieces[rows, max(0, round(x) - _WALL_PX) : round(x) + _WALL_PX + 1])
        for x in (box.x, box.right)
    )
    if left == right or not left or not right:
        return False
    rows, beyond = box.as_slices()[0], round(_BEYOND * box.width)
    outside = (
        pieces[rows, max(0, round(box.x) - 2 * beyond) : round(box.x) - beyond],
        pieces[rows, round(box.right) + beyond : round(box.right) + 2 * beyond],
    )
    return bool((outside[0] == left).any() or (outside[1] == right).any())


def _commonest(pieces: NDArray[np.int32]) -> int:
    """The number of the piece that covers most; 0 where nothing is printed."""
    counts = np.bincount(pieces[pieces > 0])
    return int(counts.argmax()) if len(counts) else 0


def _stands_alone(box: Box, walled: Sequence[Box]) -> bool:
    """Whether a box is a large square with no other box as high in its row: one tick box."""
    shorter, longer = sorted((box.width, box.height))
    row = [o for o in walled if o is not box and o.overlap(box) < 0.5 * box.area
           and abs(o.y - box.y) < mm(1) and abs(o.bottom - box.bottom) < mm(1)]  # fmt: skip
    return (
        mm(_LONGEST_MARK_MM) < longer <= mm(_LONGEST_LONE_MM)
        and shorter >= _LEAST_LONE * longer
        and not row
    )
