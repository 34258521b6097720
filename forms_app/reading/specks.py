"""Dust and toner between the characters of a line, told from full stops and dots by their place.

A full stop stands on the baseline beside a character, the dot of an i above one; a speck may be
anywhere. Where nothing but specks is seen, none is left out: they may be what a fax left of the
writing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.components import Components
from forms_app.reading.writing_line import WritingLine

# In heights of a character: both sides of a speck are at most this long, characters are higher.
_LARGEST = 0.16
_CHARACTER = 0.4
# A stop ends within this of the baseline and stands within this of a character.
_OFF_BASELINE = 0.3
_FARTHEST = 1.0

_Ints = NDArray[np.int64]


def find_specks(found: Components, own: _Ints, line: WritingLine) -> NDArray[np.bool_]:
    """Which components of a line are specks, `(n,)`; none where there is no character.

    Args:
        found: the crop's components.
        own: labels of the n that belong to the line.
        line: where its characters stand.
    """
    high = line.height_px
    left, right = found.left[own], found.right[own]
    small = np.maximum(found.width[own], found.height[own]) <= _LARGEST * high
    characters = found.height[own] >= _CHARACTER * high
    if not characters.any() or not small.any():
        return np.zeros(len(own), np.bool_)
    gaps = np.maximum(
        left[:, None] - right[None, characters], left[None, characters] - right[:, None]
    )
    gap = gaps.min(1)
    below = found.top[own] > line.baseline_px + _OFF_BASELINE * high
    above = found.bottom[own] < line.baseline_px - _OFF_BASELINE * high
    is_dot = (gap < 0) | _over_another(left, right, small)
    speck = below | (above & ~is_dot) | (gap > _FARTHEST * high)
    return np.asarray(small & speck)


def _over_another(left: _Ints, right: _Ints, small: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which share columns with another small component: the dots of a colon."""
    shared = np.minimum(right[:, None], right[None]) > np.maximum(left[:, None], left[None])
    np.fill_diagonal(shared, False)
    return np.asarray((shared & small[None]).any(1))
