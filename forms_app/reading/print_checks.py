"""What the print of an aligned page says of how it lies: patches and edges looked for once more.

The page is judged by patches that took no part in fitting it, its fields by the fitted ones too:
what of their print is absent matters as much.
"""

from __future__ import annotations

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
from forms_app.reading.pale_print import depths_of, has_lost_pale_print
from forms_app.reading.patches import PatchSet, find_patches, ink_kept
from forms_app.reading.placement import Placement
from forms_app.reading.references import FINE_SEARCH_PX, PageReference
from forms_app.reading.types import GreyImage

Lengths = NDArray[np.floating[Any]]

MIN_INK_KEPT = 0.8
MOSTLY = 0.6
MIN_LEFT = 6
"""Held-out patches that must be left to judge by where pale print is excused."""
AGREEING_SHARE = 3 / 3508
"""Print found this near, over the long side, is the print looked for."""
MANY_ABSENT = 0.2


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
    held_out = _checks(image, reference, reference.checking_patches, found.misfits_px)
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
