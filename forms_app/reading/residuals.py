"""How far off the print of an aligned page is: for the page, and near each of its fields.

The page's residual is measured on the result, on patches that took no part in fitting it. A
field's takes in the fitted patches too: what of its print is absent matters as much. Where a field
lies beyond the print that was found, its residual grows with the distance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.edges import find_edges
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
from forms_app.reading.pale_print import depths_of, has_lost_pale_print
from forms_app.reading.patches import PatchSet, find_patches, ink_kept
from forms_app.reading.placement import MIN_SCORE, Placement
from forms_app.reading.references import FINE_SEARCH_PX, PageReference
from forms_app.reading.types import GreyImage

Lengths = NDArray[np.floating[Any]]

MIN_INK_KEPT = 0.8
MOSTLY = 0.6
MIN_LEFT = 6
"""Held-out patches that must be left to judge by where pale print is excused."""
NEIGHBOURS = 3
BACKING = 2
"""So many pieces of print must have been found near a point: one may be a blunder."""
AGREEING_SHARE = 3 / 3508
FREE_SHARE = 100 / 3508
"""Up to this distance from print, over the long side, the displacement is as good as measured."""
SLOPE_SHARE, LEAST_SLOPE = 0.5, 0.01
"""Beyond it the error grows by this share of the page's own steepest change of displacement, or
this much of itself at least. Both as measured: docs/registration.md."""
MANY_ABSENT = 0.2
SEVERAL, MOSTLY_GONE = 3, 0.75
ABSENT_SHARE = 12 / 3508
"""So far off counts a place where edges are missing: as far as print is looked for."""
POINT_SPACING_SHARE = 150 / 3508


@dataclass(frozen=True, slots=True)
class EdgeChecks:
    """Straight edges found on the result: `places` (N, 2) and how far off, `lengths_px` (N,), in
    template pixels; `axes` (N,) is the only direction in which each says anything. `absent` (2
    arrays, one a direction) are the places of those where paper is seen instead."""

    places: Points
    axes: NDArray[np.intp]
    lengths_px: Lengths
    absent: tuple[Points, Points]

    def along(self, axis: int) -> tuple[Points, Lengths]:
        return self.places[self.axes == axis], self.lengths_px[self.axes == axis]


NOWHERE = np.empty((0, 2))
NO_EDGES = EdgeChecks(NOWHERE, np.empty(0, np.intp), np.empty(0), (NOWHERE, NOWHERE))


@dataclass(frozen=True, slots=True)
class Checks:
    """What patches of the print say of the result.

    `places` (N, 2) and `lengths_px` (N,), how far off each is, are in template pixels; a patch
    that was not `confirmed` by correlation counts as off by the whole search reach. `present`
    says whether its print is there at all, be it written over. `depths` are how much darker than
    paper the blank's print is, in grey levels.
    """

    places: Points
    lengths_px: Lengths
    confirmed: NDArray[np.bool_]
    present: NDArray[np.bool_]
    depths: Lengths
    edges: EdgeChecks = NO_EDGES

    def only(self, chosen: NDArray[np.bool_]) -> Checks:
        """Of these patches; the edges stay."""
        return Checks(
            self.places[chosen],
            self.lengths_px[chosen],
            self.confirmed[chosen],
            self.present[chosen],
            self.depths[chosen],
            self.edges,
        )


def check_print(
    grey: GreyImage, reference: PageReference, placement: Placement
) -> tuple[Checks, Checks]:
    """What the held-out patches say of an aligned page `(H, W)`, and what all patches say.

    Pale print that the page has lost altogether, as a fax does, says nothing and is left out.
    """
    image = softened(resized_to(grey, FINE_LONG_SIDE_PX))
    found = find_patches(image, reference.checking_patches, FINE_SEARCH_PX[0])
    off_px = np.where(found.scores >= MIN_SCORE, np.linalg.norm(found.offsets, axis=1), np.inf)
    held_out = _checks(image, reference, reference.checking_patches, off_px)
    fitted = _checks(image, reference, reference.fitting_patches, placement.misfits_px)
    lost = _is_lost(held_out, reference), _is_lost(fitted, reference)
    depths = np.concatenate([held_out.depths[lost[0]], fitted.depths[lost[1]]])
    enough = (~lost[0]).sum() >= MIN_LEFT
    edges = _edge_checks(image, reference)
    if enough and len(depths) and _is_nowhere(image, reference, depths):
        held_out, fitted = held_out.only(~lost[0]), fitted.only(~lost[1])
        edges = replace(edges, absent=NO_EDGES.absent)
    elif _are_edges_nowhere(image, reference, edges):
        edges = replace(edges, absent=NO_EDGES.absent)
    return held_out, _together(held_out, fitted, edges)


def _edge_checks(image: GreyImage, reference: PageReference) -> EdgeChecks:
    matches, edges = find_edges(image, reference.edges), reference.edges
    fine, template = reference.view.fine.shape, reference.grey.shape
    places = map_points(scaling(fine, template), edges.centres)
    lengths = np.abs(matches.offsets_px[matches.found]) * (max(template) / max(fine))
    found = matches.found
    absent = places[matches.absent & (edges.axes == 0)], places[matches.absent & (edges.axes == 1)]
    return EdgeChecks(places[found], edges.axes[found], lengths, absent)


def _are_edges_nowhere(image: GreyImage, reference: PageReference, edges: EdgeChecks) -> bool:
    """Whether the page has lost its pale edges, of which there may be no patches."""
    if sum(map(len, edges.absent)) < MANY_ABSENT * len(reference.edges):
        return False
    depths = np.ptp(reference.edges.profiles, axis=1)
    pale = depths[depths < reference.pale_limit]
    return len(pale) > 0 and _is_nowhere(image, reference, pale)


def _is_lost(checks: Checks, reference: PageReference) -> NDArray[np.bool_]:
    """Pale print that is not there; where most of it is not, what was found far off is not it."""
    pale = checks.depths < reference.pale_limit
    lost = pale & ~checks.present
    if lost.sum() > MOSTLY * pale.sum():
        far = checks.lengths_px > AGREEING_SHARE * max(reference.grey.shape)
        return np.asarray(pale & far)
    return lost


def _is_nowhere(image: GreyImage, reference: PageReference, depths: Lengths) -> bool:
    blank = softened(reference.view.fine)
    return has_lost_pale_print(image, blank, float(np.median(depths)), reference.pale_limit)


def _together(first: Checks, second: Checks, edges: EdgeChecks) -> Checks:
    return Checks(
        np.concatenate([first.places, second.places]),
        np.concatenate([first.lengths_px, second.lengths_px]),
        np.concatenate([first.confirmed, second.confirmed]),
        np.concatenate([first.present, second.present]),
        np.concatenate([first.depths, second.depths]),
        edges,
    )


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
    return Checks(places, lengths, confirmed, present, depths_of(patches))


def field_residuals(
    fields: Sequence[FormField], checks: Checks, placement: Placement
) -> dict[str, float]:
    """The residual of each field in template pixels, at its worst place.

    At each point along the field it is the median of the nearest patches, so that one blunder has
    no say; patches that writing hides say nothing, absent ones count as off by the search reach.
    Edges close by count too where they say more. To this comes what the displacement may have
    changed since the nearest print found, in the direction in which less of it was.
    """
    telling = checks.confirmed | ~checks.present
    places, lengths_px = checks.places[telling], checks.lengths_px[telling]
    long_side = max(placement.shape)
    agreeing = checks.confirmed & (checks.lengths_px < AGREEING_SHARE * long_side)
    print_found = [
        np.concatenate([checks.places[agreeing], places[lengths < AGREEING_SHARE * long_side]])
        for places, lengths in map(checks.edges.along, (0, 1))
    ]
    slope = max(LEAST_SLOPE, SLOPE_SHARE * placement.steepest)
    on_fields = [_points_along(f.extent, POINT_SPACING_SHARE * long_side) for f in fields]
    if not on_fields:
        return {}
    points = np.concatenate(on_fields)
    measured = median_of_nearest(points, places, lengths_px)[0]
    for axis in (0, 1):
        median, farthest = median_of_nearest(points, *checks.edges.along(axis))
        measured = np.maximum(measured, np.where(farthest < FREE_SHARE * long_side, median, 0.0))
    for axis in (0, 1):
        missing = _are_edges_missing(points, checks.edges, axis, FREE_SHARE * long_side)
        measured = np.maximum(measured, missing * ABSENT_SHARE * long_side)
    away = np.max([_second_nearest(points, places, long_side) for places in print_found], axis=0)
    at_points = measured + slope * np.maximum(0, away - FREE_SHARE * long_side)
    firsts = np.cumsum([0, *(len(each) for each in on_fields[:-1])])
    worst = np.maximum.reduceat(at_points, firsts)
    return {field.name: float(px) for field, px in zip(fields, worst, strict=True)}


def median_of_nearest(
    points: Points, places: Points, lengths_px: Lengths
) -> tuple[Lengths, Lengths]:
    """At each point the median of the nearest lengths, and how far the farthest of these lies."""
    count = min(NEIGHBOURS, len(places))
    if not count:
        return np.zeros(len(points)), np.full(len(points), np.inf)
    away = _distances(points, places)
    nearest = np.argpartition(away, count - 1, axis=1)[:, :count]
    farthest = np.take_along_axis(away, nearest, axis=1).max(axis=1)
    return np.median(lengths_px[nearest], axis=1), farthest


def _are_edges_missing(
    points: Points, edges: EdgeChecks, axis: int, reach_px: float
) -> NDArray[np.bool_]:
    """Where most of the edges of one direction within reach are absent, and there are several."""
    there = (_distances(points, edges.along(axis)[0]) < reach_px).sum(axis=1)
    gone = (_distances(points, edges.absent[axis]) < reach_px).sum(axis=1)
    return np.asarray((gone >= SEVERAL) & (gone > MOSTLY_GONE * (there + gone)))


def _second_nearest(points: Points, places: Points, otherwise: float) -> Lengths:
    if len(places) < BACKING:
        return np.full(len(points), otherwise)
    away = _distances(points, places)
    return np.asarray(np.partition(away, BACKING - 1, axis=1)[:, BACKING - 1])


def _points_along(box: Box, spacing_px: float) -> Points:
    """A grid `(N, 2)` over a box, its corners included."""
    xs, ys = (
        np.linspace(start, start + side, int(np.ceil(side / spacing_px)) + 1)
        for start, side in ((box.x, box.width), (box.y, box.height))
    )
    return np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)


def _distances(points: Points, places: Points) -> NDArray[np.floating[Any]]:
    """Between each of `(N, 2)` and each of `(M, 2)`: `(N, M)`."""
    dx, dy = (points[:, None, i] - places[None, :, i] for i in (0, 1))
    return np.asarray(np.sqrt(dx * dx + dy * dy))
