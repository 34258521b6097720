"""A photograph or shaded scan of a sheet -> the sheet alone, rectangular and evenly lit."""

from __future__ import annotations

import cv2
import numpy as np

from forms_app.reading.features import resized_to
from forms_app.reading.types import GreyImage
from forms_app.templating.rectification import rectified
from forms_app.templating.sheet_detection import find_sheet

LIGHT_PX = 400
"""Long side at which the light is looked for."""
WIDEST_INK_PX = 15
"""At that size about 11 mm of A4: wider than any stroke, rule or bar of a heading."""
DARKEST_PAPER = 0.3


def sheet_of(picture: GreyImage) -> tuple[GreyImage, bool]:
    """The sheet of a photograph, rectangular and evenly lit.

    Args:
        picture: `(h, w)` grey uint8, the sheet on any darker or patterned ground.

    Returns:
        The sheet `(H, W)` uint8, and whether its edges were found; where they were not, it is the
        whole picture.
    """
    corners = find_sheet(picture)
    flat = picture if corners is None else rectified(picture, corners)
    return flattened(flat), corners is not None


def flattened(grey: GreyImage) -> GreyImage:
    """The same page with its paper white everywhere: shadow and shading divided out."""
    small = resized_to(grey, LIGHT_PX)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (WIDEST_INK_PX, WIDEST_INK_PX))
    light = cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel), 9)
    darkest = DARKEST_PAPER * float(np.percentile(light, 95))
    light = cv2.GaussianBlur(np.maximum(light, darkest).astype(np.float32), (0, 0), 4)
    paper = cv2.resize(light, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(grey / np.maximum(paper, 1) * 252, 0, 255), np.uint8)
