"""Completes grids of marks: rows and columns of places that look like one pattern."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.geometry import Box
from forms_app.templating.mark_patterns import Pattern

LEAST_MARKS, _LEAST_ROWS, _LEAST_COLUMNS = 6, 2, 2
_MOST_STEP = 4.2
"""Distance of neighbours in sides of a mark; wider gaps part grids."""
_OFF = 0.3
"""How far marks of one row or column may be off one another, in sides."""
_SEEN, _LIKELY = 0.6, 0.35
"""Likeness of a mark found on its own, and of one that its row and column foretell."""
_LEAST_ALIKE = (0.5, 0.65)
"""Likeness of a row and of a column in parts of the whole grid's: numbers of questions stand in
columns; a row right below a line of the form is like its marks a little less."""
_CLEAR_IN_ROW = 0.45
_LEAST_COVERED = 0.5
"""Share of a column's or row's places where something is seen."""

Points = NDArray[np.float64]


def links(
    middles: Points, size: tuple[float, float]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which points (n, 2) have which others next to them in their row, and in their column."""
    right, down = ((middles[None, :, i] - middles[:, None, i]) / size[i] for i in (0, 1))
    level, upright = np.abs(down) <= _OFF, np.abs(right) <= _OFF
    beside = level & (right >= 1) & (right <= _MOST_STEP)
    stacked = upright & (down >= 1) & (down <= _MOST_STEP)
    return beside, stacked


@dataclass
class MarkGrid:
    """Middles of marks by row and column."""

    nodes: dict[tuple[int, int], tuple[float, float]] = field(default_factory=dict)

    def boxes(self, pattern: Pattern) -> list[Box]:
        """The marks' boxes; all are of one size."""
        width, height = pattern.size
        return [Box(x - width / 2, y - height / 2, width, height)
                for _, (x, y) in sorted(self.nodes.items())]  # fmt: skip

    def row(self, number: int) -> Points:
        return np.array([p for (r, _), p in self.nodes.items() if r == number])

    def column(self, number: int) -> Points:
        return np.array([p for (_, c), p in self.nodes.items() if c == number])


def grids_of(pattern: Pattern) -> list[MarkGrid]:
    points = _peaks(pattern)
    if len(points) < LEAST_MARKS:
        return []
    grids = []
    for group in _connected(points, pattern.size):
        width, height = pattern.size
        columns, rows = _level_of(group[:, 0], _OFF * width), _level_of(group[:, 1], _OFF * height)
        nodes = {(int(r), int(c)): (float(x), float(y))
                 for r, c, (x, y) in zip(rows, columns, group, strict=True)}  # fmt: skip
        grid = MarkGrid(nodes)
        _complete(grid, pattern)
        _drop_unlike(grid, pattern)
        _prune(grid)
        if len(grid.nodes) >= LEAST_MARKS:
            grids.append(grid)
    return grids


def _peaks(pattern: Pattern) -> Points:
    """Middles (n, 2) of places that look like the pattern, the best of each neighbourhood."""
    around = tuple(max(3, round(0.8 * side) | 1) for side in pattern.size)
    best = cv2.dilate(pattern.likeness, np.ones((around[1], around[0]), np.uint8))
    y, x = np.nonzero((pattern.likeness == best) & (pattern.likeness >= _SEEN))
    return np.stack([x, y], axis=1).astype(np.float64)


def _connected(points: Points, size: tuple[float, float]) -> list[Points]:
    """The points in groups that are linked by rows and columns."""
    beside, stacked = links(points, size)
    linked = beside | stacked
    linked |= linked.T
    waiting = set(range(len(points)))
    groups = []
    while waiting:
        front = [waiting.pop()]
        members = list(front)
        while front:
            near = [int(i) for i in np.flatnonzero(linked[front.pop()]) if i in waiting]
            waiting.difference_update(near)
            members += near
            front += near
        if len(members) >= LEAST_MARKS:
            groups.append(points[sorted(members)])
    return groups


def _level_of(values: Points, slack: float) -> NDArray[np.intp]:
    """The number of the row (or column) that each value belongs to."""
    order = np.argsort(values)
    steps = np.diff(values[order]) > slack
    levels = np.empty(len(values), np.intp)
    levels[order] = np.concatenate([[0], np.cumsum(steps)])
    return levels


def _complete(grid: MarkGrid, pattern: Pattern) -> None:
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


def _drop_unlike(grid: MarkGrid, pattern: Pattern) -> None:
    """Takes out rows and columns that look less like marks: numbers of questions, timing marks."""
    seen = {n: float(pattern.likeness[round(y), round(x)]) for n, (x, y) in grid.nodes.items()
            if not pattern.filled[round(y), round(x)]}  # fmt: skip
    if not seen:
        grid.nodes.clear()
        return
    usual = float(np.median(list(seen.values())))
    for axis, clear in ((1, _SEEN), (0, _CLEAR_IN_ROW)):
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


def _prune(grid: MarkGrid) -> None:
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
