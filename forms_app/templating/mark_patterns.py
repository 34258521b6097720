"""What the bubbles of an answer sheet look like, and where on the page that is seen again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.geometry import Box
from forms_app.templating.blank_ink import BlankPage
from forms_app.templating.page_parts import mm

SIDES_MM = (1.9, 16.0)
"""From the tiny bubbles of dense sheets to those on a part of a page taken for a whole one."""
_SHAPES, _LETTER_SHAPE, _LETTER_MM = (0.6, 2.2), 0.85, 3.6
"""Width over height; what is as narrow as a letter is higher than one."""
_GAPS_MM = (0.0, 0.4, 0.75)
"""Breaks of a ring, and the distance of a letter from the bracket around it."""
_MOST_SOLID = 0.8
"""Ink in the frame of a mark; filled discs cover 0.79, bars all of it."""
_MARGIN, _MOST_MARGIN_MM = 0.18, 0.3
"""Paper around a mark that belongs to its look, in sides; not so much that lines are in it."""
_LEAST_MIRRORED = 0.6
"""Correlation of the rim with its mirror images; rings and brackets are symmetrical."""
_RIM = 0.62
"""Inside of this part of its half axes stands a bubble's letter, outside of it its ring."""
_LEAST_SQUARE = 0.55
"""Print in the corners, and in the middle of the top, in parts of the darkest: both have it in a
square alone. Squares are no bubbles: rows of them may be combs."""
_WITHIN, _CORNER, _TOP = 0.54, 0.42, (0.2, 0.4)
"""Distances from the middle in sides: of the frame's outside with half its line, from where on a
corner is, and the half width and the start of the top's middle."""
_LEAST_SPREAD = 4.0
"""Grey levels; what varies less is bare paper."""
_DARKER, _LEAST_DARKER = 2.2, 40.0
"""How much darker the inside of a filled mark is than usual: times, and grey levels more."""

Values = NDArray[np.float32]


@dataclass(frozen=True)
class Pattern:
    """The usual look of marks of one kind.

    `size` width and height of a mark; `likeness` (h, w) float32, -1 to 1, by a mark's middle;
    `filled` (h, w) uint8, 255 at middles of marks that are filled in.
    """

    size: tuple[float, float]
    likeness: Values
    filled: NDArray[np.uint8]


def print_blobs(page: BlankPage) -> list[Box]:
    """Frames of pieces of print as large as a mark, small gaps in them closed or not."""
    found: dict[tuple[int, int, int, int], Box] = {}
    least, most = mm(SIDES_MM[0]), mm(SIDES_MM[1])
    for gap_mm in _GAPS_MM:
        kernel = np.ones((3 if gap_mm else 1, round(mm(gap_mm)) | 1), np.uint8)
        closed = cv2.morphologyEx(page.strokes, cv2.MORPH_CLOSE, kernel)
        count, _, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
        for x, y, width, height, area in stats[1:count].tolist():
            if not (least <= width <= most and least <= height <= most):
                continue
            if not _SHAPES[0] <= width / height <= _SHAPES[1]:
                continue
            if width < _LETTER_SHAPE * height and height < mm(_LETTER_MM):
                continue
            if area <= _MOST_SOLID * width * height or gap_mm:
                found[x, y, width, height] = Box(x, y, width, height)
    return list(found.values())


def pattern_of(page: BlankPage, marks: Sequence[Box]) -> Pattern | None:
    """The pattern of marks that are alike; None where they are no frames with room inside.

    The median of all their pictures keeps the ring or the brackets, which they have in common,
    and loses the letters inside.
    """
    width, height = _size(marks)
    smooth = np.asarray(cv2.GaussianBlur(page.contrast, (3, 3), 0), np.uint8)
    common = _common(smooth, marks)
    if common is None or not _is_frame(common, width, height):
        return None
    likeness = _likeness(smooth, common, _rim(common, width, height))
    return Pattern((width, height), likeness, _filled(page, marks, (width, height)))


def likeness_to(page: BlankPage, marks: Sequence[Box]) -> Values | None:
    """Likeness (h, w), -1 to 1, of the print around each pixel to frames of one size."""
    smooth = np.asarray(cv2.GaussianBlur(page.contrast, (3, 3), 0), np.uint8)
    common = _common(smooth, marks)
    return None if common is None else _likeness(smooth, common, _rim(common, *_size(marks)))


def _size(marks: Sequence[Box]) -> tuple[float, float]:
    return float(np.median([b.width for b in marks])), float(np.median([b.height for b in marks]))


def _common(smooth: NDArray[np.uint8], marks: Sequence[Box]) -> Values | None:
    """The median picture of marks; None for fewer than three."""
    width, height = _size(marks)
    reach = round(min(max(2.0, _MARGIN * min(width, height)), mm(_MOST_MARGIN_MM)))
    half = (round(width / 2) + reach, round(height / 2) + reach)
    cuts = [cut for box in marks if (cut := _around(smooth, box, half)) is not None]
    return np.median(np.stack(cuts), axis=0).astype(np.float32) if len(cuts) >= 3 else None


def _around(smooth: NDArray[np.uint8], box: Box, half: tuple[int, int]) -> Values | None:
    x, y = round(box.centre[0]), round(box.centre[1])
    left, top = x - half[0], y - half[1]
    if left < 0 or top < 0:
        return None
    cut = smooth[top : top + 2 * half[1] + 1, left : left + 2 * half[0] + 1]
    whole = cut.shape == (2 * half[1] + 1, 2 * half[0] + 1)
    return cut.astype(np.float32) if whole else None


def _rim(common: Values, width: float, height: float) -> NDArray[np.bool_]:
    """Where the ring or the brackets are, not the letter inside."""
    rows, columns = (np.linspace(-(n - 1) / 2, (n - 1) / 2, n) for n in common.shape)
    return np.hypot(columns[None] / (width / 2), rows[:, None] / (height / 2)) > _RIM


def _likeness(smooth: NDArray[np.uint8], common: Values, rim: NDArray[np.bool_]) -> Values:
    """Correlation (-1 to 1) of the rim around each pixel with the pattern's."""
    values = np.minimum(smooth, 1.5 * max(1.0, float(common.max()))).astype(np.float32)
    count = float(rim.sum())
    pattern = np.where(rim, common - common[rim].mean(), 0).astype(np.float32)
    mask = rim.astype(np.float32)
    total, squares, shared = (
        cv2.filter2D(image, cv2.CV_32F, kernel, borderType=cv2.BORDER_CONSTANT)
        for image, kernel in ((values, mask), (values * values, mask), (values, pattern))
    )
    spread = np.maximum(squares - total * total / count, count * _LEAST_SPREAD**2)
    strength = np.sqrt(spread) * float(np.linalg.norm(pattern))
    return np.asarray(shared / np.maximum(strength, 1e-6), np.float32)


def _is_frame(common: Values, width: float, height: float) -> bool:
    """Whether the common print is a ring or a pair of brackets: mirrored both ways, no square."""
    rim = _rim(common, width, height)
    mirrored = [_correlation(common[rim], flipped[rim])
                for flipped in (common[:, ::-1], common[::-1])]  # fmt: skip
    if min(mirrored) < _LEAST_MIRRORED:
        return False
    rows, columns = (np.abs(np.linspace(-(n - 1) / 2, (n - 1) / 2, n)) for n in common.shape)
    across, down = np.meshgrid(columns / width, rows / height)
    within = (across <= _WITHIN) & (down <= _WITHIN)
    corners = within & (across > _CORNER) & (down > _CORNER)
    top = within & (across < _TOP[0]) & (down > _TOP[1])
    inked = _LEAST_SQUARE * float(np.percentile(common[within], 95))
    is_square = np.percentile(common[corners], 75) > inked and common[top].max() > inked
    return not is_square


def _correlation(a: Values, b: Values) -> float:
    return float(np.nan_to_num(np.corrcoef(a, b)[0, 1]))


def _filled(page: BlankPage, marks: Sequence[Box], size: tuple[float, float]) -> NDArray[np.uint8]:
    """Where the middle of a mark is much darker than that of the usual one."""
    within = tuple(max(3, round(0.55 * side) | 1) for side in size)
    mean = cv2.blur(page.contrast, (within[0], within[1]))
    usual = [mean[round(b.centre[1]), round(b.centre[0])] for b in marks]
    level = float(np.median(usual))
    least = max(_DARKER * level, level + _LEAST_DARKER)
    return np.where(mean > least, 255, 0).astype(np.uint8)
