"""Whether a displacement is one that a sheet of paper makes.

Paper bends: where the displacement changes fast, the print in between changes with it, and lies
where the field says. Where a page is torn, or its lower half was laid a cell off, the print jumps:
the smooth field cannot follow, and the print around the jump is not where it says.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.refinement import DisplacementField

STEEP = 0.045
"""Change of displacement per pixel above which the print around has to agree. Scanned sheets stay
under 0.03; photographs of bent ones reach 0.1 (docs/registration.md)."""
NEIGHBOURS = 12

Points = NDArray[np.floating[Any]]


def least_agreement(
    field: DisplacementField, shape: tuple[int, ...], places: Points, agrees: NDArray[np.bool_]
) -> float:
    """The least share (0..1) of pieces of print that agree, of those around any steep place.

    Args:
        shape: of the fine image.
        places: (N, 2) where the blank's print is, in the fine image; what writing hides left out.
        agrees: (N,) whether it was found there on the page.

    Returns:
        1 where the field is steep nowhere.
    """
    at, slopes = field.slopes(shape, places)
    steep = at[slopes > STEEP]
    if not len(steep):
        return 1.0
    away = np.linalg.norm(steep[:, None] - places[None], axis=-1)
    nearest = np.argsort(away, axis=1)[:, :NEIGHBOURS]
    return float(agrees[nearest].mean(axis=1).min())
