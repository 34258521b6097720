"""Turning a page scanned a little askew so that its rulings lie level."""

from __future__ import annotations

import cv2
import numpy as np

from forms_app.reading.features import resized_to
from forms_app.reading.types import GreyImage

SKEW_PX, LEAST_SKEW_DEG, MOST_SKEW_DEG = 1400, 0.04, 6.0
"""Long side at which skew is measured; less is no matter: 1 px over half a page at 150 dpi."""
RULING_SHARE = 1 / 14
"""Of the long side, 2 cm of A4: shorter segments are of letters."""


def upright(grey: GreyImage) -> GreyImage:
    """The page turned so that its long rulings lie level; unchanged where it has none.

    Boxes are drawn level, so a blank scanned askew would fit none of them along a whole line.
    """
    angle_deg = _skew_deg(resized_to(grey, SKEW_PX))
    if abs(angle_deg) < LEAST_SKEW_DEG:
        return grey
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle_deg, 1.0)
    turned = cv2.warpAffine(
        grey, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255,)
    )
    return np.asarray(turned, np.uint8)


def _skew_deg(small: GreyImage) -> float:
    """How far rulings (or else lines of text) fall to the right, in degrees; 0 without any."""
    lines = cv2.createLineSegmentDetector().detect(small)[0]
    if lines is None:
        return 0.0
    dx, dy = (lines[:, 0, 2:] - lines[:, 0, :2]).astype(np.float64).T
    angles = np.rad2deg(np.arctan2(dy, dx))
    off = (angles + 45) % 90 - 45  # from the nearest of level and plumb
    near = (np.abs(off) < MOST_SKEW_DEG) & (np.hypot(dx, dy) > RULING_SHARE * SKEW_PX)
    if not near.any():
        return 0.0
    lengths = np.hypot(dx, dy)[near]
    order = np.argsort(off[near])
    middle = np.searchsorted(np.cumsum(lengths[order]), lengths.sum() / 2)
    return float(off[near][order][middle])
