"""A photograph or shaded scan of a sheet -> the sheet alone, rectangular and evenly lit.

The sheet is looked for as the largest bright four-cornered region, and its sides are then fitted to
the fall of brightness along them, so that the corners do not hang on four single points.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.features import resized_to
from forms_app.reading.types import GreyImage

SEARCH_PX = 640
"""Long side of the picture in which the sheet is looked for."""
LEAST_AREA, MOST_AREA = 0.2, 0.985
"""Share of the picture that the sheet fills; from the upper limit on the picture is the sheet."""
SQUARENESS = 0.88
"""Least share of its hull that four corners must cover: a sheet is no blob."""
REACH = 0.02
"""Half the width, over the long side, of the strip along a side in which its edge is looked for."""
LEVELS = 6
OFF_EDGE = 0.6
"""How far in and out of a side, in reaches, brightness is compared."""
LEAST_FALL, CLEAR_SHARE = 10.0, 0.7
"""Grey levels that paper is brighter than the ground, along at least this share of each side."""
PAPER_SHAPES = (2**0.5, 11 / 8.5, 14 / 8.5)
"""ISO, US Letter and US Legal: the long side over the short one."""
SHAPE_TOLERANCE = 0.08
"""A lens and a tilted sheet leave that much doubt about the ratio of the sides."""
PARALLEL = 0.01
FOCAL = (0.5, 3.0)
"""Focal lengths of cameras, in diagonals of the picture: wide angle to a long zoom."""
LIGHT_PX = 400
"""Long side at which the light is looked for."""
WIDEST_INK_PX = 15
"""At that size about 11 mm of A4: wider than any stroke, rule or bar of a heading."""
DARKEST_PAPER = 0.3
SKEW_PX, LEAST_SKEW_DEG, MOST_SKEW_DEG = 1400, 0.04, 6.0
"""Long side at which skew is measured; less is no matter: 1 px over half a page at 150 dpi."""
RULING_SHARE = 1 / 14
"""Of the long side, 2 cm of A4: shorter segments are of letters."""

Corners = NDArray[np.float64]


def sheet_of(picture: GreyImage) -> tuple[GreyImage, bool]:
    """The sheet of a photograph, rectangular and evenly lit.

    Args:
        picture: `(h, w)` grey uint8, the sheet on any darker or patterned ground.

    Returns:
        The sheet `(H, W)` uint8, and whether its edges were found; where they were not, it is the
        whole picture.
    """
    corners = find_sheet(picture)
    flat = picture if corners is None else _straightened(picture, corners)
    return flattened(flat), corners is not None


def find_sheet(picture: GreyImage) -> Corners | None:
    """The sheet's corners `(4, 2)` x, y in pixels, clockwise from the upper left; None without."""
    small = resized_to(picture, SEARCH_PX)
    found = [
        _ordered(_fitted(small, _ordered(quad)))
        for mask in _regions(small)
        if (quad := _four_corners(mask)) is not None
    ]
    sheets = [quad for quad in found if _stands_out(small, quad)]
    if not sheets:
        return None
    best = max(sheets, key=_area)
    return np.asarray(best * (max(picture.shape) / max(small.shape)), np.float64)


def flattened(grey: GreyImage) -> GreyImage:
    """The same page with its paper white everywhere: shadow and shading divided out."""
    small = resized_to(grey, LIGHT_PX)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (WIDEST_INK_PX, WIDEST_INK_PX))
    light = cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel), 9)
    darkest = DARKEST_PAPER * float(np.percentile(light, 95))
    light = cv2.GaussianBlur(np.maximum(light, darkest).astype(np.float32), (0, 0), 4)
    paper = cv2.resize(light, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(grey / np.maximum(paper, 1) * 252, 0, 255), np.uint8)


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


def _regions(small: GreyImage) -> list[NDArray[np.uint8]]:
    """Candidate masks: what is brighter than several levels, and what strong edges enclose."""
    soft = cv2.GaussianBlur(small, (5, 5), 0)
    otsu, _ = cv2.threshold(soft, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    low, high = np.percentile(soft, (10, 95))
    levels = [otsu, *np.linspace(low, high, LEVELS + 2)[1:-1]]
    masks = [(soft > level).astype(np.uint8) for level in levels]
    opened = [cv2.morphologyEx(m, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)) for m in masks]
    opened = [cv2.morphologyEx(m, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8)) for m in opened]
    edges = cv2.dilate(cv2.Canny(soft, 40, 120), np.ones((3, 3), np.uint8))
    return [np.asarray(mask, np.uint8) for mask in (*opened, edges)]


def _stands_out(small: GreyImage, corners: Corners) -> bool:
    """Whether all four sides part brighter paper from darker ground, some way in and out.

    That tells a sheet from a printed frame on it, which has paper on both sides, and from a region
    that took in part of the table.
    """
    if not LEAST_AREA * small.size < _area(corners) < MOST_AREA * small.size:
        return False
    reach = REACH * max(small.shape)
    soft = cv2.blur(small, (5, 5)).astype(np.float32)
    for start, end in pairwise(np.vstack([corners, corners[:1]])):
        along = (end - start) / max(1.0, float(np.linalg.norm(end - start)))
        outwards = np.array([along[1], -along[0]])
        points = start + np.linspace(0.05, 0.95, 60)[:, None] * (end - start)
        inner, outer = (
            _sampled(soft, points + way * reach * outwards) for way in (-OFF_EDGE, OFF_EDGE)
        )
        if float(np.mean(inner - outer > LEAST_FALL)) < CLEAR_SHARE:
            return False
    return True


def _sampled(image: NDArray[np.float32], points: Corners) -> NDArray[np.float32]:
    maps = points.astype(np.float32)[None]
    found = cv2.remap(
        image, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(found[0], np.float32)


def _four_corners(mask: NDArray[np.uint8]) -> Corners | None:
    """The corners of the largest region of a mask, where it has four."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    hull = cv2.convexHull(max(contours, key=lambda c: cv2.contourArea(cv2.convexHull(c))))
    area = cv2.contourArea(hull)
    if area < LEAST_AREA * mask.size:
        return None
    for share in np.arange(0.01, 0.08, 0.005):
        corners = cv2.approxPolyDP(hull, share * cv2.arcLength(hull, True), True)
        if len(corners) == 4:
            found = np.asarray(corners[:, 0], np.float64)
            return found if _area(found) > SQUARENESS * area else None
    return None


def _area(corners: Corners) -> float:
    return float(cv2.contourArea(corners.astype(np.float32)))


def _ordered(corners: Corners) -> Corners:
    """Clockwise, beginning with the upper left."""
    middle = corners.mean(axis=0)
    angles = np.arctan2(*(corners - middle).T[::-1])
    around = corners[np.argsort(angles)]
    return np.roll(around, -int(np.argmin(around.sum(axis=1))), axis=0)


def _fitted(small: GreyImage, corners: Corners) -> Corners:
    """The corners where the lines meet that fit the sides best."""
    reach = REACH * max(small.shape)
    closed = np.vstack([corners, corners[:1]])
    lines = [_side(small, start, end, reach) for start, end in pairwise(closed)]
    fitted = corners.copy()
    for number in range(4):
        met = _meeting(lines[number - 1], lines[number])
        if met is not None and np.linalg.norm(met - corners[number]) < 2 * reach:
            fitted[number] = met
    return fitted


def _side(small: GreyImage, start: Corners, end: Corners, reach: float) -> Corners:
    """A line (point, direction) `(2, 2)` along the steepest fall of brightness near a side."""
    along = (end - start) / max(1.0, float(np.linalg.norm(end - start)))
    outwards = np.array([along[1], -along[0]])  # clockwise corners, y down: the outside
    shares = np.linspace(0.08, 0.92, 60)
    steps = np.arange(-reach, reach + 0.5, 0.5)
    points = start + shares[:, None] * (end - start)
    places = points[:, None] + steps[None, :, None] * outwards
    maps = places.astype(np.float32)
    strip = cv2.remap(
        small, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.float32)
    falls = -np.gradient(cv2.GaussianBlur(strip, (5, 1), 0), axis=1)
    at = falls.argmax(axis=1)
    edge = places[np.arange(len(points)), at]
    clear = falls[np.arange(len(points)), at] > 0.5 * float(np.median(falls.max(axis=1)))
    if clear.sum() < 10:
        return np.array([start, along])
    line = cv2.fitLine(edge[clear].astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01)
    return np.asarray(line, np.float64).reshape(2, 2)[::-1]


def _meeting(one: Corners, other: Corners) -> Corners | None:
    """Where two lines (point, direction) meet; None where they are nearly parallel."""
    matrix = np.column_stack([one[1], -other[1]])
    if abs(np.linalg.det(matrix)) < 0.2:
        return None
    return np.asarray(one[0] + one[1] * np.linalg.solve(matrix, other[0] - one[0])[0], np.float64)


def _straightened(picture: GreyImage, corners: Corners) -> GreyImage:
    """The sheet between the corners as a rectangle of a paper's shape."""
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
