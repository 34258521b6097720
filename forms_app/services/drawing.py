"""Reads what a person writes on the page, exactly as a field of a form is read."""

from __future__ import annotations

import time
from dataclasses import dataclass

from forms_app.errors import DrawingError, DrawingTooLargeError
from forms_app.reading.character_sets import CharacterSet, answering_within, sample_field
from forms_app.reading.form_template import FormField, Layout
from forms_app.reading.geometry import Box
from forms_app.reading.pen_strokes import PenStroke, draw_strokes
from forms_app.reading.pipeline import read_crop
from forms_app.reading.types import FieldReading
from forms_app.services.application import Application

__all__ = ["Drawing", "DrawingReading", "Surface", "comb_surface", "line_surface", "read_drawing"]

MAX_STROKES = 600
MAX_POINTS = 20_000
MAX_CELLS = 20
# Sizes in pixels at 300 dpi: cells a little larger than on paper, since a mouse is no pen.
CELL_WIDTH_PX, CELL_HEIGHT_PX, CELL_GAP_PX = 80, 96, 6
COMB_MARGIN_X_PX, COMB_MARGIN_Y_PX = 40, 34
LINE_HEIGHT_PX, LINE_MARGIN_PX = 200, 8
LINE_WIDTHS_PX = (200, 3000)


@dataclass(frozen=True, slots=True)
class Surface:
    """Where a person writes: the boxes of a field and the room around them, in pixels."""

    layout: Layout
    width_px: int
    height_px: int
    box: Box
    cells: tuple[Box, ...] = ()

    def field(self, characters: CharacterSet) -> FormField:
        """The field that asks for these characters here."""
        return sample_field(characters, self.box, self.cells)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Strokes on a surface, to be read as some set of characters."""

    surface: Surface
    characters: CharacterSet
    strokes: tuple[PenStroke, ...]


@dataclass(frozen=True, slots=True)
class DrawingReading:
    """What a form would hold, and the milliseconds that reading took on this machine."""

    reading: FieldReading
    elapsed_ms: float


def comb_surface(count: int) -> Surface:
    """A row of `count` boxes.

    Raises:
        DrawingError: no row has as many boxes.
    """
    if not 1 <= count <= MAX_CELLS:
        raise DrawingError(f"A row has 1 to {MAX_CELLS} boxes, not {count}.")
    pitch = CELL_WIDTH_PX + CELL_GAP_PX
    width = count * pitch - CELL_GAP_PX
    left, top = COMB_MARGIN_X_PX, COMB_MARGIN_Y_PX
    return Surface(
        Layout.COMB,
        width + 2 * left,
        CELL_HEIGHT_PX + 2 * top,
        Box(left, top, width, CELL_HEIGHT_PX),
        tuple(Box(left + i * pitch, top, CELL_WIDTH_PX, CELL_HEIGHT_PX) for i in range(count)),
    )


def line_surface(width_px: int) -> Surface:
    """A line to write on freely.

    Raises:
        DrawingError: it is too short or too long.
    """
    least, most = LINE_WIDTHS_PX
    if not least <= width_px <= most:
        raise DrawingError(f"A line is {least} to {most} pixels wide, not {width_px}.")
    box = Box(0, 0, width_px, LINE_HEIGHT_PX).expanded(-LINE_MARGIN_PX)
    return Surface(Layout.LINE, width_px, LINE_HEIGHT_PX, box)


def read_drawing(app: Application, drawing: Drawing) -> DrawingReading:
    """Draw the strokes into a field's crop and read it.

    Raises:
        DrawingTooLargeError: more strokes or points than any field of this size holds.
        ModelError: the recogniser cannot be loaded.
    """
    _require_size(drawing)
    classifier = answering_within(app.live_classifier(), drawing.characters)
    surface = drawing.surface
    begun = time.perf_counter()
    field = surface.field(drawing.characters)
    crop = draw_strokes(drawing.strokes, field, surface.width_px, surface.height_px)
    reading = read_crop(field, crop, classifier)
    return DrawingReading(reading, 1000 * (time.perf_counter() - begun))


def _require_size(drawing: Drawing) -> None:
    strokes = len(drawing.strokes)
    points = sum(len(stroke.points) for stroke in drawing.strokes)
    if strokes > MAX_STROKES or points > MAX_POINTS:
        raise DrawingTooLargeError(
            f"At most {MAX_STROKES} strokes with {MAX_POINTS:,} points together are read; these "
            f"are {strokes} with {points:,}. Clear the paper and write less at once."
        )
