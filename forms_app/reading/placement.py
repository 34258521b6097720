"""A page's exact place on a template page: patches and edges at 150 dpi refine the coarse fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.coarse_placement import MIN_PATCHES, CoarseFit
from forms_app.reading.edges import find_edges
from forms_app.reading.features import (
    Matrix,
    PageView,
    Points,
    map_points,
    resized_to,
    scaling,
)
from forms_app.reading.patches import find_patches
from forms_app.reading.references import FINE_SEARCH_PX, PageReference
from forms_app.reading.refinement import DisplacementField, fit_field, robust_weights
from forms_app.reading.types import NEUTRAL, ChromaImage, GreyImage
from forms_app.reading.warping import magnification, warp_page, warp_working_copy

FINE_REACH_PX = (1.0, 4.0)
"""Reach of the robust fit in fine pixels, least and most, see `fit_field`: it begins at three times
the median offset and ends at the least."""
FINE_STIFFNESS = (1.0, 0.25)
EDGE_TRUST = 0.5
"""Weight of a piece of edge beside a patch's 0.5 to 1."""
NEAR_ENOUGH_PX = 1.0
"""A second round is made only where the first moved nine in ten points by more."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where every template point lies on the page: homography and displacement together.

    `matrix` (3, 3) maps page pixels to fine template pixels, `field` is in those.
    `misfits_px` (N,), also in those, is how far from the field each fitting patch was found, inf
    if it was not; `steepest` is the field's largest change per pixel where there is print.
    """

    matrix: Matrix
    field: DisplacementField
    fine_shape: tuple[int, ...]
    shape: tuple[int, ...]
    misfits_px: NDArray[np.floating[Any]]
    steepest: float

    def page_points(self, points: Points) -> Points:
        """Page pixels `(N, 2)` of template points `(N, 2)`."""
        fine = map_points(scaling(self.shape, self.fine_shape), points)
        return map_points(np.linalg.inv(self.matrix), fine + self.field.at(fine))


def place_page(view: PageView, reference: PageReference, fit: CoarseFit) -> Placement:
    """Refines a coarse fit by patches and straight edges at 150 dpi.

    A second round, on the page as the first has laid it, is made where the first moved much.
    """
    field, shape = fit.field, reference.view.fine.shape
    patches = reference.fitting_patches
    misfits = np.full(len(patches), np.inf)
    for search_px in FINE_SEARCH_PX:
        image = warp_working_copy(view, fit.matrix, field, shape, shape)
        found = find_patches(image, patches, search_px)
        good = found.are_found
        if good.sum() < MIN_PATCHES:
            break
        places = patches.centres[good] + found.offsets[good]
        offsets = found.offsets[good] + field.at(places)
        measured = _with_edges(
            image, reference, field, patches.centres[good], offsets, found.scores[good]
        )
        field, moved_px = _refit(shape, field, *measured)
        misfits[:] = np.inf
        misfits[good] = np.linalg.norm(offsets - field.at(patches.centres[good]), axis=1)
        if moved_px < NEAR_ENOUGH_PX:
            break
    steepest = float(field.slopes(shape, patches.centres)[1].max(initial=0.0))
    return Placement(fit.matrix, field, shape, reference.grey.shape, misfits, steepest)


def _refit(
    shape: tuple[int, ...], field: DisplacementField, points: Points, offsets: Points, trust: Points
) -> tuple[DisplacementField, float]:
    """A field through the offsets, and how far nine in ten of them lie from the one before.

    What lies much farther from it than most has no say at first: where a fax has broken a pale
    line, a few neighbouring pieces may be found off, all to the same side.
    """
    moved = (trust > 0) * (offsets - field.at(points))
    lengths_px = np.linalg.norm(moved, axis=1)
    reach = float(np.clip(3 * np.median(lengths_px), FINE_REACH_PX[0], FINE_REACH_PX[1]))
    refitted = fit_field(
        shape, points, offsets, trust,
        reach_px=(reach, FINE_REACH_PX[0]), stiffness=FINE_STIFFNESS,
        first_weights=robust_weights(lengths_px**2, reach),
    ).field  # fmt: skip
    return refitted, float(np.percentile(lengths_px, 90))


def _with_edges(
    image: GreyImage,
    reference: PageReference,
    field: DisplacementField,
    points: Points,
    offsets: Points,
    scores: Points,
) -> tuple[Points, Points, Points]:
    """Points, offsets and trust `(N, 2)` of patches and of the edges found, one direction each."""
    edges = reference.edges
    matches = find_edges(image, edges)
    centres, axes = edges.centres[matches.found], edges.axes[matches.found]
    across = np.eye(2)[axes]
    moved = centres + matches.offsets_px[matches.found, None] * across
    wanted = moved - centres + field.at(moved)
    trust = np.concatenate([np.repeat(scores[:, None], 2, axis=1), EDGE_TRUST * across])
    return np.concatenate([points, centres]), np.concatenate([offsets, wanted]), trust


def lay_onto_template(view: PageView, placement: Placement) -> GreyImage:
    """The page at exactly the template's pixels, resampled once."""
    source, shape = view.grey, placement.shape
    to_template = scaling(placement.fine_shape, shape) @ placement.matrix
    shrink = magnification(to_template, source.shape)
    if shrink < 0.7:
        source = resized_to(source, round(max(source.shape) * shrink))
    matrix = placement.matrix @ scaling(source.shape, view.grey.shape)
    return warp_page(source, matrix, placement.field, placement.fine_shape, shape)


def lay_chroma(chroma: ChromaImage, view: PageView, placement: Placement) -> ChromaImage:
    """The page's colours at half the template's size."""
    shape = (placement.shape[0] // 2, placement.shape[1] // 2)
    matrix = placement.matrix @ scaling(chroma.shape, view.grey.shape)
    return warp_page(chroma, matrix, placement.field, placement.fine_shape, shape, NEUTRAL)
