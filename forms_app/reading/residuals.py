"""How far off the print of an aligned page is: for the page, and near each of its fields.

The page's residual is measured on the result, on patches that took no part in fitting it. A
field's takes in the fitted patches too: what of its print is absent matters as much. Where a field
lies beyond the print that was found, its residual grows with the distance.
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
from forms_app.reading.patches import PatchSet, find_patches, ink_kept
from forms_app.reading.placement import MIN_SCORE, Placement
from forms_app.reading.references import FINE_SEARCH_PX, PageReference
from forms_app.reading.types import GreyImage

Lengths = NDArray[np.floating[Any]]

MIN_INK_KEPT = 0.8
NEIGHBOURS = 3
BACKING = 2
"""So many pieces of print must have been found near a point: one may be a blunder."""
AGREEING_SHARE = 3 / 3508
FREE_SHARE = 100 / 3508
"""Up to this distance from print, over the long side, the displacement is as good as measured."""
SLOPE_SHARE, LEAST_SLOPE = 0.5, 0.01
"""Beyond it the error grows by this share of the page's own steepest change of displacement, or
this much of itself at least. Both as measured: docs/registration.md."""
POINT_SPACING_SHARE = 150 / 3508


@dataclass(frozen=True, slots=True)
class Checks:
    """What patches of the print say of the result.

    `places` (N, 2) and `lengths_px` (N,), how far off each is, are in template pixels; a patch
    that was not `confirmed` by correlation counts as off by the whole search reach. `present`
    says whether its print is there at all, be it written over.
    """

    places: Points
    lengths_px: Lengths
    confirmed: NDArray[np.bool_]
    present: NDArray[np.bool_]


def check_print(
    grey: GreyImage, reference: PageReference, placement: Placement
) -> tuple[Checks, Checks]:
    """What the held-out patches say of an aligned page `(H, W)`, and what all patches say."""
    image = softened(resized_to(grey, FINE_LONG_SIDE_PX))
    found = find_patches(image, reference.checking_patches, FINE_SEARCH_PX[0])
    off_px = np.where(found.scores >= MIN_SCORE, np.linalg.norm(found.offsets, axis=1), np.inf)
    held_out = _checks(image, reference, reference.checking_patches, off_px)
    fitted = _checks(image, reference, reference.fitting_patches, placement.misfits_px)
    columns = ("places", "lengths_px", "confirmed", "present")
    both = Checks(*(np.concatenate([getattr(held_out, c), getattr(fitted, c)]) for c in columns))
    return held_out, both


def _checks(
    image: GreyImage, reference: PageReference, patches: PatchSet, off_px: Lengths
) -> Checks:
    """Of patches of the fine image, found so many fine pixels off, inf where not found."""
    confirmed = np.isfinite(off_px)
    present = confirmed.copy()
    present[~confirmed] = ink_kept(image, patches.subset(~confirmed)) >= MIN_INK_KEPT
    fine, template = reference.view.fine.shape, reference.grey.shape
    places = map_points(scaling(fine, template), patches.centres)
    lengths = np.minimum(off_px, FINE_SEARCH_PX[0]) * (max(template) / max(fine))
    return Checks(places, lengths, confirmed, present)


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
    long_side = max(placement.shape)
    agreeing = checks.confirmed & (checks.lengths_px < AGREEING_SHARE * long_side)
    print_found = checks.places[agreeing]
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
