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
from forms_app.reading.types import InkImage

# Components of which at least this share of the height lies outside the box are not this field's.
_OUTSIDE = 0.5
# Pieces whose columns overlap by this share of the narrower one are one piece.
_STACKED = 0.5
# Wider than this (in character heights) a piece may hold two characters.
_CUT_FROM = 0.62
_NARROWEST = 0.16
_FULL_STOP = 0.28

_Bools = NDArray[np.bool_]
_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class WritingLine:
    """Where characters stand: `height_px` of a capital or digit, `baseline_px` of the crop."""

    height_px: float
    baseline_px: float


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
    """The writing line and its pieces, left to right; None where nothing is written.

    Args:
        ink: the crop's ink, `(h, w)`.
        box: the field's box in the crop.
    """
    found = find_components(ink)
    own = _own_components(found, box)
    if not len(own):
        return None
    line = _writing_line(found, own, box)
    own = own[found.area[own] >= max(6.0, 0.003 * line.height_px**2)]
    pieces: list[Piece] = []
    before: _Blob | None = None
    for blob in _stack(found, own, line):
        first = 1.0 if before is None else _gap_probability(blob, before, line)
        pieces += _cut_blob(ink, found, blob, first, line)
        before = blob
    return (line, pieces) if pieces else None


def _own_components(found: Components, box: Box) -> _Ints:
    """Labels of the components that belong to this box, left to right."""
    inside = np.minimum(found.bottom, box.bottom) - np.maximum(found.top, box.y)
    across = np.minimum(found.right, box.right) - np.maximum(found.left, box.x)
    own = (inside > (1 - _OUTSIDE) * found.height) & (across > (1 - _OUTSIDE) * found.width)
    own[0] = False
    labels = np.flatnonzero(own)
    return np.asarray(labels[np.argsort(found.left[labels], kind="stable")], np.int64)


def _writing_line(found: Components, own: _Ints, box: Box) -> WritingLine:
    """Height from the taller components, baseline from where those end."""
    heights = found.height[own]
    tall = own[heights >= 0.5 * heights.max()]
    height = float(np.percentile(found.height[tall], 60))
    height = max(height, 0.22 * box.height)
    return WritingLine(height, float(np.median(found.bottom[tall])))


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
    own = np.where(mask, ink[rows, columns], 0).astype(np.uint8)
    cuts = _cut_columns(own > 0, line)
    edges = [0, *(column for column, _ in cuts), own.shape[1]]
    chances = [first, *(chance for _, chance in cuts)]
    pieces = []
    for start, end, chance in zip(edges[:-1], edges[1:], chances, strict=True):
        piece = _tight_piece(own[:, start:end], blob.left + start, blob.top, chance)
        if piece is not None:
            pieces.append(piece)
    return pieces


def _tight_piece(ink: InkImage, left: int, top: int, chance: float) -> Piece | None:
    filled_rows, filled_columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    if not len(filled_rows):
        return None
    y, bottom = int(filled_rows[0]), int(filled_rows[-1]) + 1
    x, right = int(filled_columns[0]), int(filled_columns[-1]) + 1
    box = Box(left + x, top + y, right - x, bottom - y)
    return Piece(ink[y:bottom, x:right], box, chance)


def _cut_columns(mask: _Bools, line: WritingLine) -> list[tuple[int, float]]:
    """Columns where a wide blob may be cut, with the probability that it should be.

    Thin places of the column profile, at least a narrow character apart.
    """
    width = mask.shape[1]
    if width < _CUT_FROM * line.height_px:
        return []
    profile = mask.sum(0)
    smooth = np.convolve(np.pad(profile, 1, mode="edge"), np.ones(3) / 3, "valid")
    stroke = max(2.0, float(np.percentile(profile[profile > 0], 30)))
    apart = max(3, round(_NARROWEST * line.height_px))
    cuts: list[tuple[int, float]] = []
    order = np.argsort(smooth[apart : width - apart], kind="stable") + apart
    for column in order:
        if smooth[column] > 1.6 * stroke + 1:
            break
        if all(abs(int(column) - other) >= apart for other, _ in cuts):
            cuts.append((int(column), _cut_probability(smooth, int(column), stroke, line)))
    return sorted(cuts)


def _cut_probability(
    profile: NDArray[np.float64], column: int, stroke: float, line: WritingLine
) -> float:
    """More likely where the ink is one thin stroke and the parts on both sides are wide."""
    thin = float(np.clip(1.4 - profile[column] / stroke, 0.0, 1.0))
    nearer = min(column, len(profile) - column) / line.height_px
    return float(np.clip(0.12 + 0.45 * thin * min(1.0, nearer / 0.4), 0.05, 0.6))
