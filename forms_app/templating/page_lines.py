"""The printed lines of a blank that boxes of the editor snap to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forms_app.reading.types import GreyImage
from forms_app.templating.blank_ink import BlankPage, prepare_blank
from forms_app.templating.page_parts import Ruling
from forms_app.templating.rulings import LEAST_MM, level_lines, rulings_of, upright_lines

Line = tuple[float, float, float]
"""`(at, from, to)` in pixels of the given page: x and its span of y, or y and its span of x."""


@dataclass(frozen=True, slots=True)
class PageLines:
    """Upright and level printed lines, sorted by where they are."""

    vertical: tuple[Line, ...]
    horizontal: tuple[Line, ...]


def page_lines(grey: GreyImage, dpi: float | None = None) -> PageLines:
    """The straight printed lines of a blank page.

    Args:
        grey: (H, W) uint8, dark print on light paper.
        dpi: its resolution; None where it is not known.
    """
    page = prepare_blank(grey, dpi)
    level = rulings_of(level_lines(page), LEAST_MM)
    upright = rulings_of(np.ascontiguousarray(upright_lines(page).T), LEAST_MM)
    return PageLines(
        vertical=tuple(sorted(_on_page(page, line, is_upright=True) for line in upright)),
        horizontal=tuple(sorted(_on_page(page, line, is_upright=False) for line in level)),
    )


def _on_page(page: BlankPage, line: Ruling, is_upright: bool) -> Line:
    """A line of the working page on the given page; a slight tilt is levelled out at its middle."""
    ends = [(line.start, line.at), (line.end, line.at)]
    points = [(at, along) if is_upright else (along, at) for along, at in ends]
    first, last = (page.back @ np.array([x, y, 1.0]) for x, y in points)
    across, along = (0, 1) if is_upright else (1, 0)
    at = (first[across] + last[across]) / 2
    return (round(float(at), 1), round(float(first[along]), 1), round(float(last[along]), 1))
