"""Parts of ink -> characters in lines: which stand side by side, which above one another."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.sample_parts import Part

_Reals = NDArray[np.float64]

# Lower than this share of the typical part: a dot, bar or dash that goes with the nearest line.
_SMALL = 0.45
# Parts of one line share this much of the lower one's height.
_SHARED = 0.4
# In typical heights: a part smaller than the first that lies farther than the second from all
# writing is a speck; any small part beyond the third is.
_SPECK, _NEAR, _FAR = 0.3, 1.6, 3.0
# In heights of the line's tallest: a dot is smaller, a stem with a dot narrower; a dot stands this
# far aside of its stem at most.
_DOT, _STEM, _SLANT = 0.3, 0.6, 0.25
# A space is wider than both: this share of the height, so many usual gaps.
_SPACE, _USUAL_GAPS = 0.6, 1.6


@dataclass(frozen=True, slots=True)
class TextLine:
    """Characters from left to right.

    `height_px` is that of a capital; `baselines_px` is where each character's line stands below
    it; `spaces` whether a word space precedes each.
    """

    characters: tuple[Part, ...]
    height_px: float
    baselines_px: tuple[float, ...]
    spaces: tuple[bool, ...]


def find_lines(parts: list[Part]) -> list[TextLine]:
    """Groups parts into lines, top to bottom, each with its characters from left to right."""
    if not parts:
        return []
    tallest = max(part.height for part in parts)
    typical = float(np.median([p.height for p in parts if p.height >= 0.3 * tallest]))
    large = sorted((p for p in parts if p.height >= _SMALL * typical), key=lambda p: p.middle)
    tilt = _tilt(large)
    lines = _chains(large, tilt)
    for part in set(parts) - set(large):
        distances = [_distance(part, line) for line in lines]
        nearest = int(np.argmin(distances))
        reach = _NEAR if part.size < _SPECK * typical else _FAR
        if distances[nearest] <= reach * typical:
            lines[nearest].append(part)
    lines.sort(
        key=lambda line: float(np.median([p.y + p.height / 2 - tilt * p.middle for p in line]))
    )
    return [_text_line(_joined(sorted(line, key=lambda p: p.x))) for line in lines]


def _tilt(parts: list[Part]) -> float:
    """Rows per column by which the lines slope, from each part to its neighbour on the left."""
    before = _neighbours(parts, 0.0)
    steps = [
        (b.bottom - parts[i].bottom) / max(1.0, b.middle - parts[i].middle)
        for b, i in zip(parts, before, strict=True)
        if i >= 0
    ]
    return float(np.median(steps)) if len(steps) >= 3 else 0.0


def _chains(parts: list[Part], tilt: float) -> list[list[Part]]:
    """Parts linked to their neighbours on the left; sorted by their middles."""
    lines: list[list[Part]] = []
    line_of: list[int] = []
    for part, neighbour in zip(parts, _neighbours(parts, tilt), strict=True):
        if neighbour < 0:
            line_of.append(len(lines))
            lines.append([part])
        else:
            line_of.append(line_of[neighbour])
            lines[line_of[neighbour]].append(part)
    return lines


def _neighbours(parts: list[Part], tilt: float) -> list[int]:
    """For each part the nearest one on its left that shares its heights, -1 where none does."""
    middles = np.array([p.middle for p in parts])
    tops = np.array([float(p.y) for p in parts]) - tilt * middles
    heights = np.array([float(p.height) for p in parts])
    return [_neighbour(i, tops, heights) for i in range(len(parts))]


def _neighbour(i: int, tops: _Reals, heights: _Reals) -> int:
    bottoms = tops[:i] + heights[:i]
    shared = np.minimum(bottoms, tops[i] + heights[i]) - np.maximum(tops[:i], tops[i])
    beside = np.flatnonzero(shared >= _SHARED * np.minimum(heights[:i], heights[i]))
    return int(beside[-1]) if len(beside) else -1


def _distance(part: Part, line: list[Part]) -> float:
    """How far a small part is from a line's nearest character, counting up and down double."""
    boxes = np.array([(p.x, p.right, p.y, p.bottom) for p in line], np.float64)
    middle_y = part.y + part.height / 2
    across = np.maximum(boxes[:, 0] - part.middle, part.middle - boxes[:, 1]).clip(0)
    along = np.maximum(boxes[:, 2] - middle_y, middle_y - boxes[:, 3]).clip(0)
    return float((across + 2.0 * along).min())


def _joined(line: list[Part]) -> list[Part]:
    """Joins parts that stand above one another: dots, bars of '=', halves of '%'."""
    joined: list[Part] = []
    for part in line:
        while joined and _stacked(joined[-1], part):
            part = joined.pop().joined(part)
        joined.append(part)
    return _with_dots(joined)


def _stacked(one: Part, other: Part) -> bool:
    overlap = min(one.right, other.right) - max(one.x, other.x)
    return overlap > 0.5 * min(one.width, other.width)


def _with_dots(line: list[Part]) -> list[Part]:
    """Joins dots that stand off the stem of a slanting i, j, ! or ?."""
    height = max(part.height for part in line)
    dots = [p for p in line if p.size < _DOT * height]
    stems = [p for p in line if p not in dots and p.width < _STEM * height]
    for dot in dots:
        near = [p for p in stems if _is_dot_of(dot, p, height)]
        if not near:
            continue
        stem = min(near, key=lambda p: abs(dot.middle - p.middle))
        stems.remove(stem)
        line = [p for p in line if p not in (dot, stem)] + [stem.joined(dot)]
    return sorted(line, key=lambda p: p.x)


def _is_dot_of(dot: Part, stem: Part, height: int) -> bool:
    """Whether a dot stands above a stem, or below it, no further aside than writing slants."""
    aside = _SLANT * height
    if -0.1 * height <= stem.y - dot.bottom < 0.5 * height:
        return stem.x - 0.4 * aside < dot.middle < stem.right + aside
    is_below = -0.05 * height <= dot.y - stem.bottom < 0.4 * height
    return is_below and stem.x - aside < dot.middle < stem.right + 0.4 * aside


def _text_line(line: list[Part]) -> TextLine:
    heights = np.array([p.height for p in line])
    tall = [p for p in line if p.height >= 0.5 * heights.max()]
    height = float(np.percentile([p.height for p in tall], 60))
    x, y = np.array([p.middle for p in tall]), np.array([float(p.bottom) for p in tall])
    slope = _slope(x, y)
    foot = float(np.median(y - slope * x))
    baselines = tuple(foot + slope * p.middle for p in line)
    return TextLine(tuple(line), height, baselines, tuple(_spaces(line, height)))


def _slope(x: _Reals, y: _Reals) -> float:
    """The median of the slopes between all pairs (Theil and Sen), 0 of fewer than four points."""
    if len(x) < 4:
        return 0.0
    first, second = np.triu_indices(len(x), 1)
    apart = np.abs(x[second] - x[first]) > 1
    steps = (y[second] - y[first])[apart] / (x[second] - x[first])[apart]
    return float(np.median(steps)) if len(steps) else 0.0


def _spaces(line: list[Part], height_px: float) -> list[bool]:
    """A gap far beyond the usual one is a word space."""
    gaps = [b.x - a.right for a, b in pairwise(line)]
    usual = float(np.percentile(gaps, 40)) if gaps else 0.0
    wide = max(_SPACE * height_px, _USUAL_GAPS * usual)
    return [False, *(gap > wide for gap in gaps)]
