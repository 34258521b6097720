"""Whether a displacement is one that a sheet of paper makes.

Paper bends: where the displacement changes fast, the print in between changes with it, and the
patches found there lie on the field. Where a page is torn, or its lower half was laid a cell off,
the print jumps: the smooth field cannot follow, and the patches around the jump disagree with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.refinement import DisplacementField

STEEP = 0.045
"""Change of displacement per pixel above which the print around has to agree. Scanned sheets stay
under 0.03; photographs of bent ones reach 0.1 (docs/registration.md)."""
AGREEING_PX = 1.0
"""Of the fine image (150 dpi): as near to the field a patch must lie to agree with it."""
NEIGHBOURS = 12

Lengths = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Strain:
    """`steepest` is the largest change of displacement per pixel where there is print.

    `agreement` (0..1) is the least share of patches that lie on the field, of those around any
    steep place; 1 where no place is steep.
    """

    steepest: float
    agreement: float


def measure_strain(
    field: DisplacementField, shape: tuple[int, ...], centres: Lengths, misfits_px: Lengths
) -> Strain:
    """The strain of a fitted field.

    Args:
        shape: of the fine image.
        centres: (N, 2) of all patches looked for, in the fine image.
        misfits_px: (N,) how far off the field each was found; inf where it was not.
    """
    places, slopes = field.slopes(shape, centres)
    steep = places[slopes > STEEP]
    steepest = float(slopes.max(initial=0.0))
    if not len(steep):
        return Strain(steepest, 1.0)
    away = np.linalg.norm(steep[:, None] - centres[None], axis=-1)
    nearest = np.argsort(away, axis=1)[:, :NEIGHBOURS]
    agreeing = (misfits_px < AGREEING_PX)[nearest].mean(axis=1)
    return Strain(steepest, float(agreeing.min()))
