"""The perspective that a displacement field stands for.

A photograph's features may lead to a map without perspective, or to a wrong one. Patches found
from there tell the right one, and what is left to the field is the bend of the sheet alone.
"""

from __future__ import annotations

import cv2
import numpy as np

from forms_app.reading.features import Matrix
from forms_app.reading.refinement import DisplacementField

GRID = 9
"""Points along each side of the page that the homography is fitted to."""
SLIGHT_PX = 0.5
"""A field holds a perspective to first order; what this leaves out, in fine pixels."""


def perspective_in(field: DisplacementField, shape: tuple[int, ...]) -> Matrix | None:
    """The map (3, 3) of fine template pixels that undoes as much of a field as a homography can.

    Args:
        shape: of the fine image.

    Returns:
        None where the field holds what there is of it well enough.
    """
    xs, ys = (np.linspace(0, side, GRID) for side in shape[1::-1])
    places = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    moved = field.at(places)
    found, _ = cv2.findHomography(places + moved, places, 0)
    if found is None:
        return None
    matrix = np.asarray(found, np.float64)
    farthest_px = float(np.linalg.norm(moved, axis=1).max())
    left_out_px = farthest_px * float(np.abs(places @ matrix[2, :2]).max())
    return matrix if left_out_px > SLIGHT_PX else None
