"""Finds combs whose cells are boxes: with shared walls, apart, or shaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from forms_app.reading.geometry import Box
from forms_app.templating.blank_ink import BlankPage
from forms_app.templating.page_parts import Comb, Print, mm
from forms_app.templating.spacing import even_runs

CELL_WIDTH_MM = (2.8, 10.8)
CELL_HEIGHT_MM = (3.2, 17.0)
CELL_SHAPE = (0.35, 1.6)
"""Width over height of a cell."""
_WIDE_MM, _FEW = 8.6, 4
"""Fewer cells than this, wider than that, are boxes for several characters each: HH MM."""
_MOST_GAP = 0.45
"""Widest gap between cells of one comb, in cell widths; tick boxes stand further apart."""
UNLIKE_MM = 0.55
_MOST_PRINT = 0.3
"""Ink in a cell: a guide letter, no more."""
_GUIDE_SHARE = 0.75
"""Width of a guide letter in parts of its cell."""


def is_cell(box: Box) -> bool:
    """Whether a box has the size and shape of a character cell."""
    width, height = box.width, box.height
    return (
        mm(CELL_WIDTH_MM[0]) <= width <= mm(CELL_WIDTH_MM[1])
        and mm(CELL_HEIGHT_MM[0]) <= height <= mm(CELL_HEIGHT_MM[1])
        and CELL_SHAPE[0] * height <= width <= CELL_SHAPE[1] * height
    )


def is_comb_cell(box: Box) -> bool:
    """Whether a box may be a cell that has lost the others of its comb."""
    return is_cell(box) and box.width <= mm(_WIDE_MM)


def combs_of_cells(page: BlankPage, boxes: Sequence[Box], printed: Print) -> list[Comb]:
    """Combs whose cells are each a box: with walls, or shaded."""
    cells = [b for b in boxes if is_cell(b) and _is_blank(page, b)]
    return [
        Comb(_joined(run), printed)
        for row in rows_of(cells, _alike)
        for run in even_parts(row)
        if len(run) >= 2 and not (len(run) < _FEW and run[0].width > mm(_WIDE_MM))
    ]


def rows_of(boxes: Sequence[Box], alike: Callable[[Box, Box], bool]) -> list[list[Box]]:
    """Boxes that continue one another to the right, each row left to right."""
    waiting = sorted(boxes, key=lambda b: b.x)
    rows: list[list[Box]] = []
    for box in waiting:
        ends = [row for row in rows if alike(row[-1], box)]
        if ends:
            max(ends, key=lambda row: row[-1].right).append(box)
        else:
            rows.append([box])
    return rows


def _alike(left: Box, right: Box) -> bool:
    slack = mm(UNLIKE_MM)
    gap = right.x - left.right
    return (
        -slack <= gap <= _MOST_GAP * left.width
        and abs(left.y - right.y) <= slack
        and abs(left.height - right.height) <= slack
        and abs(left.width - right.width) <= max(slack, 0.1 * left.width)
    )


def even_parts(row: Sequence[Box]) -> list[list[Box]]:
    """The row parted where a cell is further from the next than others are from theirs."""
    steps = [b.centre[0] - a.centre[0] for a, b in pairwise(row)]
    return [list(row[a : b + 1]) for a, b in even_runs(steps, max(mm(0.6), 0.14 * row[0].width))]


def _joined(run: Sequence[Box]) -> tuple[Box, ...]:
    """Cells of one height; those that share a wall meet in its middle."""
    top = float(np.median([b.y for b in run]))
    height = float(np.median([b.bottom for b in run])) - top
    lefts, rights = [b.x for b in run], [b.right for b in run]
    for i in range(len(run) - 1):
        if lefts[i + 1] - rights[i] <= mm(0.35):
            rights[i] = lefts[i + 1] = (rights[i] + lefts[i + 1]) / 2
    return tuple(
        Box(left, top, right - left, height) for left, right in zip(lefts, rights, strict=True)
    )


def _is_blank(page: BlankPage, cell: Box) -> bool:
    """Nothing but a guide letter is printed in the cell."""
    rows, columns = cell.expanded(-mm(0.7)).as_slices()
    inside = page.ink[rows, columns]
    if not inside.size:
        return True
    inked = inside > 0
    if float(inked.mean()) > _MOST_PRINT:
        return False
    across = np.flatnonzero(inked.sum(axis=0) > 1)
    if not len(across):
        return True
    widest = _GUIDE_SHARE * cell.width
    return bool(np.ptp(across) <= max(widest, mm(0.7)) or np.diff(across).max() <= mm(0.5))
