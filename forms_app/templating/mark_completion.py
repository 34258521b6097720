"""Finds tick boxes whose frame is broken by those of their row and column that are whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forms_app.reading.geometry import Box
from forms_app.templating.blank_ink import BlankPage
from forms_app.templating.mark_patterns import likeness_to
from forms_app.templating.page_parts import Mark

_LEAST_ALIKE = 4
"""Tick boxes of one size; fewer foretell little."""
_UNLIKE = 0.12
"""Difference of the sides of tick boxes of one size, in parts of them."""
_LEAST_LIKENESS = 0.6
"""As of a mark in a grid that is found on its own."""
_WALL_PX = 2
"""Thickness of a frame's own line, which may touch the box that it stands in."""
_OFF = 0.25
"""How far a mark may be off its row and column, in sides."""


def completed_marks(
    page: BlankPage, marks: Sequence[Mark], taken: Sequence[Box], boxes: Sequence[Box]
) -> list[Mark]:
    """The marks, and places in line with two of them that look like one.

    Args:
        taken: boxes of something else.
        boxes: enclosed boxes; a mark may stand in one, but not on its walls or in its corner.
    """
    whole = list(marks)
    for kind in _kinds([m.box for m in marks if not m.is_round]):
        likeness = likeness_to(page, kind)
        if likeness is None:
            continue
        for box in _crossings(kind):
            found = _near(likeness, box)
            if found is None:
                continue
            around = found.expanded(_WALL_PX)
            on_wall = any(b.overlap(found) > 0 and not b.contains(around) for b in boxes)
            if not on_wall and not any(
                found.overlap(b) > 0 for b in (*taken, *(m.box for m in whole))
            ):
                whole.append(Mark(found, False))
    return whole


def _kinds(boxes: Sequence[Box]) -> list[list[Box]]:
    """Groups of boxes of one size."""
    waiting, kinds = sorted(boxes, key=lambda b: b.area), []
    while waiting:
        middle = waiting[len(waiting) // 2]
        alike = [b for b in waiting
                 if abs(b.width - middle.width) <= _UNLIKE * middle.width
                 and abs(b.height - middle.height) <= _UNLIKE * middle.height]  # fmt: skip
        waiting = [b for b in waiting if b not in alike]
        if len(alike) >= _LEAST_ALIKE:
            kinds.append(alike)
    return kinds


def _crossings(boxes: Sequence[Box]) -> list[Box]:
    """Places in the row of one box and the column of another where none of them is."""
    places: list[Box] = []
    for row in boxes:
        for column in boxes:
            place = Box(column.x, row.y, column.width, row.height)
            if not any(place.overlap(b) > 0 for b in (*boxes, *places)):
                places.append(place)
    return places


def _near(likeness: np.ndarray[tuple[int, int], np.dtype[np.float32]], box: Box) -> Box | None:
    """The likest place near a box; None where nothing is like a mark."""
    reach = round(_OFF * min(box.width, box.height))
    x, y = round(box.centre[0]), round(box.centre[1])
    left, top = max(0, x - reach), max(0, y - reach)
    window = likeness[top : y + reach + 1, left : x + reach + 1]
    if not window.size or window.max() < _LEAST_LIKENESS:
        return None
    down, across = np.unravel_index(int(window.argmax()), window.shape)
    return box.shifted(float(left + across) - x, float(top + down) - y)
