"""Finding a sheet of paper in a photograph.

It is looked for as the largest bright four-cornered region, and its sides are then fitted to the
fall of brightness along them, so that the corners do not hang on four single points.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

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

Corners = NDArray[np.float64]


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
    along, outwards = _directions(start, end)
    shares = np.linspace(0.08, 0.92, 60)
    steps = np.arange(-reach, reach + 0.5, 0.5)
    points = start + shares[:, None] * (end - start)
    places = points[:, None] + steps[None, :, None] * outwards
    strip = _sampled(small, places)
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
        _, outwards = _directions(start, end)
        points = start + np.linspace(0.05, 0.95, 60)[:, None] * (end - start)
        inner, outer = (
            _sampled(soft, (points + way * reach * outwards)[None])[0]
            for way in (-OFF_EDGE, OFF_EDGE)
        )
        if float(np.mean(inner - outer > LEAST_FALL)) < CLEAR_SHARE:
            return False
    return True


def _directions(start: Corners, end: Corners) -> tuple[Corners, Corners]:
    """Unit vectors `(2,)` along a side and out of the sheet: corners run clockwise, y down."""
    along = (end - start) / max(1.0, float(np.linalg.norm(end - start)))
    return along, np.array([along[1], -along[0]])


def _sampled(image: NDArray[Any], places: Corners) -> NDArray[np.float32]:
    """Brightness `(R, C)` at places `(R, C, 2)` x, y."""
    maps = places.astype(np.float32)
    found = cv2.remap(
        image, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(found, np.float32)
