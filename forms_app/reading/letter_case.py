"""Capital or small letter, where both have one shape: by size and by the field's other letters."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.alphabets import (
    SAME_HEIGHT,
    SAME_SHAPE,
    TALL,
    X_HEIGHT,
    X_HEIGHT_SHARE,
)
from forms_app.reading.form_template import FormField, Layout
from forms_app.reading.types import Glyph

_FLOOR = 1e-7

_Array = NDArray[np.float64]


@lru_cache(maxsize=8)
def _case_pairs(
    characters: str,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Of letters whose cases share one shape: columns (upper, lower), and whether size tells."""
    pairs = [
        (characters.index(letter.upper()), characters.index(letter), letter not in SAME_HEIGHT)
        for letter in sorted(SAME_SHAPE)
        if letter in characters and letter.upper() in characters
    ]
    table = np.array(pairs, np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2].astype(bool)


def resolve_case(
    probabilities: _Array, glyphs: tuple[Glyph, ...], characters: str, field: FormField
) -> _Array:
    """Share the mass of same-shape pairs between the cases by size; other letters stay."""
    uppers, lowers, size_tells = _case_pairs(characters)
    if field.constraints.case is not None or not len(uppers) or not len(glyphs):
        return probabilities
    by_size, by_others = _capital_odds(probabilities, glyphs, characters, field)
    pooled = probabilities[:, uppers] + probabilities[:, lowers]
    own = np.log(np.maximum(probabilities[:, uppers], _FLOOR)) - np.log(
        np.maximum(probabilities[:, lowers], _FLOOR)
    )
    odds = by_size[:, None] * size_tells + by_others + 0.5 * np.clip(own, -4, 4)
    share = 1 / (1 + np.exp(-odds))
    resolved = probabilities.copy()
    resolved[:, uppers] = pooled * share
    resolved[:, lowers] = pooled * (1 - share)
    return resolved


def _capital_odds(
    probabilities: _Array, glyphs: tuple[Glyph, ...], characters: str, field: FormField
) -> tuple[_Array, float]:
    """Log-odds of a capital: `(N,)` from each glyph's size, and from the field's other letters."""
    heights = np.array([glyph.relative_height for glyph in glyphs])
    best, sure = probabilities.argmax(1), probabilities.max(1) > 0.6
    caps, uppers, lowers = [], 0, 0
    for row in np.flatnonzero(sure):
        character = characters[best[row]]
        if character.lower() in SAME_SHAPE and character.isalpha():
            continue
        uppers += character.isupper()
        lowers += character.islower()
        if character in TALL:
            caps.append(heights[row])
        elif character in X_HEIGHT:
            caps.append(heights[row] / X_HEIGHT_SHARE)
    default = 0.75 if field.layout is Layout.COMB else 1.0
    capital = float(np.median(caps)) if caps else max(default, float(heights.max()))
    neighbours = np.clip(np.log((uppers + 0.5) / (lowers + 0.5)), -2, 2)
    habit = 1.0 if field.layout is Layout.COMB else 0.0
    size = np.clip((heights / max(capital, 0.05) - 0.8) / 0.06, -4, 4)
    return np.asarray(size), float(neighbours) + habit
