"""What the same hand wrote elsewhere on the page, weighed into what a doubtful character is.

People write a character much as they wrote it before: where 1 and 7 come out nearly even, the sure
ones and sevens of the page tell which it is like (writer consistency). Combs only: there a glyph is
one character, whatever is read beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.alphabets import allowed_characters
from forms_app.reading.classifier import Charset
from forms_app.reading.form_template import FormField
from forms_app.reading.types import LogProbabilities, Segmentation

# A character this probable within its field's alphabet shows how its writer writes it; the others
# are doubtful.
_SURE = 0.985
# Of the blur before images are compared, in pixels of the glyph.
_BLUR_PX = 1.2
WEIGHT = 6.0
"""Log-odds for a difference of 1 in correlation; chosen by `python -m benchmarks.same_hand`."""

_Floats = NDArray[np.float64]


def weigh_by_hand(
    fields: Sequence[FormField],
    segmentations: Sequence[Segmentation | None],
    log_probabilities: Sequence[LogProbabilities],
    charset: Charset,
    weight: float = WEIGHT,
) -> list[LogProbabilities]:
    """The classifier's rows of one page's fields, doubtful ones weighed by what they are like.

    Only the two likeliest characters of a doubtful glyph are weighed against each other, and only
    where the page has a sure one of both; the case of a letter stays open, and all other
    probabilities stay as they are.

    Args:
        fields: of the page.
        segmentations: theirs, None where a field is not written.
        log_probabilities: `(N, K)` for the N glyphs of each.
        charset: the K classes.
        weight: of the likeness.
    """
    weighed = list(log_probabilities)
    combs = [
        place
        for place, segmentation in enumerate(segmentations)
        if segmentation is not None and segmentation.cell_states and segmentation.glyphs
    ]
    if not combs:
        return weighed
    likely = np.concatenate([_likely(fields[i], weighed[i], charset) for i in combs])
    sure = likely.max(1) >= _SURE
    if not sure.any() or sure.all():
        return weighed
    images = [g.image for i in combs if (s := segmentations[i]) is not None for g in s.glyphs]
    rows = np.concatenate([weighed[i] for i in combs])
    likeness = weight * _likeness(images, likely, sure)
    rows[~sure] = _weighed(rows[~sure], likely[~sure], likeness, charset)
    ends = np.cumsum([len(weighed[i]) for i in combs])[:-1]
    for place, part in zip(combs, np.split(rows, ends), strict=True):
        weighed[place] = part
    return weighed


@lru_cache(maxsize=4)
def _folded(characters: str) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The different letters and digits, cases as one, and which of them each class is (or -1)."""
    names = tuple(dict.fromkeys(c.upper() for c in characters if c.isalnum()))
    return names, np.array([names.index(c.upper()) if c.isalnum() else -1 for c in characters])


def _likely(field: FormField, rows: LogProbabilities, charset: Charset) -> _Floats:
    """`(N, C)` probability of each letter and digit, within the field's alphabet."""
    names, group = _folded(charset.characters)
    allowed = allowed_characters(field)
    column = [
        g >= 0 and (allowed is None or c in allowed)
        for c, g in zip(charset.characters, group, strict=True)
    ]
    kept = np.flatnonzero(column)
    likely = np.zeros((len(rows), len(names)))
    np.add.at(likely.T, group[kept], np.exp(rows[:, kept].astype(np.float64)).T)
    return np.asarray(likely / np.maximum(likely.sum(1, keepdims=True), 1e-9))


def _likeness(
    images: Sequence[NDArray[np.uint8]], likely: _Floats, sure: NDArray[np.bool_]
) -> _Floats:
    """`(D, C)` highest correlation of each doubtful glyph with a sure one; NaN without any."""
    blurred = np.stack([cv2.GaussianBlur(i.astype(np.float32), (0, 0), _BLUR_PX) for i in images])
    flat = blurred.reshape(len(images), -1)
    flat = flat - flat.mean(1, keepdims=True)
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)
    correlation = flat[~sure] @ flat[sure].T
    best = np.full((len(correlation), likely.shape[1]), np.nan)
    classes = likely[sure].argmax(1)
    for name in np.unique(classes):
        best[:, name] = correlation[:, classes == name].max(1)
    return best


def _weighed(
    rows: LogProbabilities, likely: _Floats, evidence: _Floats, charset: Charset
) -> LogProbabilities:
    """The rows after the evidence `(D, C)` for each character, in log-odds, has been heard."""
    _, group = _folded(charset.characters)
    weighed = rows.copy()
    each = np.arange(len(rows))
    second, first = np.argsort(likely, 1)[:, -2:].T
    shift = evidence[each, first] - evidence[each, second]
    for row in np.flatnonzero(np.isfinite(shift)):
        a, b = (np.flatnonzero(group == name) for name in (first[row], second[row]))
        pair = np.exp(rows[row, np.r_[a, b]].astype(np.float64))
        moved = pair * np.exp(
            np.r_[np.full(len(a), shift[row] / 2), np.full(len(b), -shift[row] / 2)]
        )
        weighed[row, np.r_[a, b]] = np.log(np.maximum(moved * pair.sum() / moved.sum(), 1e-12))
    return weighed
