"""Search over a field's segmentation lattice: beam search, exact total mass, the best single path.

Comb cells and free lines are the same thing here: edges between nodes. A comb's empty cell is an
edge without a glyph; a line's word gap is a space on leaving its node.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.grammars import Grammar
from forms_app.reading.types import InkState, Segmentation

EMPTY_CELL = -1
# Hypotheses this many nats behind the best at their node are given up: 1 in 8,000.
_BEAM_NATS = 9.0
_MOST_CHARACTERS = 10


@dataclass(frozen=True, slots=True)
class Edge:
    """`glyph` is its row in the beliefs, EMPTY_CELL for a comb's empty cell; a struck one is no
    space of the text."""

    start: int
    end: int
    glyph: int
    log_prior: float = 0.0
    is_space: bool = True


@dataclass(frozen=True, slots=True)
class Lattice:
    """The edges that leave each node, and the nodes where a space stands."""

    leaving: tuple[tuple[Edge, ...], ...]
    spaces: frozenset[int]

    @property
    def last(self) -> int:
        return len(self.leaving) - 1


@dataclass(frozen=True, slots=True)
class Written:
    """Characters read along one or more paths: their total log-mass and the best path.

    `glyphs` gives for each character of `text` the row of its glyph, EMPTY_CELL for a space.
    """

    text: str
    log_mass: float
    glyphs: tuple[int, ...]


@dataclass(slots=True)
class _Hypothesis:
    text: str
    log_mass: float
    best: float
    glyphs: tuple[int, ...]


def build_lattice(segmentation: Segmentation) -> Lattice:
    """The lattice of a segmentation with at least one glyph."""
    leaving: list[list[Edge]] = [[] for _ in range(segmentation.node_count)]
    for row, glyph in enumerate(segmentation.glyphs):
        leaving[glyph.start].append(Edge(glyph.start, glyph.end, row, glyph.log_prior))
    is_comb = bool(segmentation.cell_states)
    if is_comb:
        for cell in segmentation.gaps:
            is_space = segmentation.cell_states[cell] is not InkState.STRUCK_OUT
            leaving[cell].append(Edge(cell, cell + 1, EMPTY_CELL, is_space=is_space))
    spaces = frozenset() if is_comb else frozenset(segmentation.gaps)
    return Lattice(tuple(map(tuple, leaving)), spaces)


def search(
    lattice: Lattice,
    characters: str,
    probabilities: NDArray[np.float64],
    grammar: Grammar,
    keeps_spaces: bool,
    width: int,
) -> list[Written]:
    """The most probable texts that the grammar allows, best first.

    Args:
        lattice: nodes and edges.
        characters: the K characters of the beliefs.
        probabilities: `(N, K)` of each glyph.
        grammar: what may follow what.
        keeps_spaces: whether empty cells and word gaps are spaces of the text, or nothing.
        width: hypotheses kept at each node; the result is exact to this depth where the grammar
            allows everything.
    """
    choices = _choices(characters, probabilities)
    reached: list[dict[str, _Hypothesis]] = [{} for _ in lattice.leaving]
    floors = [-math.inf] * len(reached)
    reached[0][""] = _Hypothesis("", 0.0, 0.0, ())
    for node, edges in enumerate(lattice.leaving[:-1]):
        spaced = keeps_spaces and node in lattice.spaces
        for hypothesis in _pruned(reached[node].values(), width):
            source = _with_space(hypothesis, grammar) if spaced else hypothesis
            for edge in edges:
                target = reached[edge.end]
                if edge.glyph == EMPTY_CELL:
                    is_space = keeps_spaces and edge.is_space
                    _add(target, _with_space(source, grammar) if is_space else source)
                    continue
                for character, log_p in choices[edge.glyph]:
                    log_mass = source.log_mass + log_p + edge.log_prior
                    if log_mass < floors[edge.end]:
                        break
                    if grammar.allows(source.text, character):
                        floors[edge.end] = max(floors[edge.end], log_mass - _BEAM_NATS)
                        _add(target, _extended(source, character, log_p + edge.log_prior, edge))
    return [_stripped(h) for h in _pruned(reached[-1].values(), width)]


def log_total(lattice: Lattice, masses: Sequence[float]) -> float:
    """Log of the summed weight of all paths, each glyph weighing its row of `masses`.

    `-inf` where no path reaches the end.
    """
    sums = [0.0] * len(lattice.leaving)
    sums[0] = 1.0
    for node, edges in enumerate(lattice.leaving):
        for edge in edges:
            mass = 1.0 if edge.glyph == EMPTY_CELL else masses[edge.glyph]
            sums[edge.end] += sums[node] * mass * math.exp(edge.log_prior)
    return math.log(sums[-1]) if sums[-1] > 0 else -math.inf


def best_path(lattice: Lattice, weights: Sequence[float]) -> tuple[Edge, ...]:
    """The path with the largest product of `weights` and priors; empty where there is none."""
    best: list[float] = [-math.inf] * len(lattice.leaving)
    best[0] = 0.0
    via: list[Edge | None] = [None] * len(lattice.leaving)
    for node, edges in enumerate(lattice.leaving):
        for edge in edges:
            weight = 1.0 if edge.glyph == EMPTY_CELL else weights[edge.glyph]
            score = best[node] + math.log(max(weight, 1e-12)) + edge.log_prior
            if score > best[edge.end]:
                best[edge.end], via[edge.end] = score, edge
    path: list[Edge] = []
    edge_back = via[-1]
    while edge_back is not None:
        path.append(edge_back)
        edge_back = via[edge_back.start]
    return tuple(reversed(path))


def _choices(characters: str, probabilities: NDArray[np.float64]) -> list[list[tuple[str, float]]]:
    """For each glyph its likely characters with their log-probabilities, best first."""
    order = np.argsort(-probabilities, axis=1)[:, :_MOST_CHARACTERS]
    choices = []
    for row, columns in zip(probabilities, order.tolist(), strict=True):
        least = row[columns[0]] * math.exp(-_BEAM_NATS)
        choices.append([(characters[c], math.log(row[c])) for c in columns if row[c] > least])
    return choices


def _pruned(hypotheses: Iterable[_Hypothesis], width: int) -> list[_Hypothesis]:
    """The best `width` of them, best first, without those too far behind."""
    ranked = sorted(hypotheses, key=_log_mass, reverse=True)[:width]
    return [h for h in ranked if h.log_mass > ranked[0].log_mass - _BEAM_NATS]


def _log_mass(hypothesis: _Hypothesis) -> float:
    return hypothesis.log_mass


def _add(target: dict[str, _Hypothesis], new: _Hypothesis) -> None:
    known = target.get(new.text)
    if known is None:
        target[new.text] = new
        return
    known.log_mass = float(np.logaddexp(known.log_mass, new.log_mass))
    if new.best > known.best:
        known.best, known.glyphs = new.best, new.glyphs


def _extended(source: _Hypothesis, character: str, gain: float, edge: Edge) -> _Hypothesis:
    return _Hypothesis(
        source.text + character,
        source.log_mass + gain,
        source.best + gain,
        (*source.glyphs, edge.glyph),
    )


def _with_space(source: _Hypothesis, grammar: Grammar) -> _Hypothesis:
    """With one space at its end; none at the start, none after a space, none where not allowed."""
    if not source.text or source.text[-1] == " " or not grammar.allows(source.text, " "):
        return _Hypothesis(source.text, source.log_mass, source.best, source.glyphs)
    return _Hypothesis(
        source.text + " ", source.log_mass, source.best, (*source.glyphs, EMPTY_CELL)
    )


def _stripped(hypothesis: _Hypothesis) -> Written:
    text = hypothesis.text.rstrip(" ")
    return Written(text, hypothesis.log_mass, hypothesis.glyphs[: len(text)])
