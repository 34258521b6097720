"""Print so pale that a fax or a photocopy drops it: what may be missing without being elsewhere.

A one-bit scan and a copier's toner keep what is dark and lose tints and thin pale lines. Such print
cannot be expected on every page. But it is excused only where the page shows no pale print at other
places either: boxes that another edition has moved would show there.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.patches import PatchSet
from forms_app.reading.types import GreyImage

PALE_SHARE = 0.45
"""Print is pale under this share of the depth that the form's darkest print has at 150 dpi. One-bit
scans drop what is under about 0.3 to 0.45 of it."""
SHOWS = 0.35
"""The least share of pale print's depth that counts as a trace of it."""
STRAY_SHARE, KEPT_SHARE = 0.2, 0.6
"""So much of the blank's pale print may show elsewhere, and in its place, on a page that is said to
have lost it: tinted cells moved by half a cell still overlap their old places."""
PAPER_WINDOW_PX = 61
NEAR_PRINT_PX, NEAR_INK_PX = 9, 7


def depths_of(patches: PatchSet) -> NDArray[np.floating[Any]]:
    """How much darker than its paper the print of each patch is, `(N,)` grey levels."""
    if not len(patches):
        return np.empty(0)
    return np.asarray(np.ptp(patches.images.astype(np.float64), axis=(1, 2)))


def pale_under(*sets: PatchSet) -> float:
    """The depth in grey levels under which print of a blank with these patches is pale."""
    depths = np.concatenate([depths_of(patches) for patches in sets])
    return PALE_SHARE * float(np.percentile(depths, 95)) if len(depths) else 0.0


def has_lost_pale_print(image: GreyImage, blank: GreyImage, depth: float, limit: float) -> bool:
    """Whether pale print that is not in its place is nowhere on the page.

    Args:
        image: the page laid onto the blank, `(H, W)` fine and softened.
        blank: the blank at the same size, softened.
        depth: of the print that was not found, in grey levels.
        limit: depth under which print is pale.
    """
    printed = depth_below_paper(blank)
    expected = _pale(printed, depth, limit)
    near_print = cv2.dilate((printed > SHOWS * depth).astype(np.uint8), _square(NEAR_PRINT_PX))
    shown = _pale(depth_below_paper(image), depth, limit)
    stray, kept = shown & (np.asarray(near_print) == 0), shown & expected
    most = expected.sum()
    return bool(stray.sum() < STRAY_SHARE * most and kept.sum() < KEPT_SHARE * most)


def depth_below_paper(image: GreyImage) -> GreyImage:
    """How much darker than the paper around it each pixel is; tinted panels are not paper."""
    small = cv2.resize(image, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.dilate(small, _square(PAPER_WINDOW_PX // 4 | 1))
    paper = cv2.resize(paper, image.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.subtract(paper, image), dtype=np.uint8)


def _pale(depth_of: GreyImage, depth: float, limit: float) -> NDArray[np.bool_]:
    """Pixels with a trace of pale print that are no rim of a dark stroke."""
    dark = cv2.dilate((depth_of > limit).astype(np.uint8), _square(NEAR_INK_PX))
    return np.asarray((depth_of > SHOWS * depth) & (np.asarray(dark) == 0), dtype=np.bool_)


def _square(side: int) -> NDArray[np.uint8]:
    return np.ones((side, side), np.uint8)
