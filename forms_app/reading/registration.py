"""Laying a page onto its template page: homography, local refinement, residual, quality gates.

1. AKAZE features at 75 dpi, MAGSAC homography (SIFT at 100 dpi as the retry).
2. Patches of the blank found at 75 dpi within 5 mm: a second homography and a stiff field.
   The share of the blank's patches that is found decides whether it is this page at all.
3. Patches at 150 dpi within 1 mm, twice: the displacement field.
4. One resampling of the page; the residual is measured on patches that took no part in 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.errors import ForeignPageError, PoorRegistrationError
from forms_app.reading.features import (
    COARSE_LONG_SIDE_PX,
    FINE_LONG_SIDE_PX,
    MAGSAC_REACH_PX,
    Features,
    HomographyEstimate,
    Matrix,
    PageView,
    Points,
    estimate_homography,
    map_points,
    resized_to,
    scaling,
    sift_features,
    view_page,
)
from forms_app.reading.form_template import FormField
from forms_app.reading.geometry import Box
from forms_app.reading.patches import PatchSet, choose_patches, find_patches
from forms_app.reading.refinement import DisplacementField, fit_field
from forms_app.reading.types import AlignedPage, GreyImage
from forms_app.reading.warping import warp_page

COARSE_SEARCH_PX = 8
FINE_SEARCH_PX = (6, 3)
FEATURE_REACH_PX = (24.0, 4.0)
COARSE_REACH_PX = (12.0, 3.0)
FINE_REACH_PX = ((4.0, 1.5), (2.0, 0.7))
"""Reach of the robust fit, first and last round, in fine pixels; see `fit_field`."""
FEATURE_STIFFNESS = 10.0
MIN_PATCHES = 6
MIN_SCORE = 0.5
MIN_COVERAGE = 0.5
"""Least share of the blank's patches found in place, weighted over the page."""
MAX_RESIDUAL_SHARE = 6 / 3508
"""Residual limit over the long side: 6 px, half a millimetre, at 300 dpi."""
NEIGHBOURS = 4


@dataclass(frozen=True, slots=True)
class PageReference:
    """A blank template page and what registration needs of it, computed once.

    `grey` is the blank at template size; the rest is private to reading.
    """

    number: int
    grey: GreyImage
    view: PageView
    sift: Features
    coarse_patches: PatchSet
    fitting_patches: PatchSet
    checking_patches: PatchSet


@dataclass(frozen=True, slots=True)
class CoarseFit:
    """A page laid roughly onto a reference; `matrix` (3, 3) maps page to fine template pixels.

    `coverage` is the share (0..1) of the blank's patches found where they should be.
    """

    matrix: Matrix
    field: DisplacementField
    coverage: float


@dataclass(frozen=True, slots=True)
class Placement:
    """Where every template point lies on the page: homography and displacement together.

    `matrix` (3, 3) maps page pixels to fine template pixels, `field` is in those.
    """

    matrix: Matrix
    field: DisplacementField
    fine_shape: tuple[int, ...]
    shape: tuple[int, ...]

    def page_points(self, points: Points) -> Points:
        """Page pixels `(N, 2)` of template points `(N, 2)`."""
        fine = map_points(scaling(self.shape, self.fine_shape), points)
        return map_points(np.linalg.inv(self.matrix), fine + self.field.at(fine))


def prepare_reference(number: int, blank: GreyImage) -> PageReference:
    """Features and patches of a blank page (about 0.3 s): cache the result.

    Args:
        number: 1-based number of the template page.
        blank: `(H, W)` uint8 at template size.
    """
    view = view_page(blank)
    coarse = choose_patches(_softened(view.coarse), 31, 28, COARSE_SEARCH_PX)
    fine = choose_patches(_softened(view.fine), 33, 40, FINE_SEARCH_PX[0])
    held_out = np.arange(len(fine)) % 4 == 1
    return PageReference(
        number, blank, view, sift_features(blank), coarse,
        fine.subset(~held_out), fine.subset(held_out),
    )  # fmt: skip


def align_page(
    page: GreyImage, reference: PageReference, fields: Sequence[FormField] = ()
) -> AlignedPage:
    """Lays a page onto one template page, whichever way up it lies.

    Args:
        page: grey scan `(H, W)` uint8, any resolution.
        fields: the template page's fields, for their own residuals.

    Raises:
        BlankPageError, ForeignPageError, PoorRegistrationError: see `reading.errors`.
    """
    view = view_page(page)
    return lay_page(view, reference, coarse_fit(view, reference), fields)


def coarse_fit(view: PageView, reference: PageReference) -> CoarseFit:
    """Finds the page's place on the reference to about half a millimetre.

    Raises:
        ForeignPageError: the blank's print is not found on the page.
    """
    best = _best_fit(view, reference)
    if best is None or best.coverage < MIN_COVERAGE:
        found = 0.0 if best is None else best.coverage
        raise ForeignPageError(
            f"This page is not page {reference.number} of the form: only {found:.0%} of the "
            "printed form was found on it. Check that the right form was scanned."
        )
    return best


def lay_page(
    view: PageView, reference: PageReference, fit: CoarseFit, fields: Sequence[FormField]
) -> AlignedPage:
    """Refines a coarse fit, resamples the page onto the template and measures what is left.

    Raises:
        PoorRegistrationError: the residual is above the limit or could not be measured.
    """
    field = place_page(view, reference, fit).field
    fine_shape = reference.view.fine.shape
    grey = warp_page(view.grey, fit.matrix, field, fine_shape, reference.grey.shape)
    points, lengths = _measured_residuals(grey, reference)
    residual = float(np.percentile(lengths, 95))
    limit = MAX_RESIDUAL_SHARE * max(reference.grey.shape)
    if residual > limit:
        raise PoorRegistrationError(
            f"This page could not be laid onto page {reference.number} of the form precisely "
            f"enough ({residual:.1f} px off, limit {limit:.1f}). Scan it again, flat and whole."
        )
    homography = scaling(fine_shape, reference.grey.shape) @ fit.matrix
    turns = quarter_turns_of(homography, view.grey.shape)
    upright = homography @ np.linalg.inv(turning(turns, view.grey.shape))
    residuals = {f.name: _residual_near(f.extent, points, lengths) for f in fields}
    return AlignedPage(reference.number, grey, upright, turns, residual, residuals)


def quarter_turns_of(homography: Matrix, shape: tuple[int, ...]) -> int:
    """How many counter-clockwise quarter turns bring a page of this shape upright."""
    height, width = shape
    middle = np.array([[width / 2, height / 2], [width / 2 + width / 8, height / 2]])
    (x0, y0), (x1, y1) = map_points(homography, middle)
    clockwise_deg = np.degrees(np.arctan2(y1 - y0, x1 - x0))
    return round(-clockwise_deg / 90) % 4


def turning(quarter_turns: int, shape: tuple[int, ...]) -> Matrix:
    """The (3, 3) map of pixels that `np.rot90` by so many turns makes of an image."""
    height, width = shape
    matrix = np.eye(3)
    for _ in range(quarter_turns):
        matrix = np.array([[0, 1, 0], [-1, 0, width - 1], [0, 0, 1]], float) @ matrix
        height, width = width, height
    return matrix


def _best_fit(view: PageView, reference: PageReference) -> CoarseFit | None:
    """The fit from AKAZE features, or from SIFT features where that one does not convince."""
    reach = MAGSAC_REACH_PX * max(reference.grey.shape) / COARSE_LONG_SIDE_PX
    first = estimate_homography(view.features, reference.view.features, reach)
    fit = _verified(view, reference, first)
    if fit is not None and fit.coverage >= MIN_COVERAGE:
        return fit
    second = _verified(
        view, reference, estimate_homography(sift_features(view.grey), reference.sift, reach)
    )
    return max((f for f in (fit, second) if f is not None), key=_coverage_of, default=None)


def _coverage_of(fit: CoarseFit) -> float:
    return fit.coverage


def _verified(
    view: PageView, reference: PageReference, estimate: HomographyEstimate | None
) -> CoarseFit | None:
    """Looks for the blank's coarse patches where the homography says they are."""
    if estimate is None or not _is_plausible(estimate.matrix, view.grey.shape):
        return None
    fine, coarse = reference.view.fine.shape, reference.view.coarse.shape
    matrix = scaling(reference.grey.shape, fine) @ estimate.matrix
    field = _field_of_features(estimate, matrix, reference)
    patches = reference.coarse_patches
    image = _working_warp(view, matrix, field, fine, coarse)
    found = find_patches(image, patches, COARSE_SEARCH_PX)
    good = found.scores >= MIN_SCORE
    if good.sum() < MIN_PATCHES:
        return None
    to_fine = scaling(coarse, fine)
    places = map_points(to_fine, patches.centres[good])
    found_at = map_points(to_fine, (patches.centres + found.offsets)[good])
    fit = fit_field(
        fine, places, found_at - places + field.at(found_at), found.scores[good],
        reach_px=COARSE_REACH_PX,
    )  # fmt: skip
    trusted = int((fit.weights > 0.25).sum())
    return CoarseFit(matrix, fit.field, trusted / len(patches))


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


def place_page(view: PageView, reference: PageReference, fit: CoarseFit) -> Placement:
    """Refines a coarse fit by patches at 150 dpi."""
    field, shape = fit.field, reference.view.fine.shape
    patches = reference.fitting_patches
    for search_px, reach_px in zip(FINE_SEARCH_PX, FINE_REACH_PX, strict=True):
        image = _working_warp(view, fit.matrix, field, shape, shape)
        found = find_patches(image, patches, search_px)
        good = found.scores >= MIN_SCORE
        if good.sum() < MIN_PATCHES:
            break
        places = patches.centres[good] + found.offsets[good]
        # What the field shows at p + d belongs at p: the page lies d + u(p + d) off there.
        offsets = found.offsets[good] + field.at(places)
        field = fit_field(
            shape, patches.centres[good], offsets, found.scores[good], reach_px=reach_px
        ).field
    return Placement(fit.matrix, field, shape, reference.grey.shape)


def _measured_residuals(
    grey: GreyImage, reference: PageReference
) -> tuple[Points, NDArray[np.float64]]:
    """Where the held-out patches lie and how far off each is, in template pixels."""
    shape = reference.view.fine.shape
    found = find_patches(
        _softened(resized_to(grey, FINE_LONG_SIDE_PX)), reference.checking_patches,
        FINE_SEARCH_PX[0],
    )  # fmt: skip
    good = found.scores >= MIN_SCORE
    if not good.any():
        raise PoorRegistrationError(
            f"This page resembles page {reference.number} of the form, but too little of the "
            "printed form is visible to lay it on precisely. Scan it again, flat and whole."
        )
    scale = max(reference.grey.shape) / max(shape)
    points = map_points(
        scaling(shape, reference.grey.shape), reference.checking_patches.centres[good]
    )
    return points, np.linalg.norm(found.offsets[good], axis=1) * scale


def _residual_near(extent: Box, points: Points, lengths: NDArray[np.float64]) -> float:
    """The second largest residual among the nearest patches: one blunder has no say."""
    nearest = np.argsort(_distances(extent, points))[:NEIGHBOURS]
    ordered = np.sort(lengths[nearest])
    return float(ordered[-2] if len(ordered) > 2 else ordered[-1])


def _distances(extent: Box, points: Points) -> NDArray[np.float64]:
    dx = np.maximum(np.maximum(extent.x - points[:, 0], points[:, 0] - extent.right), 0)
    dy = np.maximum(np.maximum(extent.y - points[:, 1], points[:, 1] - extent.bottom), 0)
    return np.asarray(np.hypot(dx, dy), dtype=np.float64)


def _working_warp(
    view: PageView,
    matrix: Matrix,
    field: DisplacementField,
    fine_shape: tuple[int, ...],
    shape: tuple[int, ...],
) -> GreyImage:
    """The page at a working size of the template, from the smallest copy that is sharp enough."""
    for source in (view.coarse, view.fine, view.grey):
        from_source = matrix @ scaling(source.shape, view.grey.shape)
        if _magnification(scaling(fine_shape, shape) @ from_source, source.shape) <= 1.25:
            break
    return _softened(warp_page(source, from_source, field, fine_shape, shape))


def _magnification(matrix: Matrix, shape: tuple[int, ...]) -> float:
    """Linear scale of a projective map in the middle of an image."""
    y, x = shape[0] / 2, shape[1] / 2
    corners = map_points(matrix, np.array([[x, y], [x + 1, y], [x, y + 1]]))
    (ax, ay), (bx, by) = corners[1] - corners[0], corners[2] - corners[0]
    return float(np.sqrt(abs(ax * by - ay * bx)))


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


def _softened(image: GreyImage) -> GreyImage:
    """A little blur: a one-bit scan's jagged edges otherwise cost correlation."""
    return np.asarray(cv2.GaussianBlur(image, (3, 3), 0), dtype=np.uint8)
