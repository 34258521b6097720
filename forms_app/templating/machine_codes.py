"""Finds QR codes on a blank: their squares are no tick boxes, and nobody writes on them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.geometry import Box
from forms_app.reading.types import GreyImage
from forms_app.templating.page_parts import mm

_SIDES_MM = (5.0, 70.0)
"""The finest that printers print, and a third of a page."""
_AROUND_MM = 0.7
"""The found corners may lie a module inside of the code."""
_LONGEST = 1.3
"""A code is square, but for the skew of its scan."""


def code_boxes(grey: GreyImage, forward: NDArray[np.float64]) -> list[Box]:
    """Boxes around the QR codes of a page, a little larger than they are, in working pixels.

    Args:
        grey: (H, W) uint8, the page as it was given: fine codes are lost in a smaller one.
        forward: (3, 3), from pixels of that page to working pixels.
    """
    found, corners = cv2.QRCodeDetector().detectMulti(grey)
    if not found or corners is None:
        return []
    boxes = []
    given = np.asarray(corners, np.float64).reshape(-1, 4, 2)
    for quad in given @ forward[:2, :2].T + forward[:2, 2]:
        (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
        width, height = float(right - left), float(bottom - top)
        sides = sorted((width, height))
        if mm(_SIDES_MM[0]) <= sides[0] and sides[1] <= min(mm(_SIDES_MM[1]), _LONGEST * sides[0]):
            boxes.append(Box(float(left), float(top), width, height).expanded(mm(_AROUND_MM)))
    return boxes
