"""Single characters that are struck out, seen with the recogniser's help.

A line drawn through one character looks like the bar of a 4 or an A, a zigzag like an M; what
tells them apart is that the recogniser knows those and takes a struck character for none at all or
for a sign. So this is decided after it has spoken.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.classifier import Charset
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.types import Glyph, InkState, LogProbabilities, Segmentation

# A struck character is taken for no character, or for one of these.
_SIGNS = "#*€$=&+%?!@"
# Logistic regression, fitted to 199 cells struck by development writers with one line, two lines or
# a zigzag and 16,651 other cells (their writers, layouts and scans those of the field benchmark's
# development set), 2026-11-27, glyphs-4: weights of the log-odds of no character and of a sign, of
# each pixel (of 22) by which a level stroke overshoots the character on both sides, of there being
# such a stroke, of there being none from side to side at all, and the constant.
_NO_CHARACTER, _SIGN, _OVERSHOOT, _CROSSED, _UNCROSSED = 0.97, 0.42, 0.85, 0.5, -1.47
_CONSTANT = 1.2
_ROUNDING = 1e-3
# One written cell in a thousand is struck out, so a character is dropped only where that is surer
# than the fit's own even odds. On folds left out of it: above `_STRUCK` 39 % of the struck cells
# and 0.02 % of the others, above `_PERHAPS` 72 % and 0.2 %.
_STRUCK = 1.9
_PERHAPS = 0.1
_MOST_OVERSHOOT = 4
# In pixels of the glyph: ink, how thick the stroke is taken to be, the least width of what it
# crosses, where it may lie (shares of the height) and how much lies above it.
_INK = 90
_HALF_STROKE = 3
_LEAST_WIDTH = 6
_HIGHEST, _LOWEST = 0.22, 0.8
_LEAST_ABOVE = 0.15
_SLOPES = (-0.24, -0.12, 0.0, 0.12, 0.24)

_Mask = NDArray[np.bool_]


def withdraw_struck_cells(
    field: FormField,
    segmentation: Segmentation,
    log_probabilities: LogProbabilities,
    charset: Charset,
) -> tuple[Segmentation, LogProbabilities]:
    """A comb without the cells that are struck out, and the classifier's rows of the others.

    Nothing is withdrawn where the field needs all of the characters there are: whoever strikes one
    out writes another. What is only perhaps struck out stays and is named in `perhaps_struck`.

    Args:
        field: the field.
        segmentation: its N glyphs; lines are returned as they are.
        log_probabilities: `(N, K)` of the glyphs.
        charset: the K classes.
    """
    scores = _scores(segmentation, log_probabilities, charset)
    struck = np.flatnonzero(scores > _STRUCK).tolist()
    perhaps = np.flatnonzero(scores > _PERHAPS).tolist()
    needed = field.constraints.min_length or 0
    if field.kind is FieldKind.DATE:
        needed = len(field.cells)
    if _too_few(len(scores) - len(struck), needed):
        struck = []
    if _too_few(len(scores) - len(perhaps), needed):
        perhaps = []
    if not perhaps:
        return segmentation, log_probabilities
    kept = [row for row in range(len(scores)) if row not in struck]
    states = list(segmentation.cell_states)
    for row in struck:
        states[segmentation.glyphs[row].start] = InkState.STRUCK_OUT
    withdrawn = replace(
        segmentation,
        state=InkState.WRITTEN if kept else InkState.STRUCK_OUT,
        glyphs=tuple(segmentation.glyphs[row] for row in kept),
        cell_states=tuple(states),
        gaps=tuple(i for i, state in enumerate(states) if state is not InkState.WRITTEN),
        perhaps_struck=len(perhaps) - len(struck),
    )
    return withdrawn, log_probabilities[kept]


def _too_few(left: int, needed: int) -> bool:
    return 0 < left < needed


def _scores(
    segmentation: Segmentation, log_probabilities: LogProbabilities, charset: Charset
) -> NDArray[np.float64]:
    """Log-odds that each glyph of a comb is struck out, `(N,)`; empty for a line."""
    if not segmentation.cell_states or not segmentation.glyphs or charset.reject_index is None:
        return np.zeros(0)
    rejected = np.exp(log_probabilities[:, charset.reject_index].astype(np.float64))
    columns = [charset.index_of(sign) for sign in _SIGNS if sign in charset.characters]
    sign = np.exp(log_probabilities[:, columns].astype(np.float64)).sum(1)
    scores = _CONSTANT + _NO_CHARACTER * _log_odds(rejected) + _SIGN * _log_odds(sign)
    most = _CROSSED + _OVERSHOOT * _MOST_OVERSHOOT
    for row in np.flatnonzero(scores + most > _PERHAPS):
        scores[row] += _stroke_evidence(segmentation.glyphs[row])
    return np.asarray(scores, np.float64)


def _log_odds(p: NDArray[np.float64]) -> NDArray[np.float64]:
    odds = (p + _ROUNDING) / (np.maximum(1 - p, 0) + _ROUNDING)
    return np.asarray(np.log(odds))


def _stroke_evidence(glyph: Glyph) -> float:
    overshoot = overshoot_px(glyph.image)
    if overshoot is None:
        return _UNCROSSED
    return _OVERSHOOT * min(overshoot, _MOST_OVERSHOOT) + _CROSSED * (overshoot >= 1)


def overshoot_px(image: NDArray[np.uint8]) -> int | None:
    """How far a nearly level stroke through a glyph runs beyond what it crosses, on either side.

    Args:
        image: `(28, 28)`, as framed.

    Returns:
        Pixels, the lesser of the two sides (at least 0); None where no stroke runs from side to
        side with ink above and below it.
    """
    ink = image > _INK
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    if not len(rows):
        return None
    top, height = rows[0], rows[-1] - rows[0] + 1
    left, right = columns[0], columns[-1]
    between = range(top + int(_HIGHEST * height), top + int(_LOWEST * height) + 1)
    found = None
    for level in _levelled(ink):
        thick = level.copy()
        thick[1:] |= level[:-1]
        thick[:-1] |= level[1:]
        whole = thick[:, left : right + 1].mean(1) >= 0.97
        for row in between:
            overshoot = _beyond(level, row, left, right) if whole[row] else None
            if overshoot is not None and (found is None or overshoot > found):
                found = overshoot
    return found


def _levelled(ink: _Mask) -> _Mask:
    """The glyph sheared so that strokes of each slope lie level, `(slopes, 28, 28)`."""
    size = len(ink)
    columns = np.arange(size)
    shift = np.round(np.outer(_SLOPES, columns - (size - 1) / 2)).astype(np.int64)
    rows = np.clip(np.arange(size)[None, :, None] + shift[:, None, :], 0, size - 1)
    return np.asarray(ink[rows, columns[None, None, :]])


def _beyond(level: _Mask, row: int, left: int, right: int) -> int | None:
    """The lesser overshoot of the stroke in a row; None where it crosses too little."""
    rest = level.copy()
    rest[max(0, row - _HALF_STROKE) : row + _HALF_STROKE + 1] = False
    columns = np.flatnonzero(rest.any(0))
    if not len(columns) or columns[-1] - columns[0] + 1 < _LEAST_WIDTH:
        return None
    above = np.count_nonzero(rest[:row]) / np.count_nonzero(rest)
    if not _LEAST_ABOVE < above < 1 - _LEAST_ABOVE:
        return None
    return max(0, int(min(columns[0] - left, right - columns[-1])))
