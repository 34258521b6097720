"""Which characters a field may hold, and what a glyph's size and place say about each of them.

The classifier sees every glyph at the same size, so a full stop looks like a blot and a `C` like a
`c`; here the place in the cell or line brings back what framing took away. The numbers are shares
of the cell's or line's height, chosen from the letterforms (x-height about 0.65 of the capitals),
not fitted to any data set.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.dates import SEPARATORS
from forms_app.reading.form_template import FieldKind, FormField

DIGITS = "0123456789"
_NAME_MARKS = "-'."
# Capitals of one field whose small letters have the same shape (EMNIST 'bymerge', plus k and p).
SAME_SHAPE = frozenset("ckmopsuvwxz")
# Of these the small letter is as tall as the capital: k rises, p hangs down.
SAME_HEIGHT = frozenset("kp")
# A bar and a ring: digits and letters that are written alike.
SAME_SHAPES = ("1Il", "0Oo")
TALL = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789bdfhklt")
X_HEIGHT = frozenset("aenr")
X_HEIGHT_SHARE = 0.65


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a mark may lie: largest and least height, highest and lowest bottom edge."""

    most_height: float = 9.0
    least_height: float = 0.0
    least_bottom: float = -9.0
    most_bottom: float = 9.0


_FULL_SIZE = _Place(least_height=0.22)
_PLACES = {
    ".": _Place(most_height=0.32, least_bottom=0.55),
    ",": _Place(most_height=0.58, least_bottom=0.60),
    "-": _Place(most_height=0.30, most_bottom=0.85),
    "_": _Place(most_height=0.30, least_bottom=0.70),
    "'": _Place(most_height=0.50, most_bottom=0.75),
    '"': _Place(most_height=0.50, most_bottom=0.75),
    "*": _Place(most_height=0.70),
    ":": _Place(most_height=0.85, least_height=0.15),
    ";": _Place(most_height=1.00, least_height=0.15),
    "=": _Place(most_height=0.60),
    "+": _Place(most_height=0.85, least_height=0.12),
}
_SOFTNESS = 0.04
# On a writing line digits and capitals are taller than this, or end above the baseline.
_TALL_HEIGHT, _TALL_BOTTOM = 0.6, 1.08


def allowed_characters(field: FormField) -> str | None:
    """The characters the field's kind admits; None means every one."""
    if field.kind is FieldKind.DIGITS:
        return DIGITS
    if field.kind is FieldKind.NUMBER:
        return DIGITS + "+-.,"
    if field.kind is FieldKind.DATE:
        return DIGITS + SEPARATORS.strip()
    if field.kind is FieldKind.LETTERS:
        return "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" + _NAME_MARKS
    return None


@lru_cache(maxsize=8)
def _limits(characters: str) -> NDArray[np.float64]:
    """`(4, K)`: the four numbers of each character's place."""
    places = [_PLACES.get(character, _FULL_SIZE) for character in characters]
    return np.array(
        [
            [p.most_height for p in places],
            [p.least_height for p in places],
            [p.least_bottom for p in places],
            [p.most_bottom for p in places],
        ]
    )


@lru_cache(maxsize=8)
def _stands_tall(characters: str) -> NDArray[np.bool_]:
    return np.array([c.isdigit() or c.isupper() or c == "l" for c in characters])


def place_plausibility(
    characters: str,
    heights: NDArray[np.float64],
    bottoms: NDArray[np.float64],
    on_line: bool = False,
) -> NDArray[np.float64]:
    """How well each glyph's size and place fit each character.

    Args:
        characters: the K characters.
        heights: `(N,)` relative heights.
        bottoms: `(N,)` relative bottoms.
        on_line: whether they are shares of a writing line: then what is short and hangs below the
            baseline is a comma, no 1.

    Returns:
        `(N, K)` factors between 0 and 1, 1 where nothing speaks against it.
    """
    most_height, least_height, least_bottom, most_bottom = _limits(characters)
    height, bottom = heights[:, None], bottoms[:, None]
    margins = np.minimum.reduce(
        [
            most_height - height,
            height - least_height,
            bottom - least_bottom,
            most_bottom - bottom,
        ]
    )
    if on_line:
        hanging = np.maximum(height - _TALL_HEIGHT, _TALL_BOTTOM - bottom)
        margins = np.where(_stands_tall(characters), np.minimum(margins, hanging), margins)
    # 1 inside the limits, falling to a half at the limit, e-fold every _SOFTNESS beyond.
    return np.asarray(1 / (1 + np.exp(np.clip(-margins / _SOFTNESS, -30, 30))))
