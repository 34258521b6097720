"""What the stages of automatic detection hand on: lines, cells and marks of a blank page.

All lengths are in pixels of the working page, which has `WORKING_DPI`; `mm` converts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from forms_app.reading.geometry import Box, bounding_box

WORKING_DPI = 200.0
"""Fine enough for hairlines (0.1 mm is 0.8 px), coarse enough for three seconds a page."""


def mm(length: float) -> float:
    """Millimetres in pixels of the working page."""
    return length * WORKING_DPI / 25.4


@dataclass(frozen=True, slots=True)
class Ruling:
    """A straight printed line; `start` to `end` along it, its middle `at` across it."""

    start: float
    end: float
    at: float
    thickness: float

    @property
    def length(self) -> float:
        return self.end - self.start


class Print(StrEnum):
    """How a place to write in is printed."""

    WALLED = "walled"
    SHADED = "shaded"
    TICKED = "ticked"
    UNDERLINED = "underlined"


@dataclass(frozen=True, slots=True)
class Comb:
    """A row of character cells, left to right."""

    cells: tuple[Box, ...]
    print: Print

    @property
    def box(self) -> Box:
        return bounding_box(self.cells)


@dataclass(frozen=True, slots=True)
class Mark:
    """A tick box or a bubble."""

    box: Box
    is_round: bool


@dataclass(frozen=True, slots=True)
class WritingPlace:
    """A place for free writing: a box, a tinted area, a line to write on, a cell of a table.

    `row` and `column` count from 1 in a table, 0 outside of one; `table` tells tables apart.
    """

    box: Box
    print: Print
    table: int = 0
    row: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class TextLine:
    """Printed words on one line, by their ink; what they say is read later."""

    box: Box
