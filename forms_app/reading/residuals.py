"""How far off the print of an aligned page is near each of its fields.

Where a field lies beyond the print that was found, its residual grows with the distance; where it
lies beyond the edge of the scan, it is at least how far.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.features import Points
from forms_app.reading.form_template import FormField
from forms_app.reading.geometry import Box
from forms_app.reading.placement import Placement
from forms_app.reading.print_checks import AGREEING_SHARE, Checks, EdgeChecks, Lengths

NEIGHBOURS = 3
BACKING = 2
"""So many pieces of print must have been found near a point: one may be a blunder."""
FREE_SHARE = 100 / 3508
"""Up to this distance from print, over the long side, the displacement is as good as measured."""
SLOPE_SHARE, LEAST_SLOPE = 0.5, 0.01
"""Beyond it the error grows by this share of the page's own steepest change of displacement, or
this much of itself at least. Both as measured: docs/registration.md."""
SEVERAL, MOSTLY_GONE = 3, 0.75
ABSENT_SHARE = 12 / 3508
"""So far off counts a place where edges are missing: as far as print is looked for."""
POINT_SPACING_SHARE = 150 / 3508


def field_residuals(
    fields: Sequence[FormField], checks: Checks, placement: Placement, page_shape: tuple[int, ...]
) -> dict[str, float]:
    """The residual of each field in template pixels, at its worst place.

    Args:
        page_shape: of the scan, in its own pixels.

    At each point along the field it is what was measured near it. To this comes what the
    displacement may have changed since the nearest print found, in the direction in which less of
    it was.
    """
    if not fields:
        return {}
    long_side = max(placement.shape)
    on_fields = [_points_along(f.extent, POINT_SPACING_SHARE * long_side) for f in fields]
    points = np.concatenate(on_fields)
    slope = max(LEAST_SLOPE, SLOPE_SHARE * placement.steepest)
    away = _distance_from_print(points, checks, long_side)
    beyond = np.maximum(0, away - FREE_SHARE * long_side)
    at_points = _measured_near(points, checks, long_side) + slope * beyond
    at_points = np.maximum(at_points, _cut_off_px(points, placement, page_shape))
    firsts = np.cumsum([0, *(len(each) for each in on_fields[:-1])])
    worst = np.maximum.reduceat(at_points, firsts)
    return {field.name: float(px) for field, px in zip(fields, worst, strict=True)}


def _cut_off_px(points: Points, placement: Placement, page_shape: tuple[int, ...]) -> Lengths:
    """How far beyond the edges of the scan each point lies, in template pixels; 0 on it."""
    shown = placement.page_points(points)
    last = np.array(page_shape[1::-1], dtype=np.float64) - 1
    beyond = np.maximum(0, np.maximum(-shown, shown - last)).max(axis=1)
    return np.asarray(beyond * max(placement.shape) / max(page_shape))


def _measured_near(points: Points, checks: Checks, long_side: int) -> Lengths:
    """At each point the median of the nearest patches, so that one blunder has no say.

    Patches that writing hides say nothing, absent ones count as off by the search reach. Edges
    close by count too where they say more.
    """
    telling = checks.only(checks.confirmed | ~checks.present)
    measured = median_of_nearest(points, telling.places, telling.lengths_px)[0]
    reach_px = FREE_SHARE * long_side
    for axis in (0, 1):
        median, farthest = median_of_nearest(points, *checks.edges.along(axis))
        measured = np.maximum(measured, np.where(farthest < reach_px, median, 0.0))
        missing = _are_edges_missing(points, checks.edges, axis, reach_px)
        measured = np.maximum(measured, missing * ABSENT_SHARE * long_side)
    return measured


def _distance_from_print(points: Points, checks: Checks, long_side: int) -> Lengths:
    """How far print was found from each point, in the direction in which that is farther."""
    near_px = AGREEING_SHARE * long_side
    patches = checks.places[checks.confirmed & (checks.lengths_px < near_px)]
    print_found = [
        np.concatenate([patches, places[lengths_px < near_px]])
        for places, lengths_px in map(checks.edges.along, (0, 1))
    ]
    distances = [_second_nearest(points, places, long_side) for places in print_found]
    return np.asarray(np.max(distances, axis=0))


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
