"""Where a known text stands in a field's segmentation lattice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.lattice import EMPTY_CELL, Edge, Lattice


def spelling_path(lattice: Lattice, likely: NDArray[np.float64]) -> tuple[Edge, ...]:
    """The best path with exactly one glyph for each character of a text.

    Args:
        lattice: of a written field with N glyphs.
        likely: (N, T) log-probability of each glyph to be each of the text's T characters.

    Returns:
        T edges in order; empty where no path has as many glyphs.
    """
    length = likely.shape[1]
    best = np.full((len(lattice.leaving), length + 1), -np.inf)
    via: dict[tuple[int, int], tuple[Edge, int]] = {}
    best[0, 0] = 0.0
    for node, edges in enumerate(lattice.leaving):
        for edge in edges:
            for done in np.flatnonzero(np.isfinite(best[node])).tolist():
                step, gain = _step(edge, done, likely)
                after = done + step
                if after <= length and best[node, done] + gain > best[edge.end, after]:
                    best[edge.end, after] = best[node, done] + gain
                    via[edge.end, after] = edge, done
    return _traced(via, lattice.last, length)


def _step(edge: Edge, done: int, likely: NDArray[np.float64]) -> tuple[int, float]:
    """Characters that an edge spells after `done` of them, and its log-probability."""
    if edge.glyph == EMPTY_CELL:
        return 0, edge.log_prior
    if done == likely.shape[1]:
        return 1, -np.inf
    return 1, float(likely[edge.glyph, done]) + edge.log_prior


def _traced(via: dict[tuple[int, int], tuple[Edge, int]], node: int, done: int) -> tuple[Edge, ...]:
    path: list[Edge] = []
    while (node, done) in via:
        edge, done = via[node, done]
        node = edge.start
        if edge.glyph != EMPTY_CELL:
            path.append(edge)
    return tuple(reversed(path)) if (node, done) == (0, 0) else ()
