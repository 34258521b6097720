"""Takes printed lines and squares, and the edges of the sheet, out of a photograph.

As staff lines are removed from music (Fornés et al. 2005, "Staff and graphical primitive
segmentation in old handwritten music scores"): a rule is made of runs as short as it is thin, side
by side over a long way; strokes that cross it have longer runs and stay.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
Mask = NDArray[np.uint8]
_Ints = NDArray[np.int64]

# Shares of the picture's longer side: thickest rule, shortest rule where it runs to the picture's
# border and where it ends with the sheet, what is straight of it at least, longest gap within one.
_THICKEST = 0.008
_SHORTEST, _SHORTEST_INSIDE = 0.2, 0.45
_STRAIGHT = 0.045
_GAP = 0.018
# In sigmas of the paper's grain: what rises above it, smoothed along the rule.
_RISES = 3.0
_LEAST_RISE = 4.0
# Ink so much stronger than a rule, and more, is a stroke that lies on it.
_STRONGER, _SLACK = 1.7, 6.0
# Rows per column by which rules may slope, and how many slopes are tried.
_STEEPEST, _SLOPES = 0.2, 41
_MOST_POINTS = 40_000


def without_ruling(contrast: Plane) -> Plane:
    """The contrast without level and upright rules.

    Args:
        contrast: `(h, w)` float32, 0 on bare paper.

    Returns:
        The same with rules at 0.
    """
    level = _rules(contrast)
    upright = np.ascontiguousarray(_rules(np.ascontiguousarray(contrast.T)).T)
    rules = (level | upright) > 0
    bare = contrast.copy()
    bare[rules] = 0
    if level.any() and upright.any():
        strength = float(np.median(contrast[rules]))
        bare[_crossings(level, upright) & (contrast <= _STRONGER * strength + _SLACK)] = 0
    return bare


def _crossings(level: Mask, upright: Mask) -> NDArray[np.bool_]:
    """Where rules cross: runs are long both ways there."""
    near = np.ones((7, 7), np.uint8)
    return np.asarray((cv2.dilate(level, near) > 0) & (cv2.dilate(upright, near) > 0))


def _rules(contrast: Plane) -> Mask:
    """`(h, w)`: 1 on the pixels of rules that run from left to right."""
    longest = max(contrast.shape)
    thickest = max(3, round(_THICKEST * longest))
    rules: Mask = np.zeros(contrast.shape, np.uint8)
    thin = _thin_runs(_raised(contrast, thickest), thickest)
    y, x = np.nonzero(thin)
    if len(x) < _SHORTEST * longest:
        return rules
    slope = _slope(x, y)
    for curve in _curves(thin, slope, thickest):
        _add_rule(rules, curve, thin, contrast, thickest)
    return rules


def _raised(contrast: Plane, thickest: int) -> Mask:
    """What stands out from above and below, smoothed from left to right."""
    along = max(3, round(0.5 * _GAP * max(contrast.shape))) | 1
    smooth = np.asarray(cv2.blur(contrast, (along, 1)), np.float32)
    kernel = np.ones((2 * thickest + 1, 1), np.uint8)
    rise = smooth - np.asarray(cv2.morphologyEx(smooth, cv2.MORPH_OPEN, kernel), np.float32)
    sample = rise[::3, ::3]
    sigma = float(np.median(np.abs(sample - np.median(sample)))) * 1.48
    return np.greater(rise, max(_LEAST_RISE, _RISES * sigma)).astype(np.uint8)


def _thin_runs(mask: Mask, thickest: int) -> Mask:
    """Pixels whose upright run is at most this long."""
    thick = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((thickest + 1, 1), np.uint8))
    return np.asarray(mask & ~np.asarray(thick, np.uint8), np.uint8)


def _slope(x: _Ints, y: _Ints) -> float:
    """Rows per column along which most thin runs lie: the sharpest profile."""
    step = max(1, len(x) // _MOST_POINTS)
    x, y = x[::step], y[::step]
    slopes = np.linspace(-_STEEPEST, _STEEPEST, _SLOPES)
    sharpness = []
    for slope in slopes:
        rows = np.round(y - slope * x).astype(np.int64)
        sharpness.append(float((np.bincount(rows - rows.min()) ** 2).sum()))
    return float(slopes[int(np.argmax(sharpness))])


def _curves(thin: Mask, slope: float, thickest: int) -> list[_Ints]:
    """For each rule the row of its middle in every column, `(w,)`."""
    height, width = thin.shape
    room = int(abs(slope) * width) + 1
    shift = float(room if slope > 0 else 0)
    matrix = np.array([[1.0, 0.0, 0.0], [-slope, 1.0, shift]])
    moved = cv2.warpAffine(thin, matrix, (width, height + room), flags=cv2.INTER_NEAREST)
    level = np.asarray(moved, np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(_straight(level, max(thin.shape)))
    every = np.arange(width)
    to_border: list[_Ints] = []
    inside: list[_Ints] = []
    for label in range(1, count):
        x, y, own_width, own_height = (int(v) for v in stats[label, :4])
        kind = _kind(x, own_width, width, max(thin.shape))
        area = (slice(y, y + own_height), slice(x, x + own_width))
        rows, columns = np.nonzero((labels[area] == label) & (level[area] > 0))
        if kind is None or len(np.unique(columns)) < 0.4 * own_width:
            continue
        middle = _fitted(columns + x, rows + y, own_width > 0.5 * width, thickest)(every)
        curve = np.round(middle - shift + slope * every).astype(np.int64)
        (to_border if kind == "border" else inside).append(curve)
    # A single stroke inside the picture is a 1 or a dash, seen from near.
    return to_border + (inside if len(to_border) + len(inside) > 1 else [])


def _straight(level: Mask, longest: int) -> Mask:
    """Thin runs joined over gaps, what is not straight left out."""
    gap, straight = (max(3, round(share * longest)) | 1 for share in (_GAP, _STRAIGHT))
    tall = cv2.dilate(level, np.ones((5, 1), np.uint8))
    joined = cv2.morphologyEx(tall, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    opened = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, straight), np.uint8))
    return np.asarray(opened, np.uint8)


def _kind(x: int, own_width: int, width: int, longest: int) -> str | None:
    """Whether a straight way is a rule: "border" where it runs to the picture's border, "inside"
    where it ends with a sheet, None where it is too short for either."""
    reaches_border = x <= 0.03 * width or x + own_width >= 0.97 * width
    if reaches_border and own_width >= _SHORTEST * longest:
        return "border"
    return "inside" if own_width >= _SHORTEST_INSIDE * longest else None


def _fitted(x: _Ints, y: _Ints, is_long: bool, thickest: int) -> np.polynomial.Polynomial:
    """A line, or where it is long a slight curve, through most of the points."""
    kept = np.ones(len(x), bool)
    for reach in (2.0 * thickest, 1.0 * thickest, 0.7 * thickest):
        curve = np.polynomial.Polynomial.fit(x[kept], y[kept], 2 if is_long else 1)
        near = np.abs(y - curve(x)) <= reach
        if near.sum() < 0.3 * len(x):
            break
        kept = near
    return curve


def _add_rule(rules: Mask, middle: _Ints, thin: Mask, contrast: Plane, thickest: int) -> None:
    """Marks a rule along its whole way, where nothing stronger lies on it."""
    every = np.arange(rules.shape[1])
    reach = thickest // 2 + 2
    rows = middle[None, :] + np.arange(-reach, reach + 1)[:, None]
    inside = (rows >= 0) & (rows < rules.shape[0])
    rows, columns = rows[inside], np.broadcast_to(every, rows.shape)[inside]
    marked = thin[rows, columns] > 0
    if not marked.any():
        return
    rows, columns = rows[marked], columns[marked]
    levels = contrast[rows, columns]
    weak = levels <= _STRONGER * float(np.median(levels)) + _SLACK
    rules[rows[weak], columns[weak]] = 1
