"""Reading against a value list: every entry is scored exactly over the whole lattice.

Entries are compared without case, accents and spaces. The forward algorithm runs over all entries
at once: `mass[node][entry, j]` is the weight of all paths to a node that spell the entry's first j
characters. Entries that cannot come near the best are left out first by a bound.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.constraints import list_key
from forms_app.reading.lattice import EMPTY_CELL, Lattice, Written

_KEPT = 400
_RETURNED = 12

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EncodedList:
    """`codes` `(E, L)` columns of the folded beliefs, K for a character no class has, padded with
    -1; `lengths` `(E,)`."""

    values: tuple[str, ...]
    codes: NDArray[np.int16]
    lengths: NDArray[np.int64]


@lru_cache(maxsize=16)
def encode_list(values: tuple[str, ...], characters: str) -> EncodedList:
    """A value list as columns of `characters` (lower case or without case)."""
    column = {character: index for index, character in enumerate(characters)}
    keys = [_base_letters(list_key(value)) for value in values]
    longest = max(map(len, keys), default=0)
    codes = np.full((len(keys), longest), -1, np.int16)
    for row, key in enumerate(keys):
        codes[row, : len(key)] = [column.get(c, len(characters)) for c in key]
    return EncodedList(values, codes, np.array([len(key) for key in keys]))


def search_list(
    lattice: Lattice, characters: str, probabilities: _Floats, values: tuple[str, ...]
) -> list[Written]:
    """The entries of a value list by the weight of their paths, best first.

    Args:
        lattice: nodes and edges.
        characters: the K characters of the beliefs.
        probabilities: `(N, K)` of each glyph.
        values: the list; `text` of a result is its entry as spelled here.
    """
    folded, characters = _fold(characters, probabilities)
    encoded = encode_list(values, characters)
    fits = _fitting(lattice, encoded)
    if not len(fits):
        return []
    codes, lengths = encoded.codes[fits], encoded.lengths[fits]
    likely = _most_likely(lattice, folded, codes, lengths)
    fits, codes, lengths = fits[likely], codes[likely], lengths[likely]
    masses = _forward(lattice, folded, codes, lengths)
    order = np.argsort(-masses)[:_RETURNED]
    return [
        Written(
            values[fits[i]],
            float(np.log(masses[i])),
            _spelling_path(lattice, folded, codes[i, : lengths[i]], values[fits[i]]),
        )
        for i in order
        if masses[i] > 0
    ]


def _base_letters(text: str) -> str:
    """Accents off; a person's accents are not in the recogniser's alphabet."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))


def _fold(characters: str, probabilities: _Floats) -> tuple[_Floats, str]:
    """Both cases summed, plus a last column for characters that no class stands for."""
    folded = "".join(dict.fromkeys(c.casefold()[:1] for c in characters))
    sums = np.zeros((len(probabilities), len(folded) + 1))
    for column, character in enumerate(characters):
        sums[:, folded.index(character.casefold()[:1])] += probabilities[:, column]
    sums[:, -1] = 1 / len(folded)
    return sums, folded


def _fitting(lattice: Lattice, encoded: EncodedList) -> NDArray[np.int64]:
    """Entries as long as some path through the lattice."""
    fewest, most = _glyph_counts(lattice)
    return np.flatnonzero((encoded.lengths >= fewest) & (encoded.lengths <= most))


def _glyph_counts(lattice: Lattice) -> tuple[int, int]:
    """The fewest and the most glyphs on a path."""
    fewest = [10**6] * len(lattice.leaving)
    most = [-1] * len(lattice.leaving)
    fewest[0] = most[0] = 0
    for node, edges in enumerate(lattice.leaving):
        for edge in edges:
            step = int(edge.glyph != EMPTY_CELL)
            fewest[edge.end] = min(fewest[edge.end], fewest[node] + step)
            if most[node] >= 0:
                most[edge.end] = max(most[edge.end], most[node] + step)
    return fewest[-1], most[-1]


def _most_likely(
    lattice: Lattice, folded: _Floats, codes: NDArray[np.int16], lengths: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Rows of the `_KEPT` entries with the largest upper bound.

    The bound of a character at place j is the best of the glyphs that can be the j-th on a path.
    """
    if len(codes) <= _KEPT:
        return np.arange(len(codes))
    bounds = np.full((codes.shape[1], folded.shape[1]), 1e-12)
    for place, rows in enumerate(_rows_by_place(lattice, codes.shape[1])):
        if rows:
            bounds[place] = folded[rows].max(0)
    logs = np.log(np.maximum(bounds, 1e-12))
    places = np.arange(codes.shape[1])[None, :]
    scores = np.where(codes >= 0, logs[places, codes], 0.0).sum(1)
    return np.argpartition(-scores, _KEPT)[:_KEPT]


def _rows_by_place(lattice: Lattice, places: int) -> list[list[int]]:
    """For each place the glyphs that can stand there: those with that many glyphs before them."""
    counts: list[set[int]] = [set() for _ in lattice.leaving]
    counts[0] = {0}
    rows: list[list[int]] = [[] for _ in range(places)]
    for node, edges in enumerate(lattice.leaving):
        for edge in edges:
            if edge.glyph == EMPTY_CELL:
                counts[edge.end] |= counts[node]
                continue
            for count in counts[node]:
                if count < places:
                    rows[count].append(edge.glyph)
            counts[edge.end] |= {count + 1 for count in counts[node]}
    return rows


def _forward(
    lattice: Lattice, folded: _Floats, codes: NDArray[np.int16], lengths: NDArray[np.int64]
) -> _Floats:
    """`(E,)`: the summed weight of all paths that spell each entry from end to end."""
    size = (len(codes), codes.shape[1] + 1)
    masses = [np.zeros(size) for _ in lattice.leaving]
    masses[0][:, 0] = 1.0
    padded = np.maximum(codes, 0)
    for node, edges in enumerate(lattice.leaving):
        for edge in edges:
            if edge.glyph == EMPTY_CELL:
                masses[edge.end] += masses[node]
                continue
            spelled = folded[edge.glyph][padded] * np.exp(edge.log_prior)
            masses[edge.end][:, 1:] += masses[node][:, :-1] * spelled
    return np.asarray(masses[-1][np.arange(len(codes)), lengths])


def _spelling_path(
    lattice: Lattice, folded: _Floats, codes: NDArray[np.int16], value: str
) -> tuple[int, ...]:
    """The glyph of each character of `value` along its best path; EMPTY_CELL for its spaces."""
    table: list[dict[int, tuple[float, tuple[int, ...]]]] = [{} for _ in lattice.leaving]
    table[0][0] = (0.0, ())
    for node, edges in enumerate(lattice.leaving):
        for edge in edges:
            for place, (score, rows) in table[node].items():
                if edge.glyph == EMPTY_CELL:
                    step = (place, score, rows)
                elif place < len(codes):
                    gain = float(np.log(folded[edge.glyph, codes[place]] + 1e-12)) + edge.log_prior
                    step = (place + 1, score + gain, (*rows, edge.glyph))
                else:
                    continue
                known = table[edge.end].get(step[0])
                if known is None or known[0] < step[1]:
                    table[edge.end][step[0]] = (step[1], step[2])
    taken = iter(table[-1][len(codes)][1])
    return tuple(EMPTY_CELL if c.isspace() else next(taken, EMPTY_CELL) for c in value)
