"""How letters follow one another in names and words: the table behind `reading/word_habits`.

Run: python -m forms_app.training.letter_trigrams OUT.npz LIST...

Each LIST is a text file whose lines begin with a word; every different word counts once, so that
rare names weigh as much as common ones. The shipped table was made from the name lists of the
package `names` 0.3.0 (MIT; US Census 1990, public domain: 88,799 surnames, 5,494 given names) and
Debian's `wamerican` (SCOWL, permissive licence). None of them fills the field benchmark.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.word_habits import BOUNDARY, SYMBOLS, letters_of

_TRIGRAM, _BIGRAM = 0.75, 0.2
"""Interpolation (Jelinek and Mercer 1980); the rest is the single letter's share."""
_LEAST = 0.5
"""Added to the count of every letter, so that nothing is impossible."""


def read_words(paths: Iterable[Path]) -> set[str]:
    """The different words of the lists, as letters A-Z; words with anything else are left out."""
    words: set[str] = set()
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            first = line.split(maxsplit=1)[0] if line.strip() else ""
            word = letters_of(first)
            if len(word) >= 2 and len(word) == len(first):
                words.add(word)
    return words


def trigram_table(words: Iterable[str]) -> NDArray[np.float32]:
    """Log-probabilities `(27, 27, 27)` of a letter or boundary after the two before it."""
    size = len(SYMBOLS)
    counts = np.zeros((size, size, size))
    for word in words:
        at = [SYMBOLS.index(c) for c in BOUNDARY * 2 + word + BOUNDARY]
        for first, second, third in zip(at, at[1:], at[2:], strict=False):
            counts[first, second, third] += 1
    single = counts.sum((0, 1)) + _LEAST
    pairs, triples = counts.sum(0), counts
    table = _TRIGRAM * _shares(triples) + _BIGRAM * _shares(pairs)[None]
    table = table + (1 - _TRIGRAM - _BIGRAM) * (single / single.sum())[None, None]
    return np.log(table / table.sum(-1, keepdims=True)).astype(np.float32)


def _shares(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    return counts / np.maximum(counts.sum(-1, keepdims=True), 1.0)


def main() -> None:
    out, *lists = (Path(name) for name in sys.argv[1:])
    words = read_words(lists)
    np.savez_compressed(out, log_probabilities=trigram_table(words).astype(np.float16))
    print(f"{len(words):,} words -> {out}, {out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
