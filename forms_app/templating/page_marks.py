"""Puts together all tick boxes and bubbles of a page: frames, grids, brackets, squares of lines."""

from __future__ import annotations

from collections.abc import Sequence

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
_SQUARE, _LEAST_LONE = 0.8, 0.93
"""Shorter side over longer one of a tick box, and of a large one."""


def printed_frames(page: BlankPage) -> list[Mark]:
    """Marks by their own print: whole grids of them, frames that stand alone, empty brackets."""
    frames, pairs = find_marks(page), bracket_pairs(page)
    grids = grid_marks(page, [*(m.box for m in frames if m.is_round), *map(bounding_box, pairs)])
    taken = [m.box for m in grids]
    alone = [m for m in (*frames, *bracket_marks(page, pairs)) if not overlaps(m.box, taken)]
    return [*grids, *alone]


def with_squares(frames: Sequence[Mark], enclosed: Sequence[Rectangle]) -> list[Mark]:
    """Frames, and small squares that hang together with something else: cells, leading lines."""
    walled = [r.box for r in enclosed]
    marks = list(frames)
    for rectangle in enclosed:
        box = rectangle.box
        is_small = _is_small_square(box) and (_is_thin(rectangle) or share_wall(box, walled))
        is_mark = is_small or _stands_alone(box, walled)
        if is_mark and not overlaps(box, [m.box for m in marks]):
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
