"""Finding a page's rough place on a template page, by matched features and coarse patches.

1. Matched features give a homography and, from what it leaves, a stiff displacement field.
2. Patches of the blank are looked for at 75 dpi. The share found in place, `coverage`, decides
   whether this is the page at all; their offsets make the field better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.features import (
    HomographyEstimate,
    Matrix,
    PageView,
    Points,
    map_points,
    scaling,
)
from forms_app.reading.patches import PatchSet, find_patches
from forms_app.reading.perspective import perspective_in
from forms_app.reading.references import COARSE_SEARCH_PX, WIDE_SEARCH_PX, PageReference
from forms_app.reading.refinement import DisplacementField, FieldFit, fit_field
from forms_app.reading.warping import warp_working_copy

FEATURE_REACH_PX = (24.0, 4.0)
WIDE_REACH_PX = (96.0, 6.0)
COARSE_REACH_PX = (12.0, 3.0)
"""Reach of the robust fit in fine pixels, first and last, see `fit_field`."""
FEATURE_STIFFNESS = (10.0, 10.0)
PATCH_STIFFNESS = (100.0, 1.0)
MIN_PATCHES = 6
MIN_DARK_PATCHES = 20
"""Of the blank's dark print there must be so much for a page to be known by it alone."""
GOOD_ENOUGH, WORTH_ANOTHER = 0.75, 0.03
"""A second map is tried under this coverage, another wide search where the last gained so much."""
HOPELESS, CONVINCING, MAX_GAP_PX, WIDE_SEARCHES = 0.15, 0.97, 200, 3
"""Between these coverages, or where print far from all that was found is missing, wide searches are
made for what the features did not lead to, each from where the last one led."""
TRUSTED_WEIGHT = 0.25
"""The weight of an offset exactly one reach off the field."""


@dataclass(frozen=True, slots=True)
class CoarseFit:
    """A page laid roughly onto a reference; `matrix` (3, 3) maps page to fine template pixels.

    `coverage` is the share (0..1) of the blank's patches found where they should be; of the dark
    ones alone where that is more, as a fax may have lost the pale ones. `gap_px` is how far from
    the nearest one found the loneliest patch lies, in fine pixels.
    """

    matrix: Matrix
    field: DisplacementField
    coverage: float
    gap_px: float

    @property
    def is_convincing(self) -> bool:
        return self.coverage >= CONVINCING and self.gap_px <= MAX_GAP_PX


def coarse_fit(
    view: PageView, reference: PageReference, estimate: HomographyEstimate | None
) -> CoarseFit | None:
    """Looks for the blank's coarse patches where matched features say they are.

    Returns:
        None where the features make no sense or next to none of the print is found.
    """
    if estimate is None:
        return None
    best: CoarseFit | None = None
    for matrix in (estimate.affine, estimate.matrix):
        if matrix is None or not _is_plausible(matrix, view.grey.shape):
            continue
        fit = _fit_from(view, reference, estimate, matrix)
        if fit is not None and (best is None or fit.coverage > best.coverage):
            best = fit
        if best is not None and best.coverage >= GOOD_ENOUGH:
            break
    return best


def _fit_from(
    view: PageView, reference: PageReference, estimate: HomographyEstimate, to_template: Matrix
) -> CoarseFit | None:
    matrix = scaling(reference.grey.shape, reference.view.fine.shape) @ to_template
    return coarse_fit_near(view, reference, matrix, _field_of_features(estimate, matrix, reference))


def coarse_fit_near(
    view: PageView, reference: PageReference, matrix: Matrix, field: DisplacementField
) -> CoarseFit | None:
    """Looks for the blank's coarse patches where a map and a field say they are.

    Args:
        matrix: (3, 3), page pixels to fine template pixels.
        field: displacements in fine template pixels.

    Returns:
        None where next to none of the print is found.
    """
    fit = _search_near(view, reference, matrix, field)
    for _ in range(WIDE_SEARCHES):
        if fit is None or fit.coverage <= HOPELESS or fit.is_convincing:
            break
        again = _search_near(view, reference, fit.matrix, _search_wide(view, reference, fit))
        if again is None or again.coverage <= fit.coverage:
            break
        gained, fit = again.coverage - fit.coverage, again
        if gained < WORTH_ANOTHER:
            break
    return fit


def _search_near(
    view: PageView, reference: PageReference, matrix: Matrix, field: DisplacementField
) -> CoarseFit | None:
    """Looks for the coarse patches close to where the field says; None if few are found."""
    good, places, offsets, scores = _coarse_offsets(
        view, reference, matrix, field, reference.coarse_patches, COARSE_SEARCH_PX
    )
    if len(places) < MIN_PATCHES:
        return None
    shape = reference.view.fine.shape

    def fitted(wanted: Points) -> FieldFit:
        return fit_field(
            shape, places, wanted, scores, reach_px=COARSE_REACH_PX, stiffness=PATCH_STIFFNESS
        )

    fit = fitted(offsets)
    flat = perspective_in(fit.field, shape)
    if flat is not None:
        matrix = flat @ matrix
        fit = fitted(map_points(flat, places + offsets) - places)
    trusted = good.copy()
    trusted[good] = fit.weights > TRUSTED_WEIGHT
    return CoarseFit(matrix, fit.field, _coverage(trusted, reference), _gap_px(trusted, reference))


def _gap_px(trusted: NDArray[np.bool_], reference: PageReference) -> float:
    centres = reference.coarse_patches.centres
    if not trusted.any():
        return float(np.inf)
    away = np.linalg.norm(centres[:, None] - centres[None, trusted], axis=-1).min(axis=1)
    to_fine = max(reference.view.fine.shape) / max(reference.view.coarse.shape)
    return float(away.max() * to_fine)


def _coverage(trusted: NDArray[np.bool_], reference: PageReference) -> float:
    of_dark = trusted[~reference.is_pale(reference.coarse_patches)]
    share = float(trusted.mean())
    return max(share, float(of_dark.mean())) if len(of_dark) >= MIN_DARK_PATCHES else share


def _search_wide(view: PageView, reference: PageReference, fit: CoarseFit) -> DisplacementField:
    """A stiff field that also reaches print far from the rest, such as marks in a corner."""
    _, places, offsets, scores = _coarse_offsets(
        view, reference, fit.matrix, fit.field, reference.wide_patches, WIDE_SEARCH_PX
    )
    if len(places) < MIN_PATCHES:
        return fit.field
    return fit_field(
        reference.view.fine.shape, places, offsets, scores,
        reach_px=WIDE_REACH_PX, stiffness=PATCH_STIFFNESS,
    ).field  # fmt: skip


def _coarse_offsets(
    view: PageView,
    reference: PageReference,
    matrix: Matrix,
    field: DisplacementField,
    patches: PatchSet,
    search_px: int,
) -> tuple[NDArray[np.bool_], Points, Points, Points]:
    """Which patches are found; their places, displacements (fine pixels) and scores."""
    fine, coarse = reference.view.fine.shape, reference.view.coarse.shape
    image = warp_working_copy(view, matrix, field, fine, coarse)
    found = find_patches(image, patches, search_px)
    good = found.are_found
    to_fine = scaling(coarse, fine)
    places = map_points(to_fine, patches.centres[good])
    found_at = map_points(to_fine, (patches.centres + found.offsets)[good])
    # What the field shows at p + d belongs at p: the page lies d + u(p + d) off there.
    return good, places, found_at - places + field.at(found_at), found.scores[good]


def _field_of_features(
    estimate: HomographyEstimate, matrix: Matrix, reference: PageReference
) -> DisplacementField:
    """A stiff field from the matched features that lie near the homography."""
    fine = reference.view.fine.shape
    places = map_points(scaling(reference.grey.shape, fine), estimate.targets)
    offsets = map_points(matrix, estimate.sources) - places
    near = np.linalg.norm(offsets, axis=1) < FEATURE_REACH_PX[0]
    return fit_field(
        fine, places[near], offsets[near], np.ones(int(near.sum())),
        reach_px=FEATURE_REACH_PX, stiffness=FEATURE_STIFFNESS,
    ).field  # fmt: skip


def _is_plausible(matrix: Matrix, shape: tuple[int, ...]) -> bool:
    """Whether the map keeps the page's outline convex and its reading direction unmirrored."""
    height, width = shape
    outline = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    depth = outline @ matrix[2, :2] + matrix[2, 2]
    if np.any(depth * np.sign(matrix[2, 2]) < 0.2 * abs(matrix[2, 2])):
        return False
    sides = np.diff(map_points(matrix, outline), axis=0, append=map_points(matrix, outline[:1]))
    following = np.roll(sides, -1, axis=0)
    turns = sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0]
    return bool(np.all(turns > 0))
