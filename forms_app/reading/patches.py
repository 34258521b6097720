"""Small pieces of a blank's print, found again in a page by normalised cross-correlation.

Only pieces that look like nothing else in their surroundings are used: a tick of a comb looks
like the next tick, a line like itself further along, and either would be found one cell off.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.types import GreyImage

MIN_SCORE = 0.5
"""Least correlation of a patch that was found; on print of another form few reach it."""
LOBE_RADIUS_PX = 4
"""Around its true place a patch correlates with itself; beyond this it must not."""
UNIQUENESS = 0.8
NEARLY_UNIQUE, LONELY = (0.9, 0.85), 1.5
"""The end of a line looks like the line a little further along: at most so much beyond its place,
and at the rim of the search window. It serves where nothing better is within so many grid cells."""
BESIDE_PX = 6
"""A corner is equally strong all around it: so far beside the place found, the line may end."""
INK_DEPTH = 0.35
"""Ink on the page is darker than its paper by this share of the blank's own contrast."""
CONTRAST_KEPT = 3.0
"""What has more of the blank's own contrast is no such print: pale cells are alike strokes of a pen
in them, only these are much darker."""
MIN_CONTRAST = 12.0
"""Least standard deviation of a patch in grey levels: empty paper has none."""

Place = tuple[int, int]
"""x, y in pixels."""


@dataclass(frozen=True, slots=True)
class PatchSet:
    """Patches of one working image of a blank.

    `centres` (N, 2) float64 are x, y in that image; `images` (N, size, size) uint8.
    """

    centres: NDArray[np.float64]
    images: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.centres)

    def subset(self, chosen: NDArray[np.bool_]) -> PatchSet:
        return PatchSet(self.centres[chosen], self.images[chosen])


@dataclass(frozen=True, slots=True)
class PatchMatches:
    """Where each patch was found: `offsets` (N, 2) x, y in pixels, `scores` (N,) in -1..1.

    A patch whose best place lies on the rim of its search window was not found: score -1.
    """

    offsets: NDArray[np.float64]
    scores: NDArray[np.float64]

    @property
    def are_found(self) -> NDArray[np.bool_]:
        """Which patches `(N,)` correlate well enough to be the print looked for."""
        return np.asarray(self.scores >= MIN_SCORE, dtype=np.bool_)

    @property
    def misfits_px(self) -> NDArray[np.float64]:
        """How far off each patch was found `(N,)`, inf where it was not."""
        return np.where(self.are_found, np.linalg.norm(self.offsets, axis=1), np.inf)


def choose_patches(blank: GreyImage, size_px: int, pitch_px: int, search_px: int) -> PatchSet:
    """The most corner-like patch of each grid cell that is unique within `search_px`.

    Where there is none around, less unique ones: ends of lines, corners of panels.

    Args:
        blank: working image `(H, W)` of the blank.
        size_px: odd side of a patch.
        pitch_px: side of a grid cell.
        search_px: how far from its place a patch will be looked for.
    """
    usable = _away_from_scanner_border(blank, size_px // 2 + BESIDE_PX)
    strength = cv2.cornerMinEigenVal(blank, blockSize=size_px // 2 | 1, ksize=3)
    strength[~usable] = 0
    half = size_px // 2
    likeness = partial(_likeness, blank, half=half, search=search_px)
    centres = _cell_maxima(strength, half + search_px, pitch_px)
    unique = [centre for centre in centres if likeness(centre)[0] < UNIQUENESS]
    chosen = unique + _lonely_ones(centres, unique, LONELY * pitch_px, likeness)
    images = [blank[y - half : y + half + 1, x - half : x + half + 1] for x, y in chosen]
    return PatchSet(
        np.array(chosen, np.float64).reshape(-1, 2),
        np.array(images, np.uint8).reshape(-1, size_px, size_px),
    )


def find_patches(image: GreyImage, patches: PatchSet, search_px: int) -> PatchMatches:
    """Looks for each patch within `search_px` of its place in an image laid onto the blank."""
    tops = np.zeros((len(patches), 2))
    around = np.zeros((len(patches), 3, 3))
    found = np.zeros(len(patches), dtype=bool)
    most_contrast = CONTRAST_KEPT * patches.images.std(axis=(1, 2))
    for i, (centre, patch) in enumerate(zip(patches.centres, patches.images, strict=True)):
        window = _window(image, centre, patch.shape[0] // 2 + search_px)
        if window is None:
            continue
        response = cv2.matchTemplate(window, patch, cv2.TM_CCOEFF_NORMED)
        _, _, _, (x, y) = cv2.minMaxLoc(response)
        if 0 < x < response.shape[1] - 1 and 0 < y < response.shape[0] - 1:
            size = patch.shape[0]
            _, contrast = cv2.meanStdDev(window[y : y + size, x : x + size])
            if contrast[0, 0] > most_contrast[i]:
                continue
            tops[i], around[i], found[i] = (x, y), response[y - 1 : y + 2, x - 1 : x + 2], True
    tops[:, 0] += _parabola_tops(around[:, 1, :])
    tops[:, 1] += _parabola_tops(around[:, :, 1])
    offsets = np.where(found[:, None], tops - search_px, 0.0)
    return PatchMatches(offsets, np.where(found, around[:, 1, 1], -1.0))


def ink_kept(image: GreyImage, patches: PatchSet) -> NDArray[np.floating[Any]]:
    """Share (0..1) of each patch's ink that is dark in the image too, within a pixel.

    Writing over print keeps it near 1 where correlation fails; print that is elsewhere does not.
    """
    half = patches.images.shape[1] // 2
    darkest_near = np.asarray(cv2.erode(image, np.ones((3, 3), np.uint8)), dtype=np.uint8)
    kept = np.zeros(len(patches))
    for i, (centre, patch) in enumerate(zip(patches.centres, patches.images, strict=True)):
        window = _window(darkest_near, centre, half)
        if window is None:
            continue
        ink, paper = int(patch.min()), int(patch.max())
        dark = window < window.max() - INK_DEPTH * (paper - ink)
        kept[i] = dark[patch < (ink + paper) / 2].mean()
    return kept


def _parabola_tops(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tops of parabolas through `(N, 3)` samples, -0.5..0.5 from the middle one."""
    before, middle, after = samples.T
    curvature = np.minimum(before - 2 * middle + after, -1e-9)
    return np.asarray(np.clip((before - after) / (2 * curvature), -0.5, 0.5))


def _window(image: GreyImage, centre: NDArray[np.float64], reach: int) -> GreyImage | None:
    x, y = int(centre[0]), int(centre[1])
    if x < reach or y < reach or x + reach >= image.shape[1] or y + reach >= image.shape[0]:
        return None
    return image[y - reach : y + reach + 1, x - reach : x + reach + 1]


def _cell_maxima(strength: NDArray[Any], margin: int, pitch: int) -> list[tuple[int, int]]:
    inner = strength[margin:-margin, margin:-margin]
    maxima = []
    for top in range(0, inner.shape[0], pitch):
        for left in range(0, inner.shape[1], pitch):
            _, best, _, (x, y) = cv2.minMaxLoc(inner[top : top + pitch, left : left + pitch])
            if best > 0:
                maxima.append((margin + left + x, margin + top + y))
    return maxima


def _lonely_ones(
    centres: Sequence[Place],
    unique: Sequence[Place],
    reach_px: float,
    likeness: Callable[[Place], tuple[float, float]],
) -> list[Place]:
    """Nearly unique ones on or beside the centres that have no unique one within reach."""
    if not centres:
        return []
    apart = np.array(centres)[:, None] - np.array(unique).reshape(1, -1, 2)
    away_px = np.linalg.norm(apart, axis=-1).min(axis=1, initial=np.inf)
    steps = (0, -BESIDE_PX, BESIDE_PX)
    found = []
    for (x, y), px in zip(centres, away_px, strict=True):
        if px > reach_px:
            around = [(x + dx, y + dy) for dx in steps for dy in steps]
            most, best = min((likeness(place), place) for place in around)
            if most[0] < NEARLY_UNIQUE[0] and most[1] < NEARLY_UNIQUE[1]:
                found.append(best)
    return found


def _likeness(blank: GreyImage, centre: Place, half: int, search: int) -> tuple[float, float]:
    """How much a patch looks like its surroundings beyond its own place, and like what lies at
    the rim of the search window: 0 to 1, 1 also where it is too faint."""
    x, y = centre
    patch = blank[y - half : y + half + 1, x - half : x + half + 1]
    window = _window(blank, np.array(centre), half + search)
    if window is None or patch.std() < MIN_CONTRAST:
        return 1.0, 1.0
    response = cv2.matchTemplate(window, patch, cv2.TM_CCOEFF_NORMED)
    rows, columns = np.ogrid[-search : search + 1, -search : search + 1]
    beyond = response[rows**2 + columns**2 > LOBE_RADIUS_PX**2]
    rim = response[np.maximum(np.abs(rows), np.abs(columns)) == search]
    return float(beyond.max(initial=0.0)), float(rim.max())


def _away_from_scanner_border(blank: GreyImage, margin: int) -> NDArray[np.bool_]:
    """False on and near dark areas that run into the image's edge: scanner bed, not print."""
    dark = (blank < 128).astype(np.uint8)
    count, labels = cv2.connectedComponents(dark)
    rim = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    is_border = np.zeros(count, bool)
    is_border[rim] = True
    is_border[0] = False
    border = is_border[labels].astype(np.uint8)
    grown = cv2.dilate(border, np.ones((2 * margin + 1,) * 2, np.uint8))
    return np.asarray(np.asarray(grown) == 0, dtype=np.bool_)
