"""Texts made from a regular expression, as candidates for values that it accepts."""

from __future__ import annotations

import random
from collections.abc import Iterator

import rstr


def pattern_samples(pattern: str, source: random.Random) -> Iterator[str]:
    """Endless texts that usually match; none for patterns that rstr cannot follow.

    It knows no conditionals, possessive repetitions and atomic groups; lookarounds and word
    boundaries are taken lightly, so what is made has to be checked.
    """
    maker = rstr.Rstr(source)
    while True:
        try:
            text = maker.xeger(pattern)
        except KeyError:  # How rstr meets an operation that it does not know.
            return
        yield text
