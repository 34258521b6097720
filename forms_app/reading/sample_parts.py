"""Connected parts of the ink in a photograph, without dust, table edges and the like."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.components import Components, find_components
from forms_app.reading.types import InkImage

_INKED = 60
# Shares of the typical part: smaller is dust.
_DUST = 0.05
# A part this long (share of the picture's longer side) and this thin is no writing.
_LONG, _THIN = 0.3, 0.006
# More parts than any page of writing has: wood, cloth, foliage. The largest are looked at.
_MOST_PARTS = 3000


@dataclass(frozen=True, slots=True)
class Part:
    """Ink that hangs together: its box in pixels, and the labels of its components."""

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

    @property
    def middle(self) -> float:
        """Of its width."""
        return self.x + self.width / 2

    @property
    def size(self) -> int:
        """The longer side."""
        return max(self.width, self.height)

    def joined(self, other: Part) -> Part:
        """The union of two parts."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        right, bottom = max(self.right, other.right), max(self.bottom, other.bottom)
        return Part(x, y, right - x, bottom - y, self.labels + other.labels)


def find_parts(ink: InkImage) -> tuple[list[Part], NDArray[np.int32]]:
    """The parts that may be writing, and the label of each pixel `(h, w)`."""
    mask = np.greater(ink, _INKED).astype(np.uint8)
    # Chalk and dry pens leave gaps of a pixel within a stroke.
    whole = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    found = find_components(np.asarray(whole, np.uint8))
    longest = max(ink.shape)
    kept = [n for n in range(1, found.count + 1) if _may_be_writing(found, n, longest)]
    if len(kept) > _MOST_PARTS:
        kept = sorted(kept, key=lambda n: -int(found.area[n]))[:_MOST_PARTS]
    return _without_dust([_part(found, n) for n in kept]), found.labels


def _part(found: Components, n: int) -> Part:
    left, top = int(found.left[n]), int(found.top[n])
    return Part(left, top, int(found.width[n]), int(found.height[n]), (n,))


def _may_be_writing(found: Components, n: int, longest: int) -> bool:
    width, height, area = int(found.width[n]), int(found.height[n]), int(found.area[n])
    is_line = max(width, height) > _LONG * longest and area < _THIN * longest * (width + height)
    return area > 3 and not is_line


def _without_dust(parts: list[Part]) -> list[Part]:
    """Drops what is tiny beside the typical part; dots survive by their thickness."""
    if not parts:
        return []
    sizes = sorted((part.size for part in parts), reverse=True)
    typical = float(np.median(sizes[: (len(sizes) + 1) // 2]))
    return [part for part in parts if part.size >= _DUST * typical]
