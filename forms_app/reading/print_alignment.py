"""Where the printed lines of the blank really lie in a crop: a small shift for each stretch of it.

Registration leaves up to a few pixels on real paper. Comparing the darkness on printed pixels with
the darkness just beside them finds the shift without correlating whole images.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.types import InkImage

REACH_PX = 5
_STRETCH_PX = 160
_SAMPLES = 200
_FEWEST = 12
# Stretches overlap, so that a printed line on a seam is not lost between two shifts.
_SEAM_PX = 6
# A shift must raise the contrast by this share to be preferred to a smaller one.
_COST_PER_PX = 0.012

Shifts = NDArray[np.int64]


def align_print(dark: InkImage, blank_dark: InkImage, threshold: int) -> InkImage:
    """The blank's darkness moved, stretch by stretch, onto the print in the scan.

    Args:
        dark: darkness of the scan, `(h, w)`.
        blank_dark: darkness of the blank in the same place, `(h, w)`.
        threshold: darkness from which the blank counts as printed.

    Returns:
        `(h, w)` like `blank_dark`, stretches of about 160 px each shifted by up to 5 px.
    """
    width = dark.shape[1]
    count = max(1, round(width / _STRETCH_PX))
    edges = np.linspace(0, width, count + 1).astype(int)
    shifts = _find_shifts(dark, blank_dark, threshold, edges)
    moved = np.zeros_like(blank_dark)
    padded = _padded(blank_dark)
    for (left, right), (dy, dx) in zip(pairwise(edges), shifts, strict=True):
        first, last = max(0, int(left) - _SEAM_PX), min(width, int(right) + _SEAM_PX)
        part = moved[:, first:last]
        rows = slice(REACH_PX - dy, REACH_PX - dy + len(dark))
        columns = slice(REACH_PX - dx + first, REACH_PX - dx + last)
        np.maximum(part, padded[rows, columns], out=part)
    return moved


def _find_shifts(
    dark: InkImage, blank_dark: InkImage, threshold: int, edges: NDArray[np.int64]
) -> Shifts:
    """`(n, 2)` shifts (dy, dx) that carry the blank's print onto the scan's."""
    printed = np.greater_equal(blank_dark, threshold).view(np.uint8)
    around = cv2.dilate(printed, np.ones((7, 7), np.uint8))
    beside = np.subtract(around, cv2.dilate(printed, np.ones((3, 3), np.uint8)), dtype=np.uint8)
    count = len(edges) - 1
    padded = _padded(dark)
    on, off = _Places.of(printed, _SAMPLES * count), _Places.of(beside, _SAMPLES * count)
    centre = _best_shift(padded, on.some(), off.some(), _grid((0, 0), REACH_PX, 2), (0, 0))
    whole = _best_shift(padded, on.some(), off.some(), _grid(centre, 1, 1), (0, 0))
    if count == 1:
        return np.array([whole])
    near = _grid(whole, 2, 1)
    return np.array(
        [
            _best_shift(padded, on.between(a, b), off.between(a, b), near, whole)
            for a, b in pairwise(edges)
        ]
    )


@dataclass(frozen=True, slots=True)
class _Places:
    """Pixels of a mask: flat indices into the padded image, and their columns in the mask."""

    at: NDArray[np.int64]
    columns: NDArray[np.int64]

    @classmethod
    def of(cls, mask: InkImage, most: int) -> _Places:
        """The mask's pixels, evenly thinned out."""
        found = np.flatnonzero(mask.view(np.bool_))
        found = found[:: max(1, len(found) // most)]
        rows, columns = np.divmod(found, mask.shape[1])
        width = mask.shape[1] + 2 * REACH_PX
        return cls((rows + REACH_PX) * width + columns + REACH_PX, columns)

    def some(self) -> NDArray[np.int64]:
        return self.at[:: max(1, len(self.at) // _SAMPLES)]

    def between(self, left: int, right: int) -> NDArray[np.int64]:
        return self.at[(self.columns >= left) & (self.columns < right)]


def _padded(image: InkImage) -> InkImage:
    reach = REACH_PX
    bordered = cv2.copyMakeBorder(image, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    return np.asarray(bordered, np.uint8)


def _grid(centre: tuple[int, int], reach: int, step: int) -> Shifts:
    """All (dy, dx) around a centre, kept within the reach of the search; `(k, 2)`."""
    offsets = np.arange(-reach, reach + 1, step)
    grid = np.stack(np.meshgrid(offsets, offsets, indexing="ij"), -1).reshape(-1, 2)
    return np.asarray(np.clip(grid + centre, -REACH_PX, REACH_PX))


def _best_shift(
    padded: InkImage,
    on: NDArray[np.int64],
    off: NDArray[np.int64],
    shifts: Shifts,
    prior: tuple[int, int],
) -> tuple[int, int]:
    """The shift with the highest contrast between print and its surroundings; the prior if none."""
    if len(on) < _FEWEST or len(off) < _FEWEST:
        return prior
    flat = padded.reshape(-1)
    moves = (shifts[:, 0] * padded.shape[1] + shifts[:, 1])[:, None]
    contrast = flat[on + moves].mean(1) - flat[off + moves].mean(1)
    cost = _COST_PER_PX * np.abs(shifts - np.asarray(prior)).sum(1) * max(1.0, contrast.max())
    dy, dx = shifts[int(np.argmax(contrast - cost))]
    return int(dy), int(dx)
