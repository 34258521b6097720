"""Laying a page where a person says it lies.

The person's points give a homography, and where there are more than four of them a smooth field
that bends the page to them. The fine refinement starts from there and is kept where it passes its
own check. Where it does not, the page is laid by the print that was found and, far from any, by the
points, and the person must look at the overlay and confirm it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from forms_app.reading.coarse_placement import coarse_fit_near
from forms_app.reading.errors import HandPlacementError, PoorRegistrationError
from forms_app.reading.features import (
    Matrix,
    PageView,
    Points,
    estimate_homography,
    map_points,
    scaling,
    softened,
    view_page,
)
from forms_app.reading.form_template import FormField
from forms_app.reading.patches import find_patches
from forms_app.reading.placement import Placement, lay_onto_template, place_page
from forms_app.reading.print_checks import check_print
from forms_app.reading.references import FINE_SEARCH_PX, PageReference
from forms_app.reading.refinement import DisplacementField, fit_field
from forms_app.reading.registration import MAX_RESIDUAL_SHARE, lay_page
from forms_app.reading.residuals import field_residuals
from forms_app.reading.thin_plate import thin_plate
from forms_app.reading.turning import quarter_turns_of, turning
from forms_app.reading.types import AlignedPage, ChromaImage, GreyImage
from forms_app.reading.warping import warp_page

LEAST_POINTS = 4
LEAST_INLIERS = 10
GRID_PX, GRID_STIFFNESS, ANY_REACH_PX = 80, (0.1, 0.1), (1e6, 1e6)
"""The spline is handed on as its values on this grid of the fine image, each of which is meant."""
ROUNDS, WORTH_ANOTHER = 4, 0.02
"""Print that one round finds leads the next to more; over when the share gained is less."""
NEAR_PRINT_PX = 100
"""Of the fine image, 17 mm: print found so near says more of the place than a person's point."""
NO_PRINT = "Next to none of {form}'s print was found where the points say it is."
OUTLINE_SHARES = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


@dataclass(frozen=True, slots=True)
class PlacedPoint:
    """`scan` is a place on the scan in shares of its width and height (0..1), `template_px` where
    it belongs on the template page."""

    scan: tuple[float, float]
    template_px: tuple[float, float]


@dataclass(frozen=True, slots=True)
class HandPlacement:
    """A page laid by hand; where the refinement did not pass its check, `doubt` says why, and a
    person has to look at `aligned`."""

    aligned: AlignedPage
    doubt: PoorRegistrationError | None = None


def lay_by_points(
    page: GreyImage,
    reference: PageReference,
    points: Sequence[PlacedPoint],
    fields: Sequence[FormField] = (),
    chroma: ChromaImage | None = None,
) -> HandPlacement:
    """Lays a grey scan `(H, W)` uint8 onto a template page by four points or more.

    Its colours, if they are given, serve where the page passes its check: what is laid by the
    points alone is read in grey.

    Raises:
        HandPlacementError: the points do not lay a sheet: too few, in a line, or mirrored.
    """
    view = view_page(page, chroma)
    sources = np.array([point.scan for point in points], float).reshape(-1, 2) * page.shape[::-1]
    targets = np.array([point.template_px for point in points], float).reshape(-1, 2)
    matrix = _homography(sources, targets, page.shape)
    fine_matrix = scaling(reference.grey.shape, reference.view.fine.shape) @ matrix
    places = map_points(scaling(reference.grey.shape, reference.view.fine.shape), targets)
    offsets = map_points(fine_matrix, sources) - places
    field, doubt = _field_through(reference, places, offsets), PoorRegistrationError(NO_PRINT)
    covered = 0.0
    for _ in range(ROUNDS):
        fit = coarse_fit_near(view, reference, fine_matrix, field)
        if fit is None or fit.coverage < covered + WORTH_ANOTHER:
            break
        try:
            return HandPlacement(lay_page(view, reference, fit, fields))
        except PoorRegistrationError as error:
            doubt = error
        refined, covered = place_page(view, reference, fit), fit.coverage
        field = _field_through(
            reference, *_print_and_points(refined, fine_matrix, reference, places, offsets)
        )
    placement = _as_placed(view, reference, fine_matrix, field)
    return HandPlacement(_laid(view, reference, placement, fields), doubt)


def first_points(page: GreyImage, reference: PageReference) -> tuple[PlacedPoint, ...]:
    """Where the scan's four corners probably belong: what a person starts from.

    By matched features where they make sense, else with the scan's outline on the template's.
    """
    view = view_page(page)
    estimate = estimate_homography(view.features, reference.view.features, 6.0)
    if estimate is not None and estimate.inliers >= LEAST_INLIERS:
        try:
            _require_sheet(estimate.matrix, page.shape)
        except HandPlacementError:
            pass
        else:
            return corner_points(estimate.matrix, page.shape)
    height, width = reference.grey.shape
    turns = int((page.shape[0] > page.shape[1]) != (height > width))
    upright = page.shape[::-1] if turns else page.shape
    matrix = scaling(upright, reference.grey.shape) @ turning(turns, page.shape)
    return corner_points(matrix, page.shape)


def corner_points(matrix: Matrix, shape: tuple[int, ...]) -> tuple[PlacedPoint, ...]:
    """The scan's four corners under a map (3, 3) of scan to template pixels."""
    height, width = shape
    placed = map_points(matrix, np.array(OUTLINE_SHARES) * (width, height))
    return tuple(
        PlacedPoint(scan, (float(x), float(y)))
        for scan, (x, y) in zip(OUTLINE_SHARES, placed, strict=True)
    )


def _homography(sources: Points, targets: Points, shape: tuple[int, ...]) -> Matrix:
    if len(sources) < LEAST_POINTS:
        raise HandPlacementError(f"Place at least {LEAST_POINTS} points; {len(sources)} are set.")
    matrix, _ = cv2.findHomography(sources, targets, 0)
    if matrix is None or not np.isfinite(matrix).all():
        raise HandPlacementError("The points lie in one line; move them apart.")
    _require_sheet(np.asarray(matrix, np.float64), shape)
    return np.asarray(matrix, np.float64)


def _require_sheet(matrix: Matrix, shape: tuple[int, ...]) -> None:
    height, width = shape
    outline = np.array(OUTLINE_SHARES) * (width, height)
    depth = outline @ matrix[2, :2] + matrix[2, 2]
    if np.any(depth * np.sign(depth[0]) <= 0.05 * np.abs(depth).max()):
        raise HandPlacementError("The points fold the page over; check that none is misplaced.")
    corners = map_points(matrix, outline).astype(np.float32)
    area = cv2.contourArea(corners, oriented=True)
    if area <= 0 or not cv2.isContourConvex(corners):
        raise HandPlacementError("The points turn the page over; check that none is misplaced.")


def _field_through(reference: PageReference, places: Points, offsets: Points) -> DisplacementField:
    """The smooth field of offsets `(N, 2)` at places `(N, 2)`, fine pixels, that are all meant."""
    shape = reference.view.fine.shape
    xs, ys = (np.arange(0, side + GRID_PX, GRID_PX, dtype=float) for side in shape[1::-1])
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    bent = thin_plate(places, offsets, grid)
    return fit_field(
        shape, grid, bent, np.ones(len(grid)), reach_px=ANY_REACH_PX, stiffness=GRID_STIFFNESS
    ).field


def _print_and_points(
    refined: Placement,
    fine_matrix: Matrix,
    reference: PageReference,
    places: Points,
    offsets: Points,
) -> tuple[Points, Points]:
    """Places and offsets of the print that was found, and of the points with none near them.

    All offsets are those that `fine_matrix` leaves; the refined placement may have another matrix.
    """
    limit_px = MAX_RESIDUAL_SHARE * max(reference.view.fine.shape)
    found = reference.fitting_patches.centres[refined.misfits_px < limit_px]
    away_px = np.linalg.norm(places[:, None] - found[None], axis=-1).min(axis=1, initial=np.inf)
    alone = away_px > NEAR_PRINT_PX
    on_page = map_points(np.linalg.inv(refined.matrix), found + refined.field.at(found))
    return (
        np.concatenate([found, places[alone]]),
        np.concatenate([map_points(fine_matrix, on_page) - found, offsets[alone]]),
    )


def _as_placed(
    view: PageView, reference: PageReference, fine_matrix: Matrix, field: DisplacementField
) -> Placement:
    """As the points say, with what of the print was then found."""
    fine_shape, shape = reference.view.fine.shape, reference.grey.shape
    image = softened(warp_page(view.grey, fine_matrix, field, fine_shape, fine_shape))
    found = find_patches(image, reference.fitting_patches, FINE_SEARCH_PX[0])
    steepest = float(field.slopes(fine_shape, reference.fitting_patches.centres)[1].max(initial=0))
    return Placement(fine_matrix, field, fine_shape, shape, found.misfits_px, steepest)


def _laid(
    view: PageView, reference: PageReference, placement: Placement, fields: Sequence[FormField]
) -> AlignedPage:
    """With the residuals that this leaves."""
    grey = lay_onto_template(view, placement)
    checks, all_checks = check_print(grey, reference, placement)
    residual_px = float(np.percentile(checks.lengths_px, 95)) if len(checks.lengths_px) else 0.0
    matrix = scaling(placement.fine_shape, placement.shape) @ placement.matrix
    turns = quarter_turns_of(matrix, view.grey.shape)
    upright = matrix @ np.linalg.inv(turning(turns, view.grey.shape))
    near_fields = field_residuals(fields, all_checks, placement, view.grey.shape)
    return AlignedPage(reference.number, grey, upright, turns, residual_px, near_fields)
