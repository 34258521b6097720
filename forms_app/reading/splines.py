"""Uniform cubic B-spline surfaces over a page: their basis, penalties and homographies.

A surface has its knots on a grid of `(rows, columns)`, `KNOT_SPACING_PX` apart, one beyond either
end of the page and one more; K of them in all, row by row.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

KNOT_SPACING_PX = 160.0
"""Of the fine image: 27 mm on A4, the scale on which paper curls and a feeder slips."""

Array = NDArray[np.floating[Any]]
Indices = NDArray[np.integer[Any]]


def knot_counts(shape: tuple[int, ...]) -> tuple[int, int]:
    """Rows and columns of knots for a fine image of this shape."""
    rows, columns = (int(np.ceil(side / KNOT_SPACING_PX)) + 3 for side in shape[:2])
    return rows, columns


def sparse_rows(points: Array, counts: tuple[int, int]) -> tuple[Indices, Array]:
    """The 16 knots that bear on each point, `(N, 16)`, and their basis values."""
    first_row, down = _pieces(points[:, 1], counts[0])
    first_column, across = _pieces(points[:, 0], counts[1])
    rows, columns = first_row[:, None] + np.arange(4), first_column[:, None] + np.arange(4)
    knots = rows[:, :, None] * counts[1] + columns[:, None, :]
    values = down[:, :, None] * across[:, None, :]
    return knots.reshape(-1, 16), values.reshape(-1, 16)


def basis(coordinates: Array, count: int) -> Array:
    """Uniform cubic B-spline values `(N, count)`."""
    first, pieces = _pieces(coordinates, count)
    values = np.zeros((len(coordinates), count))
    np.put_along_axis(values, first[:, None] + np.arange(4), pieces, axis=1)
    return values


def _pieces(coordinates: Array, count: int) -> tuple[Indices, Array]:
    """First knot `(N,)` and the four basis values `(N, 4)`; beyond the knots it is clamped."""
    position = np.clip(coordinates / KNOT_SPACING_PX, 0, count - 3 - 1e-9)
    first = np.floor(position).astype(np.intp)
    t = position - first
    pieces = np.stack(
        [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], axis=1
    )
    return first, pieces / 6


@cache
def bending(counts: tuple[int, int]) -> Array:
    """Squared second differences along rows, along columns and across both, `(K, K)`."""
    rows, columns = counts
    return np.asarray(
        np.kron(_squared_differences(rows, 2), np.eye(columns))
        + np.kron(np.eye(rows), _squared_differences(columns, 2))
        + 2 * np.kron(_squared_differences(rows, 1), _squared_differences(columns, 1))
    )


@cache
def slopes(counts: tuple[int, int]) -> Array:
    """Squared differences of neighbours along rows and along columns, `(K, K)`."""
    rows, columns = counts
    return np.asarray(
        np.kron(_squared_differences(rows, 1), np.eye(columns))
        + np.kron(np.eye(rows), _squared_differences(columns, 1))
    )


@cache
def homography_modes(counts: tuple[int, int], long_side: int) -> Array:
    """Knots `(2, K, 8)` of the dx, dy that a slightly other homography makes.

    Shift, scale and shear (three modes for dx, three for dy) and the two perspectives, each 1 px
    over the page's long side. To first order a perspective moves points by a parabola.
    """
    step = KNOT_SPACING_PX / long_side
    ys, xs = (
        part.ravel() * step
        for part in np.meshgrid(*(np.arange(-1, count - 1.0) for count in counts), indexing="ij")
    )
    one, none = np.ones_like(xs), np.zeros_like(xs)
    # A spline's knots lie a third of a squared step beside a parabola.
    across = np.stack([one, xs, ys, none, none, none, xs**2 - step**2 / 3, xs * ys], axis=1)
    down = np.stack([none, none, none, one, xs, ys, xs * ys, ys**2 - step**2 / 3], axis=1)
    return np.stack([across, down])


def _squared_differences(count: int, order: int) -> Array:
    differences = np.diff(np.eye(count), n=order, axis=0)
    return np.asarray(differences.T @ differences, dtype=np.float64)
