"""Boxes and points in pixels; y grows downwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels; `x`, `y` is its top left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def area(self) -> float:
        return self.width * self.height

    def as_list(self) -> list[float]:
        """`[x, y, width, height]`, whole numbers without a fraction, as in a template file."""
        return [int(v) if float(v).is_integer() else v for v in self._values()]

    def _values(self) -> tuple[float, float, float, float]:
        return self.x, self.y, self.width, self.height

    def shifted(self, dx: float, dy: float) -> Box:
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    def scaled(self, factor: float) -> Box:
        return Box(*(v * factor for v in self._values()))

    def expanded(self, margin_x: float, margin_y: float | None = None) -> Box:
        """Grown by a margin on each side (shrunk where negative)."""
        dy = margin_x if margin_y is None else margin_y
        return Box(self.x - margin_x, self.y - dy, self.width + 2 * margin_x, self.height + 2 * dy)

    def clipped(self, width: float, height: float) -> Box:
        """The part that lies on a page of this size; may be empty."""
        left, top = max(0.0, self.x), max(0.0, self.y)
        right, bottom = min(width, self.right), min(height, self.bottom)
        return Box(left, top, max(0.0, right - left), max(0.0, bottom - top))

    def contains(self, other: Box) -> bool:
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def overlap(self, other: Box) -> float:
        """Shared area in square pixels."""
        width = min(self.right, other.right) - max(self.x, other.x)
        height = min(self.bottom, other.bottom) - max(self.y, other.y)
        return max(0.0, width) * max(0.0, height)

    def as_slices(self) -> tuple[slice, slice]:
        """Rounded (rows, columns) to index an image with; clip to the page first."""
        return (
            slice(round(self.y), round(self.bottom)),
            slice(round(self.x), round(self.right)),
        )


def bounding_box(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of them.

    Raises:
        ValueError: there is no box.
    """
    items = list(boxes)
    if not items:
        raise ValueError("no boxes to bound")
    left, top = min(b.x for b in items), min(b.y for b in items)
    right, bottom = max(b.right for b in items), max(b.bottom for b in items)
    return Box(left, top, right - left, bottom - top)
