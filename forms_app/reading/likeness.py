"""Whether two aligned pages are scans of the same sheet: a short print of the writing on them.

What the blank does not have is summed on a grid and hashed by the signs of random projections
(Charikar, STOC 2002): the share of equal bits tells the angle between two pages' writing.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.types import GreyImage

LONG_SIDE_PX = 560
"""48 dpi of A4."""
CELL_PX = 4
"""2 mm: smaller than a character, larger than what two scans of one sheet differ by."""
BITS = 256
SEED = 20261127
LEAST_DEPTH = 24
"""Grey levels below the blank that count as writing; a scanner's shades stay under it."""
SHADE_PX, SMOOTH_PX = 13, 41
"""Paper shows within 6.5 mm of any writing; its own shade, a photograph's, changes over 20 mm."""
LEAST_WRITING = 30.0
"""Sum of the grid (1 = a cell fully black): with less there is too little to tell pages by."""
MOST_DIFFERENT_BITS = 28
"""Scans of one sheet: 10 at the median; of sheets filled by two people: 39 and more
(docs/identification.md)."""


def writing_print(page: GreyImage, blank: GreyImage) -> str | None:
    """A print of the writing on an aligned page.

    Args:
        page: `(H, W)` uint8, laid onto its blank.
        blank: `(H, W)` uint8.

    Returns:
        64 hexadecimal digits; None where too little is written.
    """
    height, width = blank.shape
    factor = LONG_SIDE_PX / max(height, width)
    size = (max(CELL_PX, round(width * factor)), max(CELL_PX, round(height * factor)))
    small, print_ = (cv2.resize(i, size, interpolation=cv2.INTER_AREA) for i in (page, blank))
    near_print = cv2.erode(print_, np.ones((3, 3), np.uint8))
    depth = near_print.astype(np.float32) - _evenly_lit(np.asarray(small, np.uint8))
    depth[depth < LEAST_DEPTH] = 0
    cells = (max(1, size[0] // CELL_PX), max(1, size[1] // CELL_PX))
    grid = np.asarray(cv2.resize(depth, cells, interpolation=cv2.INTER_AREA), np.float32) / 255
    if float(grid.sum()) < LEAST_WRITING:
        return None
    values = np.sqrt(grid).ravel()
    bits = _directions(values.size) @ (values - values.mean()) > 0
    return np.packbits(bits).tobytes().hex()


def _evenly_lit(page: GreyImage) -> NDArray[np.float32]:
    """The page with its paper white everywhere: the shadow of a hand is no writing."""
    lightest = cv2.dilate(page, np.ones((SHADE_PX, SHADE_PX), np.uint8))
    paper = cv2.medianBlur(lightest, SMOOTH_PX).astype(np.float32)
    return np.asarray(page * (255 / np.maximum(paper, 1)), np.float32)


def is_same_writing(first: str | None, second: str | None) -> bool:
    """Whether two prints are of the same sheet; False where one of them says nothing."""
    if first is None or second is None or len(first) != len(second):
        return False
    return (int(first, 16) ^ int(second, 16)).bit_count() <= MOST_DIFFERENT_BITS


@cache
def _directions(size: int) -> NDArray[Any]:
    """Random signs `(BITS, size)`; the same in every process."""
    signs = np.random.default_rng(SEED).integers(0, 2, (BITS, size), dtype=np.int8)
    return (2 * signs - 1).astype(np.float32)
