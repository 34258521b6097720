"""Full stops, commas, dashes and apostrophes by their size, place and proportions.

Framing shows a mark of a few pixels as a blot whose outline is chance, so the recogniser often
takes a full stop for dirt. Beside the other characters of its line a mark of that size is seldom
anything else: dust is smaller and was left out when the ink was cut into pieces.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.alphabets import place_plausibility
from forms_app.reading.types import Glyph

# In character heights: both sides of a mark's box are at most this long, a dash's width more.
_MOST = 0.32
_MOST_DASH = 0.75
# A comma that hangs below the baseline may be longer.
_MOST_COMMA, _HANGS = 0.58, 1.08
# Share of what the recogniser calls dirt, or a character that does not fit the size, that is
# dirt indeed.
_DIRT = 0.15
# Width over height of each mark's box: least, most.
_ASPECTS = {".": (0.6, 1.9), ",": (0.0, 1.1), "-": (1.5, 99.0), "'": (0.0, 1.0)}
_SOFTNESS = 0.15

_Array = NDArray[np.float64]


def recognise_small_marks(
    probabilities: _Array, glyphs: tuple[Glyph, ...], characters: str, allowed: str | None
) -> _Array:
    """Gives what is left of a small glyph's probability to the marks its size and place fit.

    In a field that admits no such mark the glyph stays what the recogniser took it for.

    Args:
        probabilities: `(N, K)` after size and place; rows sum to at most 1, the rest is reject.
        glyphs: the N glyphs.
        characters: the K characters.
        allowed: what the field admits; None is every character.
    """
    marks = [m for m in _ASPECTS if m in characters and (allowed is None or m in allowed)]
    if not marks or not glyphs:
        return probabilities
    heights = np.array([glyph.relative_height for glyph in glyphs])
    bottoms = np.array([glyph.relative_bottom for glyph in glyphs])
    aspects = np.array([glyph.box.width / max(glyph.box.height, 1.0) for glyph in glyphs])
    fits = place_plausibility("".join(marks), heights, bottoms) * _aspect_plausibility(
        marks, aspects
    )
    fits *= _is_small(heights, bottoms, aspects)[:, None]
    columns = [characters.index(mark) for mark in marks]
    # Half by the recogniser's own leaning between the marks, half by the fit alone.
    weights = fits * (probabilities[:, columns] + 0.5)
    share = weights / np.maximum(weights.sum(1, keepdims=True), 1e-9)
    room = np.clip(1 - probabilities.sum(1), 0, 1) * (1 - _DIRT) * fits.max(1)
    resolved = probabilities.copy()
    resolved[:, columns] += room[:, None] * share
    return resolved


def _is_small(heights: _Array, bottoms: _Array, aspects: _Array) -> NDArray[np.bool_]:
    widest = np.where(aspects > _ASPECTS["-"][0], _MOST_DASH, _MOST)
    highest = np.where(bottoms > _HANGS, _MOST_COMMA, _MOST)
    return (heights <= highest) & (heights * aspects <= widest)


def _aspect_plausibility(marks: list[str], aspects: _Array) -> _Array:
    """`(N, M)`: 1 within each mark's proportions, falling softly beyond."""
    limits = np.array([_ASPECTS[mark] for mark in marks])
    inside = np.minimum(aspects[:, None] - limits[:, 0], limits[:, 1] - aspects[:, None])
    return np.asarray(1 / (1 + np.exp(np.clip(-inside / _SOFTNESS, -30, 30))))
