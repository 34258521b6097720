"""Finds the characters in a photograph or scan of handwriting on plain paper.

For people's own samples: any pen, light on dark or dark on light, uneven light. Form pages go
through `cropping` and `segmentation` instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.errors import ShapeError
from forms_app.reading.glyphs import frame_glyph

_WORKING_PX = 1600
_PAPER_PX, _MEDIAN_PX = 240, 61
_MIN_CONTRAST = 24.0
_NOISE_SHARE = 0.16
"""Parts lower and narrower than this share of the median character are dust."""


@dataclass(frozen=True)
class FoundCharacter:
    """One character.

    Attributes:
        box_px: x, y, width, height in the given image.
        glyph: (28, 28) uint8.
        line: number of its line, from 0.
        space_before: whether a word space precedes it on its line.
        relative_height: of its ink, 1.0 is as high as a capital of its line.
        relative_bottom: where its ink ends, 1.0 is the baseline.
    """

    box_px: tuple[int, int, int, int]
    glyph: NDArray[np.uint8]
    line: int
    space_before: bool
    relative_height: float
    relative_bottom: float


@dataclass(frozen=True)
class _Part:
    """A group of connected components: box and their labels."""

    x: int
    y: int
    width: int
    height: int
    labels: tuple[int, ...]

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    def joined(self, other: _Part) -> _Part:
        """The union of two parts."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        right, bottom = max(self.right, other.right), max(self.bottom, other.bottom)
        return _Part(x, y, right - x, bottom - y, self.labels + other.labels)


def ink_of(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Separates ink from paper, whatever the pen and the light.

    The paper is a smooth surface through what is common in the image; the ink is what differs
    from it, in the direction in which it differs more.

    Args:
        grey: (H, W) uint8.

    Returns:
        (H, W) uint8, ink bright on 0; all zeros where nothing stands out.

    Raises:
        ShapeError: not a grey image.
    """
    if grey.ndim != 2 or grey.dtype != np.uint8 or not grey.size:
        raise ShapeError(f"sample: got {grey.dtype} {grey.shape}, expected uint8 (H, W)")
    difference = grey.astype(np.int16) - _paper(grey).astype(np.int16)
    darker, lighter = np.clip(-difference, 0, 255), np.clip(difference, 0, 255)
    ink = darker if _strength(darker) >= _strength(lighter) else lighter
    peak = float(np.percentile(ink[ink > 0], 98)) if (ink > 0).any() else 0.0
    top = max(peak, float(ink.max()) * 0.6)
    if top < _MIN_CONTRAST:
        return np.zeros_like(grey)
    floor = 0.28 * top
    stretched: NDArray[np.float64] = np.clip((ink - floor) * (255.0 / (top - floor)), 0, 255)
    return stretched.astype(np.uint8)


def find_characters(image: NDArray[np.uint8]) -> list[FoundCharacter]:
    """Finds characters and puts them in reading order.

    Args:
        image: (H, W) grey or (H, W, 3) RGB uint8, dark on light or light on dark.

    Returns:
        Characters line by line, left to right; dots of i and j, the bars of = and the like are
        joined to their character.

    Raises:
        ShapeError: not a grey image.
    """
    is_colour = image.ndim == 3 and image.shape[2] == 3 and image.size > 0
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8) if is_colour else image
    ink = ink_of(grey)
    scale = min(1.0, _WORKING_PX / max(ink.shape))
    if scale < 1.0:
        size = (max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale)))
        ink = cv2.resize(ink, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    mask = (ink > 60).astype(np.uint8)
    _, components, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    labels = components.astype(np.int32, copy=False)
    boxes = stats[:, :4].astype(int).tolist()
    parts = [_Part(x, y, w, h, (n,)) for n, (x, y, w, h) in enumerate(boxes) if n]
    lines = _lines(_without_dust(parts))
    found = []
    for number, line in enumerate(lines):
        joined = _joined_stacks(line)
        height, bottom = _measure(joined)
        for part, space in _with_spaces(joined):
            found.append(_found(part, ink, labels, scale, number, space, height, bottom))
    return found


def _paper(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The background without the ink: a smooth surface plus what a wide median adds to it."""
    factor = min(1.0, _PAPER_PX / max(grey.shape))
    size = (max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.float64)
    surface, inked = _smooth_surface(small)
    bare = np.clip(np.where(inked, surface, small), 0, 255).astype(np.uint8)
    if min(small.shape) >= 2 * _MEDIAN_PX:
        bare = cv2.medianBlur(bare, _MEDIAN_PX).astype(np.uint8, copy=False)
    else:
        bare = np.clip(surface, 0, 255).astype(np.uint8)
    back = cv2.resize(bare, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return back.astype(np.uint8, copy=False)


def _smooth_surface(
    grey: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Fits a quadratic surface to the paper, leaving out what stands off it; and those pixels."""
    rows, columns = (np.linspace(-1, 1, n) if n > 1 else np.zeros(1) for n in grey.shape)
    y, x = (axis.ravel() for axis in np.meshgrid(rows, columns, indexing="ij"))
    terms = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=1)
    values = grey.ravel()
    fitted = np.full_like(values, np.median(values))
    inked = np.abs(values - fitted) > 60.0
    for limit in (40.0, 25.0, 18.0):
        paper = ~inked
        if paper.sum() < len(terms[0]) * 4:
            break
        weights, *_ = np.linalg.lstsq(terms[paper], values[paper], rcond=1e-6)
        fitted = terms @ weights
        inked = np.abs(values - fitted) > limit
    return fitted.reshape(grey.shape), inked.reshape(grey.shape)


def _strength(ink: NDArray[np.int16]) -> float:
    return float(np.percentile(ink, 99.5)) + float(ink.max()) * 0.2


def _without_dust(parts: list[_Part]) -> list[_Part]:
    """Drops parts that are tiny beside the typical one; dots survive by their thickness."""
    parts = [part for part in parts if part.width * part.height > 3]
    if not parts:
        return []
    sizes = sorted((max(part.width, part.height) for part in parts), reverse=True)
    typical = float(np.median(sizes[: max(1, (len(sizes) + 1) // 2)]))
    return [part for part in parts if max(part.width, part.height) >= _NOISE_SHARE * 0.5 * typical]


def _lines(parts: list[_Part]) -> list[list[_Part]]:
    """Groups parts into text lines: the tallest first, the small ones to the nearest line."""
    if not parts:
        return []
    tallest = max(part.height for part in parts)
    typical = float(np.median([p.height for p in parts if p.height >= 0.3 * tallest]))
    lines: list[list[_Part]] = []
    small = [part for part in parts if part.height < 0.55 * typical]
    for part in sorted(set(parts) - set(small), key=lambda p: -p.height):
        home = max(lines, key=lambda line: _shared(part, line), default=None)
        if home is None or _shared(part, home) < 0.4:
            lines.append([part])
        else:
            home.append(part)
    for part in small:
        min(lines, key=lambda line: _distance(part, line)).append(part)
    lines.sort(key=lambda line: float(np.median([p.y + p.height / 2 for p in line])))
    return [sorted(line, key=lambda p: p.x) for line in lines]


def _shared(part: _Part, line: list[_Part]) -> float:
    """Share of the lower of the two heights that a part and a line have in common."""
    near = sorted(line, key=lambda p: abs(p.x - part.x))[:3]
    top = float(np.median([p.y for p in near]))
    bottom = float(np.median([p.bottom for p in near]))
    overlap = min(part.bottom, bottom) - max(part.y, top)
    return overlap / max(1.0, min(part.height, bottom - top))


def _distance(part: _Part, line: list[_Part]) -> float:
    """How far a small part is from a line, counting mostly the nearest character."""
    if not line:
        return 0.0
    middle_x, middle_y = part.x + part.width / 2, part.y + part.height / 2

    def gap(other: _Part) -> float:
        across = max(other.x - middle_x, middle_x - other.right, 0.0)
        along = max(other.y - middle_y, middle_y - other.bottom, 0.0)
        return across + 2.0 * along

    return min(gap(other) for other in line)


def _joined_stacks(line: list[_Part]) -> list[_Part]:
    """Joins parts that stand above one another: dots, bars of '=', halves of '%'."""
    joined: list[_Part] = []
    for part in line:
        while joined and _stacked(joined[-1], part):
            part = joined.pop().joined(part)
        joined.append(part)
    return joined


def _stacked(one: _Part, other: _Part) -> bool:
    overlap = min(one.right, other.right) - max(one.x, other.x)
    narrow = min(one.width, other.width)
    slack = 0.35 * max(one.height, other.height) if narrow < 12 else 0.0
    return overlap > 0.5 * narrow or (
        overlap > -0.25 * slack and min(one.height, other.height) < slack and _one_above(one, other)
    )


def _one_above(one: _Part, other: _Part) -> bool:
    return one.bottom <= other.y or other.bottom <= one.y


def _with_spaces(line: list[_Part]) -> list[tuple[_Part, bool]]:
    """Marks the parts that a word space precedes: a gap far beyond the usual one."""
    gaps = [b.x - a.right for a, b in pairwise(line)]
    height = float(np.median([p.height for p in line])) if line else 0.0
    usual = float(np.percentile(gaps, 40)) if gaps else 0.0
    wide = max(0.6 * height, 1.6 * usual)
    return list(zip(line, [False, *(gap > wide for gap in gaps)], strict=True))


def _measure(line: list[_Part]) -> tuple[float, float]:
    heights = np.array([p.height for p in line])
    tall = [p for p in line if p.height >= 0.5 * heights.max()]
    return float(np.percentile([p.height for p in tall], 60)), float(
        np.median([p.bottom for p in tall])
    )


def _found(
    part: _Part,
    ink: NDArray[np.uint8],
    labels: NDArray[np.int32],
    scale: float,
    line: int,
    space: bool,
    height_px: float,
    bottom_px: float,
) -> FoundCharacter:
    area = (slice(part.y, part.bottom), slice(part.x, part.right))
    own = np.isin(labels[area], part.labels)
    near = cv2.dilate(own.astype(np.uint8), np.ones((3, 3), np.uint8))
    glyph = frame_glyph(np.where(near > 0, ink[area], 0).astype(np.uint8))
    box = (part.x, part.y, part.width, part.height)
    x, y, width, height = (round(v / scale) for v in box)
    return FoundCharacter(
        (x, y, width, height),
        glyph,
        line,
        space,
        part.height / height_px,
        1.0 + (part.bottom - bottom_px) / height_px,
    )
