"""How forms print the places to write in: cells of combs, and lines to write on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from PIL import ImageDraw, ImageFont

from forms_app.reading.geometry import Box, bounding_box

A4_PX = (2480, 3508)
"""A4 upright at 300 dpi."""
TICK_HEIGHT = 0.4
GUIDE_HEIGHT = 0.5


class CellPrint(StrEnum):
    """How the cells of a comb are told apart."""

    SHARED_WALLS = "shared walls"
    TICKS = "ticks"
    SEPARATE = "separate boxes"
    SHADED = "shaded cells"
    DROP_OUT = "drop-out panel"
    UNDERLINED = "lines under"


class LinePrint(StrEnum):
    """What a field for free writing shows."""

    BOX = "box"
    UNDERLINED = "line under"
    TINTED = "tinted"


@dataclass(frozen=True, slots=True)
class Style:
    """How this form prints its boxes; lengths in pixels of a page at 300 dpi, greys 0 to 255.

    `gap_px` parts separate boxes, shaded cells and lines under; `tint` is the grey of shaded areas
    and drop-out panels, `guide_grey` that of the letters printed inside cells.
    """

    line_px: int = 3
    line_grey: int = 90
    cell_width_px: int = 62
    cell_height_px: int = 78
    cell_print: CellPrint = CellPrint.SHARED_WALLS
    line_print: LinePrint = LinePrint.BOX
    gap_px: int = 0
    tint: int = 225
    guide_grey: int = 190
    page_px: tuple[int, int] = A4_PX
    tick_box_px: int = 48
    row_gap_px: int = 46

    @property
    def cell_step_px(self) -> int:
        return self.cell_width_px + self.gap_px


def place_cells(x: int, y: int, count: int, style: Style) -> tuple[Box, ...]:
    """The boxes of a comb's cells whose top left corner is (x, y)."""
    step, width, height = style.cell_step_px, style.cell_width_px, style.cell_height_px
    return tuple(Box(x + i * step, y, width, height) for i in range(count))


def print_cells(draw: ImageDraw.ImageDraw, cells: Sequence[Box], style: Style) -> None:
    """Prints the cells of one comb."""
    _PRINTS[style.cell_print](draw, cells, style)


def print_guides(
    draw: ImageDraw.ImageDraw, cells: Sequence[Box], letters: str, style: Style
) -> None:
    """Prints one pale letter in the middle of each cell, as D D M M Y Y Y Y."""
    font = ImageFont.load_default(round(GUIDE_HEIGHT * style.cell_height_px))
    for cell, letter in zip(cells, letters, strict=False):
        draw.text(cell.centre, letter, font=font, fill=style.guide_grey, anchor="mm")


def print_line(draw: ImageDraw.ImageDraw, box: Box, style: Style) -> None:
    """Prints the place of a line field."""
    corners = (box.x, box.y, box.right, box.bottom)
    if style.line_print is LinePrint.BOX:
        draw.rectangle(corners, outline=style.line_grey, width=style.line_px)
    elif style.line_print is LinePrint.TINTED:
        draw.rectangle(corners, fill=style.tint)
    else:
        draw.line(
            (box.x, box.bottom, box.right, box.bottom), fill=style.line_grey, width=style.line_px
        )


def _shared_walls(draw: ImageDraw.ImageDraw, cells: Sequence[Box], style: Style) -> None:
    _frame(draw, bounding_box(cells), style)
    _walls(draw, cells, style, 1.0)


def _ticks(draw: ImageDraw.ImageDraw, cells: Sequence[Box], style: Style) -> None:
    _frame(draw, bounding_box(cells), style)
    _walls(draw, cells, style, TICK_HEIGHT)


def _separate(draw: ImageDraw.ImageDraw, cells: Sequence[Box], style: Style) -> None:
    for cell in cells:
        _frame(draw, cell, style)


def _shaded(draw: ImageDraw.ImageDraw, cells: Sequence[Box], style: Style) -> None:
    for cell in cells:
        draw.rectangle((cell.x, cell.y, cell.right, cell.bottom), fill=style.tint)


def _drop_out(draw: ImageDraw.ImageDraw, cells: Sequence[Box], style: Style) -> None:
    panel = bounding_box(cells).expanded(2 * style.line_px + 4)
    draw.rectangle((panel.x, panel.y, panel.right, panel.bottom), fill=style.tint)
    inset = style.line_px
    for cell in cells:
        draw.rectangle(
            (cell.x + inset, cell.y + inset, cell.right - inset, cell.bottom - inset), fill=255
        )


def _underlined(draw: ImageDraw.ImageDraw, cells: Sequence[Box], style: Style) -> None:
    for cell in cells:
        draw.line(
            (cell.x, cell.bottom, cell.right, cell.bottom),
            fill=style.line_grey,
            width=style.line_px,
        )


def _frame(draw: ImageDraw.ImageDraw, box: Box, style: Style) -> None:
    corners = (box.x, box.y, box.right, box.bottom)
    draw.rectangle(corners, outline=style.line_grey, width=style.line_px)


def _walls(draw: ImageDraw.ImageDraw, cells: Sequence[Box], style: Style, height: float) -> None:
    for cell in cells[1:]:
        top = cell.bottom - round(height * cell.height)
        line = (cell.x, top, cell.x, cell.bottom)
        draw.line(line, fill=style.line_grey, width=style.line_px)


_PRINTS = {
    CellPrint.SHARED_WALLS: _shared_walls,
    CellPrint.TICKS: _ticks,
    CellPrint.SEPARATE: _separate,
    CellPrint.SHADED: _shaded,
    CellPrint.DROP_OUT: _drop_out,
    CellPrint.UNDERLINED: _underlined,
}
