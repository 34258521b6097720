"""The line that free writing in a box stands on: its height, baseline, slant and pen."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.components import Components
from forms_app.reading.geometry import Box, bounding_box
from forms_app.reading.glyphs import stroke_width_px

# Components of which at least this share of the height lies outside the box are not this field's.
_OUTSIDE = 0.5
# Columns per row that writing may lean; upright is preferred by this much.
_LEANS = (-0.15, 0.0, 0.15, 0.3, 0.45)
_UPRIGHT_BONUS = 1.04

_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class WritingLine:
    """Where characters stand: `height_px` of a capital or digit, `baseline_px` of the crop; the
    width of their strokes; their slant, in columns per row. More than one row is no line."""

    height_px: float
    baseline_px: float
    stroke_px: float
    slant: float
    row_count: int


def own_components(found: Components, box: Box) -> _Ints:
    """Labels of the components that belong to this box, left to right."""
    inside = np.minimum(found.bottom, box.bottom) - np.maximum(found.top, box.y)
    across = np.minimum(found.right, box.right) - np.maximum(found.left, box.x)
    own = (inside > (1 - _OUTSIDE) * found.height) & (across > (1 - _OUTSIDE) * found.width)
    own[0] = False
    labels = np.flatnonzero(own)
    return np.asarray(labels[np.argsort(found.left[labels], kind="stable")], np.int64)


def measure_line(found: Components, own: _Ints, box: Box) -> WritingLine:
    """Height from the taller components, baseline from where those end."""
    heights = found.height[own]
    tall = own[heights >= 0.5 * heights.max()]
    height = float(np.percentile(found.height[tall], 60))
    height = max(height, 0.22 * box.height)
    written = np.isin(found.labels, own).view(np.uint8)
    y, x = np.nonzero(written)
    baseline = float(np.median(found.bottom[tall]))
    boxes = [
        Box(*(int(v[i]) for v in (found.left, found.top, found.width, found.height))) for i in tall
    ]
    return WritingLine(height, baseline, stroke_width_px(written), _slant(x, y), _count_rows(boxes))


def _count_rows(tall: list[Box]) -> int:
    """In how many rows, one below the other, the writing stands.

    Rows share no heights and lie over one another; each has at least two characters.
    """
    rows: list[list[Box]] = []
    for box in sorted(tall, key=lambda b: b.y):
        if rows and box.y < max(b.bottom for b in rows[-1]) - 0.2 * box.height:
            rows[-1].append(box)
        else:
            rows.append([box])
    spans = [bounding_box(row) for row in rows if len(row) >= 2]
    return 1 + sum(
        min(a.right, b.right) - max(a.x, b.x) > 0.3 * min(a.width, b.width)
        for a, b in pairwise(spans)
    )


def _slant(x: _Ints, y: _Ints) -> float:
    """Columns per row by which the writing leans to the right: the lean whose profile is sharpest.

    The projection method of slant removal (Vinciarelli and Luettin 2001) with five leans.
    """
    sharpness = []
    for lean in _LEANS:
        columns = np.round(x + lean * y).astype(np.int64)
        profile = np.bincount(columns - columns.min()).astype(np.float64)
        sharpness.append(float((profile**2).sum()) * (1.0 if lean else _UPRIGHT_BONUS))
    return _LEANS[int(np.argmax(sharpness))]
