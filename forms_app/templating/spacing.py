"""Whether things stand at even distances: the mark of cells, as against letters and tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_OFF = 0.14
"""How far an edge may be off its place, in steps."""
_LEAST_SEEN = 0.65
"""Share of the edges that must be seen."""


def even_edges(edges: Sequence[float], least_step: float, most_step: float) -> list[float]:
    """The edges of a row of equal cells, those that were not seen filled in.

    Args:
        edges: places where an edge was seen, ascending; the first and last are ends of the row.
        least_step: width that a cell has at least.
        most_step: width that a cell has at most.

    Returns:
        All edges, the ends included; empty where the places are no even row of cells.
    """
    if len(edges) < 3:
        return []
    gaps = np.diff(np.asarray(edges, np.float64))
    step = float(np.median(gaps))
    if not least_step <= step <= most_step:
        return []
    cells = (edges[-1] - edges[0]) / max(1, round((edges[-1] - edges[0]) / step))
    count = round((edges[-1] - edges[0]) / cells)
    places = np.rint((np.asarray(edges) - edges[0]) / cells).astype(int)
    off = np.abs((np.asarray(edges) - edges[0]) / cells - places)
    if off.max() > _OFF or len(set(places)) != len(places):
        return []
    if len(places) < _LEAST_SEEN * (count + 1):
        return []
    return [float(edges[0] + i * cells) for i in range(count + 1)]


def even_runs(gaps: Sequence[float], slack: float) -> list[tuple[int, int]]:
    """Runs of things at like distances: `(first, last)` of things, where distance i is after i.

    One that is longer than the shorter of its neighbours by more than `slack` parts two runs.
    """
    runs, first = [], 0
    for place, gap in enumerate(gaps):
        beside = [*gaps[max(0, place - 1) : place], *gaps[place + 1 : place + 2]]
        if beside and gap > min(beside) + slack:
            runs.append((first, place))
            first = place + 1
    runs.append((first, len(gaps)))
    return runs
