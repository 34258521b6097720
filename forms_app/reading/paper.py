"""How dark each pixel is against the paper around it, and how dark writing must be to count."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.types import GreyImage, InkImage

Mask = NDArray[np.uint8]

# Shrinking by this averages scanner noise before the paper is looked for.
_SHRINK = 4
# In shrunk pixels: wider than any stroke or small filled tick box at 300 dpi (about 8 mm).
_REACH = 23
# Shading never makes paper darker than this share of the crop's brightest; larger dark areas are
# ink.
_DARKEST_PAPER = 0.62
# Darkness (of 255) below which nothing counts: paper grain, JPEG ringing, faint bleed-through.
FLOOR = 30


@dataclass(frozen=True, slots=True)
class InkLevels:
    """Darkness levels of one crop: `low` is the edge of a stroke, `high` proves one, `peak` its
    core; all 0 to 255."""

    low: int
    high: int
    peak: int


def darkness(grey: GreyImage) -> InkImage:
    """Darkness of each pixel as a share of the local paper: 0 paper, 255 black; same shape."""
    paper = paper_light(grey)
    dark = cv2.divide(cv2.subtract(paper, grey), paper, scale=255)
    return np.asarray(dark, np.uint8)


def paper_light(grey: GreyImage) -> GreyImage:
    """How light the paper at each pixel is, whatever stands on it; same shape."""
    size = (grey.shape[1], grey.shape[0])
    return np.asarray(
        cv2.resize(_small_paper(grey), size, interpolation=cv2.INTER_LINEAR), np.uint8
    )


def darkness_at(
    grey: GreyImage, rows: NDArray[np.int64], columns: NDArray[np.int64], reach_px: int
) -> NDArray[np.float64]:
    """The darkest within `reach_px` of some pixels of `(h, w)`, `(n,)` in 0 to 255."""
    side = 2 * reach_px + 1
    darkest = cv2.erode(grey, np.ones((side, side), np.uint8))[rows, columns].astype(np.float64)
    small = _small_paper(grey)
    near = np.minimum(rows // _SHRINK, small.shape[0] - 1)
    paper = small[near, np.minimum(columns // _SHRINK, small.shape[1] - 1)].astype(np.float64)
    return np.asarray(255 * np.clip(1 - darkest / np.maximum(paper, 1), 0, 1), np.float64)


def _small_paper(grey: GreyImage) -> GreyImage:
    """The light of the paper at a quarter of the size.

    By a grey closing: shading remains paper, strokes and filled boxes do not.
    """
    height, width = grey.shape
    size = (max(1, width // _SHRINK), max(1, height // _SHRINK))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    small = cv2.morphologyEx(
        small, cv2.MORPH_CLOSE, np.ones((_REACH, _REACH), np.uint8), borderType=cv2.BORDER_REPLICATE
    )
    least = _DARKEST_PAPER * percentile(histogram(np.asarray(small, np.uint8)), 0.95)
    small = cv2.max(small, np.full_like(small, round(least)))
    return np.asarray(cv2.blur(small, (5, 5), borderType=cv2.BORDER_REPLICATE), np.uint8)


def is_bilevel(grey: GreyImage) -> bool:
    """Whether a crop comes from a black-and-white scan (perhaps resampled since).

    Its paper is white without grain and most of its ink is full black.
    """
    counts = histogram(grey)
    black, ink = counts[:8].sum(), counts[:225].sum()
    return bool(black > 0.4 * ink and counts[252:].sum() > 0.97 * counts[200:].sum())


def as_mask(condition: NDArray[np.bool_]) -> Mask:
    """A mask as OpenCV wants them: 255 where the condition holds, else 0."""
    return np.multiply(condition, 255, dtype=np.uint8)


def histogram(image: InkImage, mask: Mask | None = None) -> NDArray[np.float64]:
    """Counts of the 256 levels, `(256,)`, within the mask if one is given.

    Every second row will do: all that is asked of them are shares.
    """
    part = None if mask is None else mask[::2]
    counts = cv2.calcHist([image[::2]], [0], part, [256], [0, 256])
    return np.asarray(counts[:, 0], np.float64)


def percentile(counts: NDArray[np.float64], share: float) -> int:
    """The level below which `share` (0 to 1) of the counted pixels lie; 0 where none are."""
    cumulated = np.cumsum(counts)
    return int(np.searchsorted(cumulated, share * cumulated[-1])) if cumulated[-1] else 0


def ink_levels(counts: NDArray[np.float64]) -> InkLevels:
    """Levels from the darkness histogram `(256,)` of pixels free of print.

    The noise is the paper's own ninth decile; the peak is the darkest tenth of what rises above it.
    """
    low = min(90, max(FLOOR, round(1.6 * _paper_noise(counts[:64]))))
    above = counts.copy()
    above[:low] = 0
    peak = max(percentile(above, 0.9), 2 * low)
    return InkLevels(max(low, round(0.28 * peak)), max(round(1.25 * low), round(0.45 * peak)), peak)


def _paper_noise(counts: NDArray[np.float64]) -> float:
    """Ninth decile of the paper's darkness, from its lighter half as if it were normal.

    The ninth decile itself is pencil where a field is densely written in faint pencil.
    """
    quarter, half = percentile(counts, 0.25), percentile(counts, 0.5)
    return min(percentile(counts, 0.9), half + 1.9 * (half - quarter) + 2)
