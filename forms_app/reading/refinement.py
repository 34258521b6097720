"""The local refinement: a smooth displacement field over what a homography leaves.

A uniform cubic B-spline surface for each of dx, dy, fitted to patch offsets by penalised least
squares (P-splines: Eilers & Marx, Statistical Science 1996) with Geman-McClure weights, so that a
patch that disagrees with its neighbours (found on handwriting, or a cell off) loses its say. The
first rounds are stiff, so that a few such patches at the rim of the print cannot bend the field
to themselves before they are weighed.

What is penalised is the bend beside the homography nearest to the offsets, found with it: where the
print ends, the field goes on as that homography does, not straight on.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from forms_app.reading.splines import (
    Array,
    Indices,
    basis,
    bending,
    homography_modes,
    knot_counts,
    slopes,
    sparse_rows,
)

BENDING_WEIGHT = 0.006
FLATNESS_WEIGHT = 1e-4
"""Ties neighbouring knots faintly, so that areas without print keep their neighbours' offset."""
HOMOGRAPHY_WEIGHT = 1e-4
"""Ties knots faintly to the homography nearest to the offsets: three knots beyond the last print
little is left of a bend."""
MODE_WEIGHTS = (1e-6, 1e-4, 1e-4, 1e-6, 1e-4, 1e-4, 1e-4, 1e-4)
"""Ties that homography more faintly still to none: shift, scale and shear of dx, of dy, perspective
(`homography_modes`). Without them it would be unknown where all print lies in one line."""
ROUNDS = 6
LEAST_SAY = 0.06
"""Below this weight an offset is left out: where there is no other print it would still pull."""


@dataclass(frozen=True, slots=True)
class DisplacementField:
    """`knots` (rows, columns, 2): B-spline coefficients of dx, dy, all in fine template pixels."""

    knots: Array

    def at(self, points: Array) -> Array:
        """Displacements `(N, 2)` at `(N, 2)` points x, y."""
        rows, columns = self.knots.shape[:2]
        knots, values = sparse_rows(points, (rows, columns))
        return np.asarray(np.einsum("nk,nkd->nd", values, self.knots.reshape(-1, 2)[knots]))

    def on_grid(self, xs: Array, ys: Array) -> Array:
        """Displacements `(len(ys), len(xs), 2)` on a rectangular grid."""
        rows, columns = self.knots.shape[:2]
        across, down = basis(xs, columns), basis(ys, rows)
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
    counts = knot_counts(shape)
    columns, values = sparse_rows(points, counts)
    count = counts[0] * counts[1]
    known = np.broadcast_to(scores.reshape(len(points), -1), offsets.shape)
    directions = [
        _equations(columns, values, known[:, axis], offsets[:, axis], count) for axis in (0, 1)
    ]
    modes = homography_modes(counts, max(shape))
    faint = FLATNESS_WEIGHT * slopes(counts)
    faint += HOMOGRAPHY_WEIGHT * np.eye(len(faint))
    bent, faintly = bending(counts) @ modes, faint @ modes
    weights = np.ones(len(points)) if first_weights is None else first_weights
    knots: Array = np.zeros((count, 2))
    for reach, stiff in zip(
        np.geomspace(*reach_px, ROUNDS), np.geomspace(*stiffness, ROUNDS), strict=True
    ):
        penalty = stiff * BENDING_WEIGHT * bending(counts) + faint
        pulls = stiff * BENDING_WEIGHT * bent + faintly
        knots = _fitted_knots([each.sums(weights, penalty) for each in directions], pulls, modes)
        fitted = np.einsum("nk,nkd->nd", values, knots[columns])
        misfit = np.sum((known > 0) * (fitted - offsets) ** 2, axis=1)
        weights = robust_weights(misfit, reach)
        weights[weights < LEAST_SAY] = 0
    return FieldFit(DisplacementField(knots.reshape(*counts, 2)), weights)


def robust_weights(squared_misfits: Array, reach: float) -> Array:
    """Geman and McClure's: 1 for what fits, a quarter at one reach."""
    return np.asarray((reach**2 / (reach**2 + squared_misfits)) ** 2)


@dataclass(frozen=True, slots=True)
class _Equations:
    """The offsets known in one direction: which `rows` they are, what they trust and want, and the
    16 knots that bear on each, alone and in `pairs` (136 of them: one of each two alike)."""

    rows: Indices
    trust: Array
    wanted: Array
    columns: Indices
    pairs: Indices
    products: Array

    def sums(self, weights: Array, penalty: Array) -> tuple[Array, Array]:
        """Normal matrix `(K, K)` and right side `(K,)`; far less work than a dense product."""
        count, weighted = len(penalty), (weights[self.rows] * self.trust)[:, None]
        sums = np.bincount(self.pairs.ravel(), (self.products * weighted).ravel(), count * count)
        upper = sums.reshape(count, count)
        normal = upper + upper.T + penalty
        normal[np.diag_indices(count)] -= upper.diagonal()
        right = np.bincount(self.columns.ravel(), (self.wanted * weighted).ravel(), count)
        return normal, np.asarray(right, np.float64)


def _equations(
    columns: Indices, values: Array, trust: Array, offsets: Array, count: int
) -> _Equations:
    rows = np.flatnonzero(trust > 0)
    columns, values = columns[rows], values[rows]
    first, second = np.triu_indices(16)
    return _Equations(
        rows,
        trust[rows],
        values * offsets[rows, None],
        columns,
        columns[:, first] * count + columns[:, second],
        values[:, first] * values[:, second],
    )


def _fitted_knots(equations: list[tuple[Array, Array]], pulls: Array, modes: Array) -> Array:
    """Knots `(K, 2)` of one least squares fit: they are held to the nearest homography.

    The penalty is (k - V t)' P (k - V t) for knots k and any share t of the `modes` V; `pulls` are
    P V. Each direction is solved for its measurements and for each mode, then t for both together.
    """
    inner, right = np.diag(MODE_WEIGHTS).copy(), np.zeros(len(MODE_WEIGHTS))
    solved = []
    for axis, (normal, wanted) in enumerate(equations):
        told = np.concatenate([wanted[:, None], pulls[axis]], axis=1)
        _, solution = cv2.solve(normal, told, flags=cv2.DECOMP_CHOLESKY)
        solved.append(solution)
        inner += pulls[axis].T @ (modes[axis] - solution[:, 1:])
        right += pulls[axis].T @ solution[:, 0]
    shares = np.linalg.solve(inner, right)
    return np.stack([each[:, 0] + each[:, 1:] @ shares for each in solved], axis=1)
