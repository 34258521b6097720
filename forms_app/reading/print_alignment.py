"""Where the printed lines of the blank really lie in a crop: a small shift for each stretch of it.

Registration leaves up to a few pixels on real paper. Comparing the darkness on printed pixels with
the darkness just beside them finds the shift without correlating whole images.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.types import InkImage

REACH_PX = 5
_STRETCH_PX = 160
_SAMPLES = 240
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
    moved = np.empty_like(blank_dark)
    padded = _padded(blank_dark)
    for (left, right), (dy, dx) in zip(pairwise(edges), shifts, strict=True):
        top, start = REACH_PX - dy, REACH_PX - dx + left
        moved[:, left:right] = padded[top : top + dark.shape[0], start : start + right - left]
    return moved


def _find_shifts(
    dark: InkImage, blank_dark: InkImage, threshold: int, edges: NDArray[np.int64]
) -> Shifts:
    """`(n, 2)` shifts (dy, dx) that carry the blank's print onto the scan's."""
    printed = (blank_dark >= threshold).astype(np.uint8)
    around = cv2.dilate(printed, np.ones((7, 7), np.uint8))
    beside = np.subtract(around, cv2.dilate(printed, np.ones((3, 3), np.uint8)), dtype=np.uint8)
    padded = _padded(dark)
    whole = _best_shift(padded, printed, beside, (0, dark.shape[1]), _window((0, 0), REACH_PX, 1))
    if len(edges) == 2:
        return np.array([whole])
    near = _window(whole, 2, 1)
    return np.array(
        [
            _best_shift(padded, printed, beside, (left, right), near, whole)
            for left, right in pairwise(edges)
        ]
    )


def _padded(image: InkImage) -> InkImage:
    reach = REACH_PX
    bordered = cv2.copyMakeBorder(image, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    return np.asarray(bordered, np.uint8)


def _window(centre: tuple[int, int], reach: int, step: int) -> Shifts:
    """All (dy, dx) around a centre, kept within the reach of the search; `(k, 2)`."""
    offsets = np.arange(-reach, reach + 1, step)
    grid = np.stack(np.meshgrid(offsets, offsets, indexing="ij"), -1).reshape(-1, 2)
    return np.asarray(np.unique(np.clip(grid + centre, -REACH_PX, REACH_PX), axis=0))


def _best_shift(
    padded: InkImage,
    printed: InkImage,
    beside: InkImage,
    columns: tuple[int, int],
    shifts: Shifts,
    prior: tuple[int, int] = (0, 0),
) -> tuple[int, int]:
    """The shift with the highest contrast between print and its surroundings; the prior if none."""
    on = _sample(printed, columns, padded.shape[1])
    off = _sample(beside, columns, padded.shape[1])
    if len(on) < 12 or len(off) < 12:
        return prior
    flat = padded.reshape(-1)
    moves = shifts[:, 0] * padded.shape[1] + shifts[:, 1]
    contrast = flat[on[None] + moves[:, None]].mean(1) - flat[off[None] + moves[:, None]].mean(1)
    cost = _COST_PER_PX * np.abs(shifts - np.asarray(prior)).sum(1) * max(1.0, contrast.max())
    dy, dx = shifts[int(np.argmax(contrast - cost))]
    return int(dy), int(dx)


def _sample(mask: InkImage, columns: tuple[int, int], padded_width: int) -> NDArray[np.int64]:
    """At most 240 of the mask's pixels in these columns, as flat indices of the padded image."""
    left, right = columns
    found = np.flatnonzero(mask[:, left:right])
    found = found[:: max(1, len(found) // _SAMPLES)]
    rows, cols = np.divmod(found, right - left)
    return np.asarray((rows + REACH_PX) * padded_width + cols + left + REACH_PX)
