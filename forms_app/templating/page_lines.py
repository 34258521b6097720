"""The printed lines of a blank that boxes of the editor snap to."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forms_app.reading.types import GreyImage
from forms_app.templating.blank_ink import BlankPage, prepare_blank
from forms_app.templating.page_parts import Ruling, mm
from forms_app.templating.rulings import LEAST_MM, level_lines, rulings_of, upright_lines

_LEAST_PIECE_MM = 4.0
"""Longer than the bars of letters in running text."""
_SAME_LINE_MM = 0.4
_MOST_GAP_MM = 8.0

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
    level = _joined(rulings_of(level_lines(page), LEAST_MM))
    upright = _joined(rulings_of(np.ascontiguousarray(upright_lines(page).T), LEAST_MM))
    return PageLines(
        vertical=tuple(sorted(_on_page(page, line, is_upright=True) for line in upright)),
        horizontal=tuple(sorted(_on_page(page, line, is_upright=False) for line in level)),
    )


def _joined(rulings: list[Ruling]) -> list[Ruling]:
    """Pieces of one pale or dotted line as one; short strokes may be letters and stay apart."""
    pieces = [ruling for ruling in rulings if ruling.length >= mm(_LEAST_PIECE_MM)]
    done = [ruling for ruling in rulings if ruling.length < mm(_LEAST_PIECE_MM)]
    open_lines: list[Ruling] = []
    for piece in sorted(pieces, key=lambda ruling: ruling.start):
        before = next((line for line in open_lines if _goes_on(line, piece)), None)
        if before is not None:
            open_lines.remove(before)
            piece = replace(piece, start=before.start, end=max(before.end, piece.end))
        open_lines.append(piece)
    return done + open_lines


def _goes_on(line: Ruling, piece: Ruling) -> bool:
    is_level = abs(piece.at - line.at) <= mm(_SAME_LINE_MM)
    return is_level and piece.start - line.end <= mm(_MOST_GAP_MM)


def _on_page(page: BlankPage, line: Ruling, is_upright: bool) -> Line:
    """A line of the working page on the given page; a slight tilt is levelled out at its middle."""
    ends = [(line.start, line.at), (line.end, line.at)]
    points = [(at, along) if is_upright else (along, at) for along, at in ends]
    first, last = (page.back @ np.array([x, y, 1.0]) for x, y in points)
    across, along = (0, 1) if is_upright else (1, 0)
    at = (first[across] + last[across]) / 2
    return (round(float(at), 1), round(float(first[along]), 1), round(float(last[along]), 1))
