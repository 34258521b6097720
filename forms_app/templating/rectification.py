"""A sheet that a camera saw askew made a rectangle again, of the shape that the sheet has."""

from __future__ import annotations

import cv2
import numpy as np

from forms_app.reading.types import GreyImage
from forms_app.templating.sheet_detection import Corners

PAPER_SHAPES = (2**0.5, 11 / 8.5, 14 / 8.5)
"""ISO, US Letter and US Legal: the long side over the short one."""
SHAPE_TOLERANCE = 0.08
"""A lens and a tilted sheet leave that much doubt about the ratio of the sides."""
PARALLEL = 0.01
FOCAL = (0.5, 3.0)
"""Focal lengths of cameras, in diagonals of the picture: wide angle to a long zoom."""


def rectified(picture: GreyImage, corners: Corners) -> GreyImage:
    """The sheet between the corners `(4, 2)` of a picture, as a rectangle of a paper's shape."""
    top, right, bottom, left = (
        float(np.linalg.norm(corners[(i + 1) % 4] - corners[i])) for i in range(4)
    )
    width, height = max(top, bottom), max(left, right)
    seen = _ratio_seen(corners, (picture.shape[1] / 2, picture.shape[0] / 2))
    if seen is not None:
        width, height = (width, width / seen) if width > height * seen else (height * seen, height)
    size = _paper_size(width, height)
    outline = np.array([[0, 0], [size[0], 0], size, [0, size[1]]], np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), outline)
    warped = cv2.warpPerspective(
        picture, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(warped, np.uint8)


def _ratio_seen(corners: Corners, centre: tuple[float, float]) -> float | None:
    """Width over height of the sheet that a camera saw so, tilted as it may have been.

    Z. Zhang and L.-W. He, "Whiteboard scanning and image enhancement", Digital Signal Processing
    17 (2007), equations 11 to 21, with the camera's axis in the middle of the picture. None where
    two sides are parallel in the picture, or no lens has such a focal length.
    """
    m1, m2, m4, m3 = (np.array([x - centre[0], y - centre[1], 1.0]) for x, y in corners)
    k2 = np.cross(m1, m4) @ m3 / (np.cross(m2, m4) @ m3)
    k3 = np.cross(m1, m4) @ m2 / (np.cross(m3, m4) @ m2)
    across, down = k2 * m2 - m1, k3 * m3 - m1
    if abs(across[2]) < PARALLEL or abs(down[2]) < PARALLEL:
        return None
    focal_squared = -(across[:2] @ down[:2]) / (across[2] * down[2])
    diagonal = 2 * float(np.hypot(*centre))
    if not (FOCAL[0] * diagonal) ** 2 < focal_squared < (FOCAL[1] * diagonal) ** 2:
        return None
    lengths = [v[:2] @ v[:2] / focal_squared + v[2] ** 2 for v in (across, down)]
    return float(np.sqrt(lengths[0] / lengths[1]))


def _paper_size(width: float, height: float) -> tuple[int, int]:
    """The same size with the ratio of a known paper, where it is near one."""
    long_px, short_px = max(width, height), min(width, height)
    ratio = long_px / short_px
    nearest = min(PAPER_SHAPES, key=lambda shape: abs(shape - ratio))
    if abs(nearest / ratio - 1) <= SHAPE_TOLERANCE:
        short_px = long_px / nearest
    sides = (round(short_px), round(long_px))
    return sides if height >= width else (sides[1], sides[0])
