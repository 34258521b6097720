"""Orders points that stand in rows and columns, such as the middles of an answer sheet's marks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.geometry import Box

LEAST_MARKS = 6
"""Of one grid: three rows of two, two of three; fewer are no more than chance among letters."""
_MOST_STEP = 4.2
"""Distance of neighbours in sides of a mark; wider gaps part grids."""
_OFF = 0.3
"""How far marks of one row or column may be off one another, in sides."""

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

    nodes: dict[tuple[int, int], tuple[float, float]]

    def boxes(self, size: tuple[float, float]) -> list[Box]:
        """The marks' boxes; all are of one size."""
        width, height = size
        return [Box(x - width / 2, y - height / 2, width, height)
                for _, (x, y) in sorted(self.nodes.items())]  # fmt: skip

    def line(self, axis: int, number: int) -> Points:
        """The points (n, 2) of a row (axis 0) or of a column (axis 1)."""
        return np.array([p for n, p in self.nodes.items() if n[axis] == number])


def lattices_of(points: Points, size: tuple[float, float]) -> list[MarkGrid]:
    """Grids of the points (n, 2) that are linked by rows and columns, for marks of one size."""
    grids = []
    for group in _connected(points, size):
        rows = _level_of(group[:, 1], _OFF * size[1])
        columns = _level_of(group[:, 0], _OFF * size[0])
        nodes = {(int(r), int(c)): (float(x), float(y))
                 for r, c, (x, y) in zip(rows, columns, group, strict=True)}  # fmt: skip
        grids.append(MarkGrid(nodes))
    return grids


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
