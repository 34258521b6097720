"""Quarter turns: which way up a page lies, and what turning does to its pixels."""

from __future__ import annotations

import numpy as np

from forms_app.reading.features import Matrix, map_points


def quarter_turns_of(homography: Matrix, shape: tuple[int, ...]) -> int:
    """How many counter-clockwise quarter turns bring a page of this shape upright."""
    height, width = shape
    middle = np.array([[width / 2, height / 2], [width / 2 + width / 8, height / 2]])
    (x0, y0), (x1, y1) = map_points(homography, middle)
    clockwise_deg = np.degrees(np.arctan2(y1 - y0, x1 - x0))
    return int(round(-clockwise_deg / 90) % 4)


def turning(quarter_turns: int, shape: tuple[int, ...]) -> Matrix:
    """The (3, 3) map of pixels that `np.rot90` by so many turns makes of an image."""
    height, width = shape
    matrix = np.eye(3)
    for _ in range(quarter_turns):
        matrix = np.array([[0, 1, 0], [-1, 0, width - 1], [0, 0, 1]], float) @ matrix
        height, width = width, height
    return matrix
