"""Finds boxes with three walls: open above by design, or with a side that a scan has lost."""

from __future__ import annotations

import numpy as np

from forms_app.reading.geometry import Box
from forms_app.templating.blank_ink import Mask
from forms_app.templating.page_parts import Ruling, mm
from forms_app.templating.rulings import rulings_of

_LEAST_WIDTH_MM = 10.0
"""Narrower ones may be letters, or the walls of a comb's cells."""
_SIDES_MM = (4.5, 22.0)
"""From the height of a line of writing to that of an address."""
_UNLIKE = 0.2
"""Difference of the two sides in parts of the longer one."""
_LEAST_OUT_MM = 1.0
"""A side that goes on past the line by so much is a wall of something else."""
_REACH_MM = 0.7
"""How far off the end of the line a side may stand."""
_GAP_PX = 3
"""Breaks of a side that are passed over: 0.4 mm."""


def open_boxes(level: Mask, upright: Mask) -> list[Box]:
    """Boxes of a level line and two sides of one length at its ends, in working pixels.

    Args:
        level: mask (h, w) of level lines.
        upright: mask (h, w) of upright lines.
    """
    boxes = []
    for ruling in rulings_of(level, _LEAST_WIDTH_MM):
        left, right = (_sides(upright, ruling, x) for x in (ruling.start, ruling.end))
        for goes_down in (True, False):
            one, other = left[goes_down], right[goes_down]
            is_bare = max(left[not goes_down], right[not goes_down]) < mm(_LEAST_OUT_MM)
            long = max(one, other)
            if not is_bare or not mm(_SIDES_MM[0]) <= long <= mm(_SIDES_MM[1]):
                continue
            if abs(one - other) <= _UNLIKE * long:
                top = ruling.at if goes_down else ruling.at - long
                boxes.append(Box(ruling.start, top, ruling.length, long))
    return boxes


def _sides(upright: Mask, ruling: Ruling, x: float) -> tuple[float, float]:
    """How far an upright line goes up, and down, from a place on a level one."""
    reach = mm(_REACH_MM)
    inked = upright[:, max(0, round(x - reach)) : round(x + reach) + 1].max(axis=1) > 0
    at = round(ruling.at)
    start = round(ruling.thickness / 2) + 1
    return _run(inked[:at][::-1][start:]), _run(inked[at:][start:])


def _run(inked: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    """Length of the ink from the start on, gaps of a few pixels passed over."""
    places = np.flatnonzero(inked)
    if not len(places) or places[0] > _GAP_PX:
        return 0.0
    breaks = np.flatnonzero(np.diff(places) > _GAP_PX + 1)
    return float(places[breaks[0]] if len(breaks) else places[-1])
