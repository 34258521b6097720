"""Segmentations of drawn fields, and pen strokes put over them."""

from __future__ import annotations

import cv2
import numpy as np

from forms_app.reading.glyphs import frame_glyph
from forms_app.reading.segmentation import segment
from forms_app.reading.types import Glyph, Segmentation
from tests.reading.drawn_fields import DrawnField, with_ink


def segmented(drawn: DrawnField) -> Segmentation:
    return segment(drawn.crop(), drawn.field)


def is_like(glyph: Glyph, truth: np.ndarray) -> bool:
    """Whether a glyph shows the ink of a mask."""
    true = frame_glyph(truth.astype(np.uint8) * 255)
    a, b = (cv2.GaussianBlur(i, (0, 0), 1.2).astype(float).ravel() for i in (true, glyph.image))
    return float(np.corrcoef(a, b)[0, 1]) > 0.8


def with_stroke(drawn: DrawnField, *points: tuple[float, float], pen: int = 6) -> DrawnField:
    """The field with a polyline drawn over it."""
    ink = np.zeros_like(drawn.scan)
    corners = np.round(np.array(points)).astype(np.int32)
    cv2.polylines(ink, [corners], False, 255, pen, cv2.LINE_AA)
    return with_ink(drawn, ink)
