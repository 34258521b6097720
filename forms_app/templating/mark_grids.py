"""Finds the bubbles of answer sheets by their rows and columns.

Rings may be pale, broken, lettered, tiny or filled in: what one mark does not show, the look that
all share and the places of the others do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from forms_app.reading.geometry import Box
from forms_app.templating.blank_ink import BlankPage
from forms_app.templating.grid_repair import SEEN, complete, drop_unlike, prune
from forms_app.templating.mark_lattices import (
    LEAST_MARKS,
    MarkGrid,
    Points,
    lattices_of,
    links,
)
from forms_app.templating.mark_patterns import Pattern, pattern_of, print_blobs
from forms_app.templating.page_parts import Mark

_ALIKE = 0.13
"""How far sides of marks of one size are off one another, as natural logarithms: 13 %."""
_MOST_KINDS = 8
"""Sizes of print that are tried, the most frequent first: letters of some fonts are as large as
marks."""


def grid_marks(page: BlankPage, frames: Sequence[Box]) -> list[Mark]:
    """Bubbles and lettered brackets in grids of at least two rows and two columns.

    Args:
        frames: of marks that are known already.
    """
    found: list[Mark] = []
    boxes = [*frames, *print_blobs(page)]
    for kind in _kinds(boxes):
        free = [b for b in kind if not any(b.overlap(m.box) > 0.2 * b.area for m in found)]
        seeds = _with_neighbours(free)
        pattern = pattern_of(page, seeds) if len(seeds) >= LEAST_MARKS else None
        if pattern is None:
            continue
        for grid in _grids_of(pattern):
            marks = [Mark(box, True) for box in grid.boxes(pattern.size)]
            found += [m for m in marks if not any(m.box.overlap(f.box) > 0 for f in found)]
    return found


def _grids_of(pattern: Pattern) -> list[MarkGrid]:
    grids = lattices_of(_peaks(pattern), pattern.size)
    for grid in grids:
        complete(grid, pattern)
        drop_unlike(grid, pattern)
        prune(grid)
    return [grid for grid in grids if len(grid.nodes) >= LEAST_MARKS]


def _peaks(pattern: Pattern) -> Points:
    """Middles (n, 2) of places that look like the pattern, the best of each neighbourhood."""
    around = tuple(max(3, round(0.8 * side) | 1) for side in pattern.size)
    best = cv2.dilate(pattern.likeness, np.ones((around[1], around[0]), np.uint8))
    y, x = np.nonzero((pattern.likeness == best) & (pattern.likeness >= SEEN))
    return np.stack([x, y], axis=1).astype(np.float64)


def _kinds(boxes: Sequence[Box]) -> Iterator[list[Box]]:
    """Boxes of like width and height, the most frequent kind first; one kind for each box."""
    sizes = np.log(np.array([[b.width, b.height] for b in boxes]).reshape(-1, 2))
    waiting = np.arange(len(boxes))
    for _ in range(_MOST_KINDS):
        if len(waiting) < LEAST_MARKS:
            return
        counted, places = np.unique(np.rint(sizes[waiting] / _ALIKE), axis=0, return_counts=True)
        middle = counted[int(np.argmax(places))] * _ALIKE
        off = np.abs(sizes[waiting] - middle).max(axis=1)
        middle = np.median(sizes[waiting[off <= 0.51 * _ALIKE]], axis=0)
        alike = np.abs(sizes[waiting] - middle).max(axis=1) <= _ALIKE
        yield _apart([boxes[i] for i in waiting[alike]])
        waiting = waiting[~alike]


def _apart(boxes: Sequence[Box]) -> list[Box]:
    """Each place once: gaps closed and not give the same print several times."""
    places = {(round(b.centre[0] / b.width * 4), round(b.centre[1] / b.height * 4)): b
              for b in boxes}  # fmt: skip
    return list(places.values())


def _with_neighbours(boxes: Sequence[Box]) -> list[Box]:
    """Those that have a neighbour in their row and one in their column."""
    if not boxes:
        return []
    middles = np.array([b.centre for b in boxes])
    in_row, in_column = (np.any(linked | linked.T, axis=1)
                         for linked in links(middles, _median_size(boxes)))  # fmt: skip
    return [boxes[int(i)] for i in np.flatnonzero(in_row & in_column)]


def _median_size(boxes: Sequence[Box]) -> tuple[float, float]:
    return float(np.median([b.width for b in boxes])), float(np.median([b.height for b in boxes]))
