"""Finds the characters in a photograph or scan of handwriting on paper.

For people's own samples: any pen, light on dark or dark on light, uneven light, ruled paper. Form
pages go through `cropping` and `segmentation` instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.glyphs import frame_glyph
from forms_app.reading.sample_ink import ink_of
from forms_app.reading.sample_lines import TextLine, find_lines
from forms_app.reading.sample_parts import Part, find_parts
from forms_app.reading.types import InkImage

__all__ = ["FoundCharacter", "find_characters", "ink_of"]


# Lower than this share of the picture's longer side, a line is grain or what is left of ruling.
_LEAST_HEIGHT = 0.007


@dataclass(frozen=True, slots=True)
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


def find_characters(image: NDArray[np.uint8]) -> list[FoundCharacter]:
    """Finds characters and puts them in reading order.

    Args:
        image: (H, W) grey or (H, W, 3) RGB uint8, dark on light or light on dark.

    Returns:
        Characters line by line, left to right; dots of i and j, the bars of = and the like are
        joined to their character.

    Raises:
        ShapeError: not such an image.
    """
    ink = ink_of(image)
    parts, labels = find_parts(ink)
    lines = [line for line in find_lines(parts) if line.height_px >= _LEAST_HEIGHT * max(ink.shape)]
    return [
        _found(line, i, number, ink, labels)
        for number, line in enumerate(lines)
        for i in range(len(line.characters))
    ]


def _found(
    line: TextLine, i: int, number: int, ink: InkImage, labels: NDArray[np.int32]
) -> FoundCharacter:
    part = line.characters[i]
    return FoundCharacter(
        box_px=(part.x, part.y, part.width, part.height),
        glyph=frame_glyph(_own_ink(part, ink, labels)),
        line=number,
        space_before=line.spaces[i],
        relative_height=part.height / line.height_px,
        relative_bottom=1.0 + (part.bottom - line.baselines_px[i]) / line.height_px,
    )


def _own_ink(part: Part, ink: InkImage, labels: NDArray[np.int32]) -> InkImage:
    """The part's ink in its box, with the soft edges of its strokes."""
    area = (slice(part.y, part.bottom), slice(part.x, part.right))
    own = np.isin(labels[area], part.labels).astype(np.uint8)
    near = cv2.dilate(own, np.ones((3, 3), np.uint8))
    return np.where(np.asarray(near) > 0, ink[area], 0).astype(np.uint8)
