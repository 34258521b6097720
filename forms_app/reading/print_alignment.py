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

from forms_app.reading.paper import darkness
from forms_app.reading.tint import Tint, find_tint, shade_left, without_tint
from forms_app.reading.types import GreyImage, InkImage

# Darkness from which the blank counts as printed; lighter tints never look like strokes.
PRINT_THRESHOLD = 40
REACH_PX = 5
# The whole crop is found within the reach, each stretch within 2 px of the whole.
_PAD_PX = REACH_PX + 3
_STRETCH_PX = 160
_SAMPLES = 140
_FEWEST = 12
# Stretches overlap, so that a printed line on a seam is not lost between two shifts.
_SEAM_PX = 6
# A shift must raise the contrast by this share to be preferred to a smaller one.
_COST_PER_PX = 0.012

_Ints = NDArray[np.int64]
Shifts = list[tuple[int, int]]
"""For each stretch (dy, dx) in pixels."""


@dataclass(frozen=True, slots=True)
class _Places:
    """Pixels of a mask: flat indices into the padded image, and their columns in the mask."""

    at: _Ints
    columns: _Ints

    @classmethod
    def of(cls, mask: NDArray[np.uint8], most: int) -> _Places:
        """The mask's pixels, evenly thinned out."""
        found = np.flatnonzero(mask.view(np.bool_))
        found = found[:: max(1, len(found) // most)]
        rows, columns = np.divmod(found, mask.shape[1])
        width = mask.shape[1] + 2 * _PAD_PX
        return cls((rows + _PAD_PX) * width + columns + _PAD_PX, columns)

    def some(self) -> _Ints:
        return self.at[:: max(1, len(self.at) // _SAMPLES)]

    def between(self, left: int, right: int) -> _Ints:
        return self.at[(self.columns >= left) & (self.columns < right)]


@dataclass(frozen=True, slots=True)
class PrintMap:
    """A field's print on the blank, ready to be found in scans of it.

    `dark` `(h, w)` is the blank's darkness without its shading, `tint` that shading, `edges` the
    columns between stretches, `on` and `beside` samples of printed pixels and of those around them.
    """

    dark: InkImage
    tint: Tint | None
    edges: tuple[int, ...]
    on: _Places
    beside: _Places


def map_print(blank: GreyImage) -> PrintMap:
    """Prepare one field's part of the blank, `(h, w)` grey."""
    tint = find_tint(blank)
    if tint is not None:
        blank = without_tint(blank, tint.weight, shade_left(blank, tint))
    dark = darkness(blank)
    printed = np.greater_equal(dark, PRINT_THRESHOLD)
    if tint is not None:
        printed |= tint.weight > 0
    around = cv2.dilate(printed.view(np.uint8), np.ones((7, 7), np.uint8))
    rim = cv2.dilate(printed.view(np.uint8), np.ones((3, 3), np.uint8))
    beside = np.subtract(around, rim, dtype=np.uint8)
    count = max(1, round(dark.shape[1] / _STRETCH_PX))
    edges = tuple(int(edge) for edge in np.linspace(0, dark.shape[1], count + 1))
    most = _SAMPLES * count
    on = _Places.of(printed.view(np.uint8), most)
    return PrintMap(dark, tint, edges, on, _Places.of(beside, most))


def move_print(plane: InkImage, blank: PrintMap, shifts: Shifts) -> InkImage:
    """A plane of the blank moved, stretch by stretch, onto the print in a scan.

    Args:
        plane: the blank's darkness or the weight of its tint, `(h, w)`.
        blank: the same place on the blank.
        shifts: from `find_shifts`.

    Returns:
        `(h, w)`, stretches of about 160 px each shifted by a few pixels.
    """
    moved = np.zeros_like(plane)
    padded = _padded(plane)
    for (left, right), (dy, dx) in zip(pairwise(blank.edges), shifts, strict=True):
        first, last = max(0, left - _SEAM_PX), min(plane.shape[1], right + _SEAM_PX)
        part = moved[:, first:last]
        rows = slice(_PAD_PX - dy, _PAD_PX - dy + len(plane))
        columns = slice(_PAD_PX - dx + first, _PAD_PX - dx + last)
        np.maximum(part, padded[rows, columns], out=part)
    return moved


def find_shifts(dark: InkImage, blank: PrintMap) -> Shifts:
    """For each stretch the shift (dy, dx) that carries the blank's print onto the scan's.

    Args:
        dark: the scan, dark places high, `(h, w)`.
        blank: the same place on the blank.
    """
    padded = _padded(dark)
    on, beside = blank.on.some(), blank.beside.some()
    centre = _best_shift(padded, on, beside, _COARSE, (0, 0))
    whole = _best_shift(padded, on, beside, _NEIGHBOURS + centre, (0, 0))
    if len(blank.edges) == 2:
        return [whole]
    near = _NEAR + whole
    return [
        _best_shift(padded, blank.on.between(a, b), blank.beside.between(a, b), near, whole)
        for a, b in pairwise(blank.edges)
    ]


def _padded(image: InkImage) -> InkImage:
    pad = _PAD_PX
    bordered = cv2.copyMakeBorder(image, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    return np.asarray(bordered, np.uint8)


def _grid(reach: int, step: int) -> _Ints:
    """All (dy, dx) within a reach, `(k, 2)`."""
    offsets = np.arange(-reach, reach + 1, step)
    return np.stack(np.meshgrid(offsets, offsets, indexing="ij"), -1).reshape(-1, 2)


_COARSE = _grid(REACH_PX, 2)
_NEIGHBOURS = _grid(1, 1)
_NEAR = _grid(2, 1)


def _best_shift(
    padded: InkImage, on: _Ints, beside: _Ints, shifts: _Ints, prior: tuple[int, int]
) -> tuple[int, int]:
    """The shift with the highest contrast between print and its surroundings; the prior if none."""
    if len(on) < _FEWEST or len(beside) < _FEWEST:
        return prior
    flat = padded.reshape(-1)
    moves = (shifts[:, 0] * padded.shape[1] + shifts[:, 1])[:, None]
    print_sum = np.add.reduce(flat[on + moves], axis=1, dtype=np.int32)
    beside_sum = np.add.reduce(flat[beside + moves], axis=1, dtype=np.int32)
    contrast = print_sum / len(on) - beside_sum / len(beside)
    cost = _COST_PER_PX * np.abs(shifts - np.asarray(prior)).sum(1) * max(1.0, contrast.max())
    dy, dx = shifts[int(np.argmax(contrast - cost))]
    return int(dy), int(dx)
