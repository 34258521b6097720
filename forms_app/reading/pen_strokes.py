"""Pen strokes -> a field crop, as if they had been written on paper and scanned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.form_template import FormField
from forms_app.reading.types import FieldCrop, InkImage

PEN_PX = 6.5
"""Width of a line drawn at middle pressure: half a millimetre at 300 dpi, as of a ballpoint."""
MIDDLE_PRESSURE = 0.5
_LEAST_WIDTH = 0.55
# Drawn larger and averaged down: OpenCV's lines have whole widths.
_OVERSAMPLED = 2
_SUBPIXEL_BITS = 4


@dataclass(frozen=True, slots=True)
class PenStroke:
    """From pen down to pen up: `points` `(n, 3)` float64 of x, y in crop pixels and pressure
    (0 to 1), n at least 1."""

    points: NDArray[np.float64]


def draw_strokes(
    strokes: Sequence[PenStroke], field: FormField, width_px: int, height_px: int
) -> FieldCrop:
    """The crop of a field with nothing printed around it.

    Args:
        strokes: in pixels of the crop; what lies outside is not seen.
        field: boxes in pixels of the crop.
        width_px: of the crop, the field's margins included.
        height_px: likewise.
    """
    canvas: InkImage = np.zeros((height_px * _OVERSAMPLED, width_px * _OVERSAMPLED), np.uint8)
    for stroke in strokes:
        _draw(canvas, stroke.points)
    ink = np.asarray(
        cv2.resize(canvas, (width_px, height_px), interpolation=cv2.INTER_AREA), np.uint8
    )
    return FieldCrop(
        name=field.name,
        grey=np.subtract(255, ink, dtype=np.uint8),
        ink=ink,
        printed=np.zeros_like(ink),
        origin_px=(0, 0),
        box=field.box,
        cells=field.cells,
    )


def pen_width_px(pressure: float) -> float:
    """Width of a line at this pressure (0 to 1): at full pressure half as wide again."""
    return PEN_PX * max(_LEAST_WIDTH, 0.5 + pressure)


def _draw(canvas: InkImage, points: NDArray[np.float64]) -> None:
    """Straight pieces with round ends; a single point is a dot."""
    grid = (1 << _SUBPIXEL_BITS) * _OVERSAMPLED
    # OpenCV's pixel centres are whole numbers, ours lie at halves.
    places = np.round(points[:, :2] * grid - (1 << _SUBPIXEL_BITS) / 2).astype(int).tolist()
    widths = [
        max(1, round(pen_width_px(pressure) * _OVERSAMPLED)) for pressure in points[:, 2].tolist()
    ]
    path = [*zip(places, widths, strict=True)]
    for (start, before), (end, width) in pairwise(path if len(path) > 1 else path * 2):
        thickness = max(1, round((before + width) / 2))
        cv2.line(canvas, start, end, 255, thickness, cv2.LINE_AA, _SUBPIXEL_BITS)
