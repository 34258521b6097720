"""A thin-plate spline (Bookstein, IEEE PAMI 1989): the smoothest bend through a few points."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.features import Points

SOFTNESS = 1e-4
"""Points are placed within a few pixels: the sheet need not crease to meet each exactly."""


def thin_plate(places: Points, offsets: Points, wanted: Points) -> Points:
    """Offsets `(M, 2)` at wanted places `(M, 2)`, through offsets `(N, 2)` at places `(N, 2)`.

    The places must not all lie in one line.
    """
    unit = np.ptp(places, axis=0).max()
    plane = np.column_stack([np.ones(len(places)), places / unit])
    bending = _kernel(places / unit, places / unit) + SOFTNESS * np.eye(len(places))
    system = np.block([[bending, plane], [plane.T, np.zeros((3, 3))]])
    weights = np.linalg.solve(system, np.concatenate([offsets, np.zeros((3, 2))]))
    flat = np.column_stack([np.ones(len(wanted)), wanted / unit])
    return np.asarray(np.hstack([_kernel(wanted / unit, places / unit), flat]) @ weights)


def _kernel(some: Points, others: Points) -> NDArray[np.floating[Any]]:
    squared = np.square(some[:, None] - others[None]).sum(axis=-1)
    return np.asarray(squared * np.log(np.maximum(squared, np.finfo(float).tiny)))
