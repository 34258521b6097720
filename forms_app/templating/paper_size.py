"""How large a template page is on paper, judged by its shape."""

from __future__ import annotations

# Long side in millimetres by the ratio of the sides: ISO A sizes (A4 is taken), US Letter, US
# Legal. A page of another shape is taken to be as tall as A4.
_LONG_SIDES_MM = ((1.414, 297.0), (1.294, 279.4), (1.647, 355.6))
_SHAPE_TOLERANCE = 0.03


def mm_per_px(width_px: int, height_px: int) -> float:
    """Millimetres that one pixel of the page is wide if the sheet is A4, Letter or Legal."""
    long_px, short_px = max(width_px, height_px), min(width_px, height_px)
    ratio = long_px / short_px
    nearest, long_mm = min(_LONG_SIDES_MM, key=lambda known: abs(known[0] - ratio))
    return (long_mm if abs(nearest - ratio) <= _SHAPE_TOLERANCE else 297.0) / long_px
