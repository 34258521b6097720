"""Straight printed edges of a blank, found again across their direction only.

A corner can be found anywhere, a line only across itself. But combs, boxes, panels and rules are
made of lines, and where they are pale there is little else to hold a field by. Each piece of edge
is reduced to its profile, the median along it, so that writing which crosses it has no say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.patches import INK_DEPTH
from forms_app.reading.types import GreyImage

LENGTH_PX, STEP_PX = 25, 2
"""Of a piece of edge, and between the samples along it: 4 mm, less than a cell's side."""
HALF_PROFILE_PX = 5
SEARCH_PX = 6
"""1 mm: well under half the pitch of any comb."""
PITCH_PX = 40
MIN_STEP = 3.0
"""Least change of grey per pixel across an edge, all along it: a tint of grey 235 has more."""
UNIQUENESS = 0.8
LOBE_RADIUS_PX = 3
MIN_SCORE = 0.85
CONTRAST_KEPT = (0.3, 3.0)
"""Share of the blank's own contrast that a profile on the page may have: where a tint is lost, the
stroke of a pen looks like its rim, only much darker."""

MIN_INK_KEPT = 0.8
"""Where more of a piece's ink is dark on the page, writing may hide it: as for patches."""

NEIGHBOURS, MIN_VOUCHED, AGREEING_PX = 6, 0.6, 1.0
"""So many pieces around must be found, and agree."""

Array = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class EdgeSet:
    """Pieces of edge in one working image of a blank.

    `centres` (N, 2) are x, y; `axes` (N,) is the coordinate that each piece fixes: 0 for upright
    edges (x), 1 for level ones (y). `profiles` (N, 2 * HALF_PROFILE_PX + 1) are grey values,
    `neighbours` (N, NEIGHBOURS) the nearest other pieces that fix the same coordinate.
    """

    centres: Array
    axes: NDArray[np.intp]
    profiles: Array
    neighbours: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.centres)


@dataclass(frozen=True, slots=True)
class EdgeMatches:
    """How far along its axis each piece was found, `offsets_px` (N,), and which were `found`.

    `absent` (N,) are those whose place is paper. Pieces under writing are neither, nor are those in
    their place that too few others vouch for.
    """

    offsets_px: Array
    found: NDArray[np.bool_]
    absent: NDArray[np.bool_]


def choose_edges(blank: GreyImage) -> EdgeSet:
    """The clearest upright and the clearest level piece of edge in each grid cell of a blank.

    Pieces whose profile looks like another within the search window are left out.

    Args:
        blank: working image `(H, W)`, softened.
    """
    chosen = [(x, y, axis) for axis in (0, 1) for x, y in _clearest(_persistence(blank, axis))]
    centres = np.array([(x, y) for x, y, _ in chosen], np.float64).reshape(-1, 2)
    axes = np.array([axis for *_, axis in chosen], np.intp)
    reach = HALF_PROFILE_PX + SEARCH_PX
    around = _profiles(blank, centres, axes, reach)
    middle = around[:, SEARCH_PX : around.shape[1] - SEARCH_PX]
    beside = np.abs(np.arange(-SEARCH_PX, SEARCH_PX + 1)) > LOBE_RADIUS_PX
    unique = _correlations(around, middle)[:, beside].max(axis=1, initial=-1.0) < UNIQUENESS
    return _without_lone_ones(centres[unique], axes[unique], middle[unique])


def _without_lone_ones(centres: Array, axes: NDArray[np.intp], profiles: Array) -> EdgeSet:
    """Of each direction all pieces or none: few cannot vouch for each other."""
    kept = np.bincount(axes, minlength=2)[axes] > NEIGHBOURS
    centres, axes, profiles = centres[kept], axes[kept], profiles[kept]
    away = np.linalg.norm(centres[:, None] - centres[None], axis=-1)
    away[axes[:, None] != axes[None]] = np.inf
    np.fill_diagonal(away, np.inf)
    return EdgeSet(centres, axes, profiles, np.argsort(away, axis=1)[:, :NEIGHBOURS])


def find_edges(image: GreyImage, edges: EdgeSet) -> EdgeMatches:
    """Looks for each piece across its direction within `SEARCH_PX` of its place.

    Found is a piece only where most pieces around it are, about as far off: handwriting may look
    like one of them where the print is lost, but not like all.
    """
    if not len(edges):
        return EdgeMatches(np.empty(0), np.empty(0, bool), np.empty(0, bool))
    around = _profiles(image, edges.centres, edges.axes, HALF_PROFILE_PX + SEARCH_PX)
    scores = _correlations(around, edges.profiles)
    best = np.clip(scores.argmax(axis=1), 1, 2 * SEARCH_PX - 1)
    rows = np.arange(len(edges))
    before, middle, after = (scores[rows, best + step] for step in (-1, 0, 1))
    curvature = np.minimum(before - 2 * middle + after, -1e-9)
    offsets = best - SEARCH_PX + np.clip((before - after) / (2 * curvature), -0.5, 0.5)
    window = best[:, None] + np.arange(edges.profiles.shape[1])
    contrast = np.ptp(np.take_along_axis(around, window, axis=1), axis=1)
    kept = contrast / np.ptp(edges.profiles, axis=1)
    is_alike = (kept > CONTRAST_KEPT[0]) & (kept < CONTRAST_KEPT[1])
    is_top = (middle >= before) & (middle >= after) & (middle >= MIN_SCORE)
    found = is_top & is_alike
    absent = ~found & (_ink_kept(around, edges.profiles) < MIN_INK_KEPT)
    theirs = np.where(found[edges.neighbours], offsets[edges.neighbours], offsets[:, None])
    agrees = np.abs(np.median(theirs, axis=1) - offsets) < AGREEING_PX
    vouched = found[edges.neighbours].mean(axis=1) >= MIN_VOUCHED
    return EdgeMatches(offsets, found & agrees & vouched, absent)


def _ink_kept(around: Array, profiles: Array) -> Array:
    """Share (0..1) of each profile's ink that is dark on the page too, within a pixel."""
    inner = around[:, SEARCH_PX - 1 : around.shape[1] - SEARCH_PX + 1]
    darkest_near = np.lib.stride_tricks.sliding_window_view(inner, 3, axis=1).min(axis=2)
    ink, paper = profiles.min(axis=1, keepdims=True), profiles.max(axis=1, keepdims=True)
    is_dark = darkest_near < around.max(axis=1, keepdims=True) - INK_DEPTH * (paper - ink)
    is_ink = profiles < (ink + paper) / 2
    return np.asarray((is_dark & is_ink).sum(axis=1) / np.maximum(is_ink.sum(axis=1), 1))


def _persistence(blank: GreyImage, axis: int) -> Array:
    """The least change of grey across an edge along a piece of it, whichever side is darker."""
    along = (1, LENGTH_PX) if axis == 0 else (LENGTH_PX, 1)
    change = cv2.Sobel(blank, cv2.CV_32F, int(axis == 0), int(axis == 1), ksize=3, scale=1 / 8)
    piece = np.ones(along[::-1], np.uint8)
    return np.maximum(cv2.erode(change, piece), cv2.erode(-change, piece))


def _clearest(strength: Array) -> list[tuple[int, int]]:
    margin = max(LENGTH_PX // 2, HALF_PROFILE_PX + SEARCH_PX) + 1
    inner = np.ascontiguousarray(strength[margin:-margin, margin:-margin])
    places = []
    for top in range(0, inner.shape[0], PITCH_PX):
        for left in range(0, inner.shape[1], PITCH_PX):
            cell = inner[top : top + PITCH_PX, left : left + PITCH_PX]
            _, most, _, (x, y) = cv2.minMaxLoc(cell)
            if most >= MIN_STEP:
                places.append((margin + left + x, margin + top + y))
    return places


def _profiles(image: GreyImage, centres: Array, axes: NDArray[np.intp], reach: int) -> Array:
    """Grey values across each piece, `(N, 2 * reach + 1)`: the median along it."""
    across = np.arange(-reach, reach + 1)
    along = np.arange(-(LENGTH_PX // 2), LENGTH_PX // 2 + 1, STEP_PX)
    xs, ys = centres.astype(np.intp).T
    upright = axes == 0
    profiles = np.empty((len(centres), len(across)))
    for chosen, dx, dy in (
        (upright, across[:, None], along[None]),
        (~upright, along[None], across[:, None]),
    ):
        samples = image[ys[chosen, None, None] + dy, xs[chosen, None, None] + dx]
        profiles[chosen] = np.median(samples, axis=2)
    return profiles


def _correlations(around: Array, profiles: Array) -> Array:
    """Normalised correlation of each profile with each place in its surroundings."""
    windows = np.lib.stride_tricks.sliding_window_view(around, profiles.shape[1], axis=1)
    centred = windows - windows.mean(axis=2, keepdims=True)
    wanted = profiles - profiles.mean(axis=1, keepdims=True)
    products = np.einsum("nsk,nk->ns", centred, wanted)
    norms = np.linalg.norm(centred, axis=2) * np.linalg.norm(wanted, axis=1)[:, None]
    return np.asarray(products / np.maximum(norms, 1e-6), dtype=np.float64)
