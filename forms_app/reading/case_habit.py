"""Which case a writer keeps to in a field that wants one case.

People mostly write capitals where capitals are asked for, so a shape between a capital of one
letter and a small letter of another is the capital; but some write small all the same, and then
do so throughout. The field's own letters tell which.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.alphabets import SAME_SHAPE
from forms_app.reading.form_template import Case

# How many fields in a hundred are written in the case that they ask for.
_KEEPS_CASE = 0.95
# Weight of a letter of the other case against one of the asked case, for a writer who keeps to it:
# where the two have shapes of their own, and where only size parts them. Measured on UNIPEN
# validation writers: capitals read right 97.6 % instead of 96.4 % with the cases alike.
_OTHER_SHAPE = 0.1
_OTHER_SIZE = 0.3
# Added to both sides of a glyph's evidence: none decides alone.
_UNSURE = 0.1

_Array = NDArray[np.float64]


def favour_case(probabilities: _Array, characters: str, case: Case) -> _Array:
    """Takes weight from letters of the other case, as far as the field's writer keeps to its case.

    Args:
        probabilities: `(N, K)` of all glyphs of one field.
        characters: the K characters.
        case: the case that the field wants.

    Returns:
        `(N, K)`; each row keeps its sum.
    """
    if not len(probabilities):
        return probabilities
    own, other, same_size = _columns(characters, case)
    keeps = _keeps_case(probabilities[:, own].sum(1), probabilities[:, other].sum(1))
    weights = np.ones(len(characters))
    weights[other] = keeps * _OTHER_SHAPE + 1 - keeps
    weights[same_size] = keeps * _OTHER_SIZE + 1 - keeps
    weighed = probabilities * weights
    scale = probabilities.sum(1) / np.maximum(weighed.sum(1), 1e-9)
    return np.asarray(weighed * scale[:, None])


def _keeps_case(own: _Array, other: _Array) -> float:
    """Probability that a field is written in its case, from each glyph's mass in either."""
    kept = own + _OTHER_SHAPE * other + _UNSURE
    mixed = 0.5 * (own + other) + _UNSURE
    odds = np.log(_KEEPS_CASE / (1 - _KEEPS_CASE)) + np.log(kept / mixed).sum()
    return float(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


@lru_cache(maxsize=8)
def _columns(
    characters: str, case: Case
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Columns of the case's own letters and of the others, where shapes differ; others alike."""
    asked = str.isupper if case is Case.UPPER else str.islower
    letters = [(i, c) for i, c in enumerate(characters) if c.lower() != c.upper()]
    alike = {i for i, c in letters if c.lower() in SAME_SHAPE}
    own = [i for i, c in letters if asked(c) and i not in alike]
    other = [i for i, c in letters if not asked(c) and i not in alike]
    same = [i for i, c in letters if not asked(c) and i in alike]
    return np.array(own, np.int64), np.array(other, np.int64), np.array(same, np.int64)
