"""Mends grids of marks by what is seen at their places.

Marks that were lost are put in; rows and columns of other print (numbers of questions, timing
marks) are taken out.
"""

from __future__ import annotations

import numpy as np

from forms_app.templating.mark_lattices import MarkGrid, Points
from forms_app.templating.mark_patterns import Pattern

SEEN, _LIKELY = 0.6, 0.35
"""Likeness of a mark found on its own, and of one that its row and column foretell."""
_LEAST_ALIKE = (0.5, 0.65)
"""Likeness of a row and of a column in parts of the whole grid's: numbers of questions stand in
columns; a row right below a line of the form is like its marks a little less."""
_CLEAR_IN_ROW = 0.45
_LEAST_ROWS, _LEAST_COLUMNS = 2, 2
_LEAST_COVERED = 0.5
"""Share of a column's or row's places where something is seen."""


def complete(grid: MarkGrid, pattern: Pattern) -> None:
    """Adds marks where a row and a column meet and something like a mark is seen."""
    rows = sorted({r for r, _ in grid.nodes})
    columns = sorted({c for _, c in grid.nodes})
    known = np.array(list(grid.nodes.values()))
    seen_rows = {r: grid.row(r) for r in rows}
    seen_columns = {c: grid.column(c) for c in columns}
    for r in rows:
        for c in columns:
            if (r, c) in grid.nodes:
                continue
            place = _meeting(seen_rows[r], seen_columns[c])
            off = np.abs(known - place) / pattern.size
            if (off.max(axis=1) < 0.8).any():
                continue
            mark = _mark_at(pattern, place)
            if mark is not None:
                grid.nodes[r, c] = mark


def _meeting(row: Points, column: Points) -> tuple[float, float]:
    """Where a row and a column meet: as far along each as its next marks stand."""
    level, along = row[np.argsort(row[:, 0])], column[np.argsort(column[:, 1])]
    y = float(np.median(row[:, 1]))
    x = float(np.interp(y, along[:, 1], along[:, 0]))
    return x, float(np.interp(x, level[:, 0], level[:, 1]))


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
    """Of rows or columns that are nearer than a mark is wide, keeps the likest."""
    levels = sorted({n[axis] for n in grid.nodes})
    at = {v: np.median([p[1 - axis] for n, p in grid.nodes.items() if n[axis] == v])
          for v in levels}  # fmt: skip
    total = {v: sum(value for n, value in seen.items() if n[axis] == v and n in grid.nodes)
             for v in levels}  # fmt: skip
    for one in levels:
        if any(abs(at[one] - at[o]) < side and total[o] > total[one] for o in levels if o != one):
            grid.nodes = {n: p for n, p in grid.nodes.items() if n[axis] != one}


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
