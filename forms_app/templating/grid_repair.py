"""Mends grids of marks by what is seen at their places.

Marks that were lost are put in; rows and columns of other print (numbers of questions, timing
marks) are taken out.
"""

from __future__ import annotations

from itertools import permutations, product

import numpy as np

from forms_app.templating.mark_lattices import MarkGrid, Points
from forms_app.templating.mark_patterns import Pattern

SEEN, _LIKELY = 0.6, 0.35
"""Likeness of a mark found on its own, and of one that its row and column foretell."""
_LEAST_ALIKE = (0.5, 0.65)
"""Likeness of a row and of a column in parts of the whole grid's: numbers of questions stand in
columns; a row right below a line of the form is like its marks a little less."""
_CLEAR_IN_ROW = 0.45
"""Likeness that the middle one of a row has at least; of a column it is `SEEN`."""
_LEAST_ROWS, _LEAST_COLUMNS = 2, 2
_LEAST_COVERED = 0.5
"""Share of a column's or row's places where something is seen."""
_APART = 0.8
"""Distance of the middles of marks, in sides: they do not lie on one another."""
_BEYOND = 1.5
"""Steps of its row and of its column by which a lost mark may be outside of those that are seen."""


def complete(grid: MarkGrid, pattern: Pattern) -> None:
    """Adds marks where a row and a column meet and something like a mark is seen.

    From those that are seen outwards, until nothing is added.
    """
    while _add_marks(grid, pattern):
        pass


def _add_marks(grid: MarkGrid, pattern: Pattern) -> bool:
    """Adds marks next to those of their row and column, and between them; whether there are any."""
    known = np.array(list(grid.nodes.values()))
    rows, columns = ({n: grid.line(axis, n) for n in sorted({node[axis] for node in grid.nodes})}
                     for axis in (0, 1))  # fmt: skip
    added = {}
    for (r, row), (c, column) in product(rows.items(), columns.items()):
        place = _meeting(row, column)
        is_near = _reaches(row[:, 0], place[0]) and _reaches(column[:, 1], place[1])
        if (r, c) in grid.nodes or not is_near:
            continue
        off = np.abs(known - place) / pattern.size
        mark = _mark_at(pattern, place) if (off.max(axis=1) >= _APART).all() else None
        if mark is not None:
            added[r, c] = mark
    grid.nodes |= added
    return bool(added)


def _meeting(row: Points, column: Points) -> tuple[float, float]:
    """Where a row and a column meet: as far along each as its next marks stand."""
    level, along = row[np.argsort(row[:, 0])], column[np.argsort(column[:, 1])]
    y = float(np.median(row[:, 1]))
    x = float(np.interp(y, along[:, 1], along[:, 0]))
    return x, float(np.interp(x, level[:, 0], level[:, 1]))


def _reaches(along: Points, at: float) -> bool:
    """Whether a row or column with marks at these places may have one more there."""
    places = np.sort(along)
    step = float(np.median(np.diff(places))) if len(places) > 1 else 0.0
    return bool(places[0] - _BEYOND * step <= at <= places[-1] + _BEYOND * step)


def _mark_at(pattern: Pattern, place: tuple[float, float]) -> tuple[float, float] | None:
    """The middle of a mark near a place; None where there is neither a ring nor a filled one."""
    reach = tuple(max(1, round(0.25 * side)) for side in pattern.size)
    x, y = round(place[0]), round(place[1])
    left, top = max(0, x - reach[0]), max(0, y - reach[1])
    window = (slice(top, y + reach[1] + 1), slice(left, x + reach[0] + 1))
    likeness = pattern.likeness[window]
    if likeness.size and likeness.max() >= _LIKELY:
        down, across = np.unravel_index(int(likeness.argmax()), likeness.shape)
        return float(left + across), float(top + down)
    return place if likeness.size and pattern.filled[window].any() else None


def drop_unlike(grid: MarkGrid, pattern: Pattern) -> None:
    """Takes out rows and columns that look less like marks: numbers of questions, timing marks."""
    seen = {n: float(pattern.likeness[round(y), round(x)]) for n, (x, y) in grid.nodes.items()
            if not pattern.filled[round(y), round(x)]}  # fmt: skip
    if not seen:
        grid.nodes.clear()
        return
    usual = float(np.median(list(seen.values())))
    for axis, clear in ((1, SEEN), (0, _CLEAR_IN_ROW)):
        least = max(clear, _LEAST_ALIKE[axis] * usual)
        for level in {n[axis] for n in grid.nodes}:
            of_line = [value for n, value in seen.items() if n[axis] == level]
            if not of_line or np.median(of_line) < least:
                grid.nodes = {n: p for n, p in grid.nodes.items() if n[axis] != level}
        _part_lines(grid, seen, axis, pattern.size[1 - axis])


def _part_lines(grid: MarkGrid, seen: dict[tuple[int, int], float], axis: int, side: float) -> None:
    """Of rows or columns side by side that are nearer than a mark is wide, keeps the likest.

    Columns of the digits of a number may stand nearly over those of the questions below.
    """
    lines = {n[axis]: grid.line(axis, n[axis]) for n in grid.nodes}
    at = {v: float(np.median(points[:, 1 - axis])) for v, points in lines.items()}
    span = {v: (points[:, axis].min(), points[:, axis].max()) for v, points in lines.items()}
    total = {v: sum(value for n, value in seen.items() if n[axis] == v and n in grid.nodes)
             for v in lines}  # fmt: skip
    weaker = {
        one
        for one, other in permutations(lines, 2)
        if abs(at[one] - at[other]) < side
        and span[one][0] <= span[other][1]
        and span[other][0] <= span[one][1]
        and total[other] > total[one]
    }
    grid.nodes = {n: p for n, p in grid.nodes.items() if n[axis] not in weaker}


def prune(grid: MarkGrid) -> None:
    """Takes out rows and columns that few marks stand in, until none is left."""
    while True:
        numbers = list(grid.nodes)
        weak: set[tuple[int, int]] = set()
        for axis, least in ((0, _LEAST_COLUMNS), (1, _LEAST_ROWS)):
            for level in {n[axis] for n in numbers}:
                line = [n for n in numbers if n[axis] == level]
                others = [n[1 - axis] for n in line]
                between = {n[1 - axis] for n in numbers
                           if min(others) <= n[1 - axis] <= max(others)}  # fmt: skip
                if len(line) < least or len(line) < _LEAST_COVERED * len(between):
                    weak.update(line)
        if not weak:
            return
        for number in weak:
            del grid.nodes[number]
