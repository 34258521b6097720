"""The local refinement: a smooth displacement field over what a homography leaves.

A uniform cubic B-spline surface for each of dx, dy, fitted to patch offsets by penalised least
squares (P-splines: Eilers & Marx, Statistical Science 1996) with Geman-McClure weights, so that a
patch that disagrees with its neighbours (found on handwriting, or a cell off) loses its say. The
first rounds are stiff, so that a few such patches at the rim of the print cannot bend the field
to themselves before they are weighed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

KNOT_SPACING_PX = 160.0
"""Of the fine image: 27 mm on A4, the scale on which paper curls and a feeder slips."""
BENDING_WEIGHT = 0.006
FLATNESS_WEIGHT = 1e-4
"""Ties neighbouring knots faintly, so that areas without print keep their neighbours' offset."""
HOMOGRAPHY_WEIGHT = 1e-4
"""Ties knots faintly to no displacement: three knots beyond the last print little is left of it."""
ROUNDS = 6
LEAST_SAY = 0.06
"""Below this weight an offset is left out: where there is no other print it would still pull."""

Array = NDArray[np.floating[Any]]
Indices = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class DisplacementField:
    """`knots` (rows, columns, 2): B-spline coefficients of dx, dy, all in fine template pixels."""

    knots: Array

    def at(self, points: Array) -> Array:
        """Displacements `(N, 2)` at `(N, 2)` points x, y."""
        rows, columns = self.knots.shape[:2]
        knots, values = _sparse_rows(points, (rows, columns))
        return np.asarray(np.einsum("nk,nkd->nd", values, self.knots.reshape(-1, 2)[knots]))

    def on_grid(self, xs: Array, ys: Array) -> Array:
        """Displacements `(len(ys), len(xs), 2)` on a rectangular grid."""
        rows, columns = self.knots.shape[:2]
        across, down = _basis(xs, columns), _basis(ys, rows)
        return np.stack([down @ self.knots[:, :, i] @ across.T for i in (0, 1)], axis=-1)

    def slopes(
        self, shape: tuple[int, ...], points: Array, pitch_px: int = 80
    ) -> tuple[Array, Array]:
        """How fast the displacement changes between neighbouring grid cells that hold points.

        Returns:
            places `(M, 2)` x, y and the change per pixel there, `(M,)`.
        """
        xs, ys = (np.arange(0, side, pitch_px, dtype=np.float64) for side in shape[1::-1])
        moved = self.on_grid(xs, ys)
        held = np.zeros((len(ys), len(xs)), dtype=bool)
        held[points[:, 1].astype(int) // pitch_px, points[:, 0].astype(int) // pitch_px] = True
        across = held[:, 1:] & held[:, :-1], np.diff(moved, axis=1), (pitch_px / 2, 0.0)
        down = held[1:] & held[:-1], np.diff(moved, axis=0), (0.0, pitch_px / 2)
        places, changes = [], []
        for both_held, change, step in (across, down):
            rows, columns = np.nonzero(both_held)
            places.append(np.column_stack([xs[columns], ys[rows]]) + step)
            changes.append(np.linalg.norm(change[rows, columns], axis=-1) / pitch_px)
        return np.concatenate(places), np.concatenate(changes)


@dataclass(frozen=True, slots=True)
class FieldFit:
    """A fitted field and the weight (0..1) that each offset ended with."""

    field: DisplacementField
    weights: Array


def fit_field(
    shape: tuple[int, ...],
    points: Array,
    offsets: Array,
    scores: Array,
    *,
    reach_px: tuple[float, float],
    stiffness: tuple[float, float] = (1.0, 1.0),
    first_weights: Array | None = None,
) -> FieldFit:
    """Fits a field to offsets `(N, 2)` measured at points `(N, 2)`, fine template pixels.

    Args:
        shape: of the fine template image.
        scores: trust in each offset, 0 or more: (N,), or (N, 2) where an offset may be known in
            one direction only; its other part is then of no account.
        reach_px: an offset this far from the field has a quarter of its weight; first round, last.
        stiffness: factor on the bending weight, first round, last; more for few or coarse offsets.
        first_weights: (N,) 0..1, each offset's say in the first round; otherwise all have the same.
    """
    counts = _knot_counts(shape)
    columns, values = _sparse_rows(points, counts)
    faint = FLATNESS_WEIGHT * _slopes(counts)
    faint += HOMOGRAPHY_WEIGHT * np.eye(len(faint))
    weights = np.ones(len(points)) if first_weights is None else first_weights
    known = scores.reshape(len(points), -1) > 0
    knots = np.zeros((counts[0] * counts[1], 2))
    for reach, stiff in zip(
        np.geomspace(*reach_px, ROUNDS), np.geomspace(*stiffness, ROUNDS), strict=True
    ):
        penalty = stiff * BENDING_WEIGHT * _bending(counts) + faint
        knots = np.concatenate(
            [
                _solution(columns, values, weights * trust, wanted, penalty)
                for trust, wanted in _directions(scores, offsets)
            ],
            axis=1,
        )
        fitted = np.einsum("nk,nkd->nd", values, knots[columns])
        misfit = np.sum((known * (fitted - offsets)) ** 2, axis=1)
        weights = robust_weights(misfit, reach)
        weights[weights < LEAST_SAY] = 0
    return FieldFit(DisplacementField(knots.reshape(*counts, 2)), weights)


def robust_weights(squared_misfits: Array, reach: float) -> Array:
    """Geman and McClure's: 1 for what fits, a quarter at one reach."""
    return np.asarray((reach**2 / (reach**2 + squared_misfits)) ** 2)


def _sparse_rows(points: Array, counts: tuple[int, int]) -> tuple[Indices, Array]:
    """The 16 knots that bear on each point, `(N, 16)`, and their basis values."""
    first_row, down = _pieces(points[:, 1], counts[0])
    first_column, across = _pieces(points[:, 0], counts[1])
    rows, columns = first_row[:, None] + np.arange(4), first_column[:, None] + np.arange(4)
    knots = rows[:, :, None] * counts[1] + columns[:, None, :]
    values = down[:, :, None] * across[:, None, :]
    return knots.reshape(-1, 16), values.reshape(-1, 16)


def _directions(scores: Array, offsets: Array) -> Iterator[tuple[Array, Array]]:
    """Trust `(N,)` and wanted displacements `(N, 1 or 2)`: together, or each direction alone."""
    if scores.ndim == 1:
        yield scores, offsets
    else:
        for axis in (0, 1):
            yield scores[:, axis], offsets[:, axis : axis + 1]


def _solution(
    columns: Indices, values: Array, weights: Array, wanted: Array, penalty: Array
) -> Array:
    """The knots `(K, 1 or 2)` of one least squares fit.

    Sums over the 16 x 16 knots of each point: far less work than a dense product.
    """
    told = weights > 0
    columns, values, weights, wanted = columns[told], values[told], weights[told], wanted[told]
    count = len(penalty)
    weighted = values * weights[:, None]
    pairs = columns[:, :, None] * count + columns[:, None, :]
    products = weighted[:, :, None] * values[:, None, :]
    normal = np.bincount(pairs.ravel(), products.ravel(), count * count).reshape(count, count)
    right = [
        np.bincount(columns.ravel(), (weighted * part[:, None]).ravel(), count) for part in wanted.T
    ]
    _, solution = cv2.solve(normal + penalty, np.stack(right, axis=1), flags=cv2.DECOMP_CHOLESKY)
    return np.asarray(solution, dtype=np.float64)


def _knot_counts(shape: tuple[int, ...]) -> tuple[int, int]:
    rows, columns = (int(np.ceil(side / KNOT_SPACING_PX)) + 3 for side in shape[:2])
    return rows, columns


def _pieces(coordinates: Array, count: int) -> tuple[Indices, Array]:
    """First knot `(N,)` and the four basis values `(N, 4)`; beyond the knots it is clamped."""
    position = np.clip(coordinates / KNOT_SPACING_PX, 0, count - 3 - 1e-9)
    first = np.floor(position).astype(np.intp)
    t = position - first
    pieces = np.stack(
        [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], axis=1
    )
    return first, pieces / 6


def _basis(coordinates: Array, count: int) -> Array:
    """Uniform cubic B-spline values `(N, count)`."""
    first, pieces = _pieces(coordinates, count)
    values = np.zeros((len(coordinates), count))
    np.put_along_axis(values, first[:, None] + np.arange(4), pieces, axis=1)
    return values


@cache
def _bending(counts: tuple[int, int]) -> Array:
    """Squared second differences along rows, along columns and across both."""
    rows, columns = counts
    return np.asarray(
        np.kron(_squared_differences(rows, 2), np.eye(columns))
        + np.kron(np.eye(rows), _squared_differences(columns, 2))
        + 2 * np.kron(_squared_differences(rows, 1), _squared_differences(columns, 1))
    )


@cache
def _slopes(counts: tuple[int, int]) -> Array:
    rows, columns = counts
    return np.asarray(
        np.kron(_squared_differences(rows, 1), np.eye(columns))
        + np.kron(np.eye(rows), _squared_differences(columns, 1))
    )


def _squared_differences(count: int, order: int) -> Array:
    differences = np.diff(np.eye(count), n=order, axis=0)
    return np.asarray(differences.T @ differences, dtype=np.float64)
