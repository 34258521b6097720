"""How far off the print of an aligned page is: for the page, and near each of its fields.

Measured on the result, on patches that took no part in fitting the placement. Where a field lies
beyond the print that was found, its residual grows with the distance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.features import (
    FINE_LONG_SIDE_PX,
    Points,
    map_points,
    resized_to,
    scaling,
    softened,
)
from forms_app.reading.form_template import FormField
from forms_app.reading.geometry import Box
from forms_app.reading.patches import find_patches, ink_kept
from forms_app.reading.placement import MIN_SCORE, Placement
from forms_app.reading.references import FINE_SEARCH_PX, PageReference
from forms_app.reading.types import GreyImage

MIN_INK_KEPT = 0.8
NEIGHBOURS = 5
BACKING = 2
"""So many pieces of print must have been found near a point: one may be a blunder."""
FREE_SHARE = 100 / 3508
"""Up to this distance from print, over the long side, the displacement is as good as measured."""
SLOPE_SHARE, LEAST_SLOPE = 0.5, 0.01
"""Beyond it the error grows by this share of the page's own steepest change of displacement, or
this much of itself at least. Both as measured: docs/registration.md."""
POINT_SPACING_SHARE = 150 / 3508


@dataclass(frozen=True, slots=True)
class Checks:
    """What the held-out patches say of the result.

    `places` (N, 2) and `lengths_px` (N,), how far off each is, are in template pixels; a patch
    that was not `confirmed` by correlation counts as off by the whole search reach. `present`
    says whether its print is there at all, be it written over.
    """

    places: Points
    lengths_px: NDArray[np.floating[Any]]
    confirmed: NDArray[np.bool_]
    present: NDArray[np.bool_]


def check_print(grey: GreyImage, reference: PageReference) -> Checks:
    """Looks for the held-out patches on an aligned page `(H, W)` of the template's size."""
    patches, reach = reference.checking_patches, FINE_SEARCH_PX[0]
    image = softened(resized_to(grey, FINE_LONG_SIDE_PX))
    found = find_patches(image, patches, reach)
    confirmed = found.scores >= MIN_SCORE
    lengths = np.where(confirmed, np.linalg.norm(found.offsets, axis=1), reach)
    fine = reference.view.fine.shape
    scale = max(grey.shape) / max(fine)
    places = map_points(scaling(fine, grey.shape), patches.centres)
    present = confirmed | (ink_kept(image, patches) >= MIN_INK_KEPT)
    return Checks(places, lengths * scale, confirmed, present)


def field_residuals(
    fields: Sequence[FormField], checks: Checks, placement: Placement
) -> dict[str, float]:
    """The residual of each field in template pixels, at its worst place.

    At each point along the field it is the median of the nearest patches, so that one blunder has
    no say; patches that writing hides say nothing, absent ones count as off by the search reach.
    To this comes what the displacement may have changed since the nearest print found.
    """
    telling = checks.confirmed | ~checks.present
    places, lengths_px = checks.places[telling], checks.lengths_px[telling]
    to_template = scaling(placement.fine_shape, placement.shape)
    print_found = np.concatenate(
        [map_points(to_template, placement.found), checks.places[checks.confirmed]]
    )
    long_side = max(placement.shape)
    slope = max(LEAST_SLOPE, SLOPE_SHARE * placement.steepest)
    residuals = {}
    for field in fields:
        points = _points_along(field.extent, POINT_SPACING_SHARE * long_side)
        nearest = np.argsort(_distances(points, places), axis=1)[:, :NEIGHBOURS]
        measured = np.median(lengths_px[nearest], axis=1)
        away = np.sort(_distances(points, print_found), axis=1)[:, :BACKING][:, -1]
        beyond = np.maximum(0, away - FREE_SHARE * long_side)
        residuals[field.name] = float(np.max(measured + slope * beyond))
    return residuals


def _points_along(box: Box, spacing_px: float) -> Points:
    """A grid `(N, 2)` over a box, its corners included."""
    xs, ys = (
        np.linspace(start, start + side, int(np.ceil(side / spacing_px)) + 1)
        for start, side in ((box.x, box.width), (box.y, box.height))
    )
    return np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)


def _distances(points: Points, places: Points) -> NDArray[np.floating[Any]]:
    """Between each of `(N, 2)` and each of `(M, 2)`: `(N, M)`."""
    return np.asarray(np.linalg.norm(points[:, None] - places[None], axis=-1))
