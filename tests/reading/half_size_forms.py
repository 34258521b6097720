"""Drawn forms at 150 dpi and what tests of registration ask of them."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from forms_app.reading.registration import PageReference, prepare_reference
from tests.reading.sheets import draw_blank

HEIGHT, WIDTH = 1754, 1240


@cache
def blank(seed: int = 1) -> np.ndarray:
    return draw_blank(seed, HEIGHT, WIDTH)


@cache
def reference(seed: int = 1) -> PageReference:
    return prepare_reference(1, blank(seed))


def ink_points(image: np.ndarray) -> np.ndarray:
    """Points of printed ink: where precision counts."""
    rows, columns = np.nonzero(image < 100)
    chosen = np.random.default_rng(0).choice(len(rows), 2000)
    return np.column_stack([columns[chosen], rows[chosen]]).astype(float)


def sheet_with_corner_marks() -> np.ndarray:
    """Print at the top only, and a mark in each corner."""
    form = draw_blank(3, HEIGHT, WIDTH)
    form[600:] = 255
    for x, y in ((60, 60), (1130, 60), (60, 1650), (1130, 1650)):
        cv2.line(form, (x, y), (x + 50, y), 0, 4)
        cv2.line(form, (x + 25, y), (x + 25, y + 40), 0, 4)
    return form
