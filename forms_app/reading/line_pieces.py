"""Free writing in a box -> pieces from left to right, cut finely enough that no two characters
share one.

Pieces of ink that stand over one another are one piece (a dot over its stem); a piece wider than
a character is cut at the thin places of its column profile (over-segmentation, as in Casey and
Lecolinet 1996, "A survey of methods and strategies in character segmentation", section 3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.components import Components, find_components
from forms_app.reading.geometry import Box
from forms_app.reading.specks import find_specks
from forms_app.reading.types import InkImage
from forms_app.reading.writing_line import WritingLine, measure_line, own_components

# Pieces whose columns overlap by this share of the narrower one are one piece.
_STACKED = 0.5
# Wider than this (in character heights) a piece may hold two characters.
_CUT_FROM = 0.62
_NARROWEST = 0.24
# Usual distance from one character to the next where they touch.
_USUAL = 0.72
# In stroke widths: ink of a cut column; at most.
_THICK = 1.5
_THICKEST = 3.2
_FULL_STOP = 0.28
# Where nothing in the field is higher than this share of its box, there is dust but no writing;
# many specks may be what a fax left of it.
_SPECK = 0.1
MANY_SPECKS = 4
# Most wide blobs are one wide character, and the recogniser knows two in one glyph for what they
# are: factor on the odds of a cut. Chosen on 1,003 drawn lines of development writers: 82 % read
# right with 1, 85 % with 0.25; with wider characters allowed (`_WIDEST`) about 88 % from 0.25 down
# to 0.08.
_CUT_ODDS = 0.15

_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Piece:
    """Ink of one piece, `(height, width)` of its `box`; `cut_before` is the probability that a
    character starts here rather than goes on from the piece before."""

    ink: InkImage
    box: Box
    cut_before: float


@dataclass(frozen=True, slots=True)
class _Blob:
    """Components that stand over one another, in crop pixels."""

    labels: tuple[int, ...]
    left: int
    top: int
    right: int
    bottom: int


def find_pieces(ink: InkImage, box: Box) -> tuple[WritingLine, list[Piece]] | None:
    """The writing line and its pieces, left to right; None where nothing but dust is seen.

    Args:
        ink: the crop's ink, `(h, w)`.
        box: the field's box in the crop.
    """
    found = find_components(ink)
    own = own_components(found, box)
    if not len(own):
        return None
    line = measure_line(found, own, box)
    own = own[found.area[own] >= max(6.0, 0.003 * line.height_px**2)]
    own = own[~find_specks(found, own, line)]
    if not len(own) or (len(own) < MANY_SPECKS and is_dust(found.height[own].max(), box)):
        return None
    pieces: list[Piece] = []
    before: _Blob | None = None
    for blob in _stack(found, own, line):
        first = 1.0 if before is None else _gap_probability(blob, before, line)
        pieces += _cut_blob(ink, found, blob, first, line)
        before = blob
    return (line, pieces) if pieces else None


def is_dust(height_px: float, box: Box) -> bool:
    """Whether a field's highest piece of ink is too low for writing."""
    return height_px < _SPECK * box.height


def _stack(found: Components, own: _Ints, line: WritingLine) -> list[_Blob]:
    """Components grouped where they stand over one another."""
    blobs: list[_Blob] = []
    for label in own:
        one = _Blob(
            (int(label),),
            int(found.left[label]),
            int(found.top[label]),
            int(found.right[label]),
            int(found.bottom[label]),
        )
        if blobs and _stands_over(blobs[-1], one, line):
            blobs[-1] = _joined(blobs[-1], one)
        else:
            blobs.append(one)
    return blobs


def _stands_over(a: _Blob, b: _Blob, line: WritingLine) -> bool:
    overlap = min(a.right, b.right) - max(a.left, b.left)
    narrower = min(a.right - a.left, b.right - b.left)
    stop = min(a.bottom - a.top, b.bottom - b.top) < _FULL_STOP * line.height_px
    low = min(a.top, b.top) if not stop else (b.top if _is_stop(b, line) else a.top)
    at_foot = stop and low > line.baseline_px - 0.35 * line.height_px
    return overlap > (0.9 if at_foot else _STACKED) * narrower


def _is_stop(blob: _Blob, line: WritingLine) -> bool:
    return blob.bottom - blob.top < _FULL_STOP * line.height_px


def _joined(a: _Blob, b: _Blob) -> _Blob:
    return _Blob(
        a.labels + b.labels,
        min(a.left, b.left),
        min(a.top, b.top),
        max(a.right, b.right),
        max(a.bottom, b.bottom),
    )


def _gap_probability(blob: _Blob, before: _Blob, line: WritingLine) -> float:
    """Probability that a gap parts two characters rather than two strokes of one."""
    gap = (blob.left - before.right) / line.height_px
    return float(np.clip(0.86 + 1.2 * gap, 0.3, 0.985))


def _cut_blob(
    ink: InkImage, found: Components, blob: _Blob, first: float, line: WritingLine
) -> list[Piece]:
    """One piece, or several where the blob may hold several characters."""
    rows, columns = slice(blob.top, blob.bottom), slice(blob.left, blob.right)
    mask = np.isin(found.labels[rows, columns], blob.labels)
    own = np.multiply(ink[rows, columns], mask, dtype=np.uint8)
    if own.shape[1] < _CUT_FROM * line.height_px:
        return [Piece(own, Box(blob.left, blob.top, own.shape[1], own.shape[0]), first)]
    y, x = np.nonzero(mask)
    upright = _upright_columns(x, y, line)
    cuts = _cut_columns(np.bincount(upright), line)
    part = np.searchsorted([column for column, _ in cuts], upright, side="right")
    chances = [first, *(chance for _, chance in cuts)]
    pieces = []
    for index, chance in enumerate(chances):
        at = part == index
        if at.any():
            pieces.append(_piece(own, y[at], x[at], blob, chance))
    return pieces


def _upright_columns(x: _Ints, y: _Ints, line: WritingLine) -> _Ints:
    """Columns of ink pixels, counted along the slant of the writing, from 0."""
    columns = np.round(x + line.slant * y).astype(np.int64)
    return np.asarray(columns - columns.min())


def _piece(ink: InkImage, y: _Ints, x: _Ints, blob: _Blob, chance: float) -> Piece:
    top, left, bottom, right = y.min(), x.min(), y.max() + 1, x.max() + 1
    own = np.zeros((bottom - top, right - left), np.uint8)
    own[y - top, x - left] = ink[y, x]
    box = Box(blob.left + int(left), blob.top + int(top), own.shape[1], own.shape[0])
    return Piece(own, box, chance)


def _cut_columns(profile: _Ints, line: WritingLine) -> list[tuple[int, float]]:
    """Columns where a wide blob may be cut, with the probability that it should be.

    Thinnest places first, at least a narrow character apart; places thicker than one stroke only
    where there are fewer cuts than the width asks for. How many of the cuts are true depends on
    how many characters fill such a width.
    """
    width = len(profile)
    smooth = np.convolve(np.pad(profile, 2, mode="edge"), np.ones(5) / 5, "valid")
    apart = max(3, round(_NARROWEST * line.height_px))
    inner = np.arange(apart, width - apart)
    expected = max(0.12, width / (_USUAL * line.height_px) - 1)
    cuts: list[int] = []
    for column in inner[np.argsort(smooth[inner], kind="stable")]:
        strokes = (smooth[column] - 1) / line.stroke_px
        if strokes > _THICKEST or (strokes > _THICK and len(cuts) >= 1.5 * expected):
            break
        if all(abs(int(column) - other) >= apart for other in cuts):
            cuts.append(int(column))
    share = float(np.clip(expected / max(1, len(cuts)), 0.04, 0.6))
    odds = _CUT_ODDS * share / (1 - share)
    chance = odds / (1 + odds)
    return [(column, chance) for column in sorted(cuts)]
