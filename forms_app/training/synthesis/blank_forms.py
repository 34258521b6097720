"""Draws blank forms from a short description and gives their form template: demo and tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from forms_app.reading.form_template import (
    Constraints,
    FieldKind,
    FormField,
    FormTemplate,
    Layout,
    Option,
    TemplatePage,
)
from forms_app.reading.geometry import Box, bounding_box
from forms_app.reading.types import GreyImage

PAGE_SIZE_PX = (2480, 3508)  # A4 at 300 dpi
MARGIN_PX = 170
LABEL_PX = 34
ROW_GAP_PX = 46
TICK_BOX_PX = 48


@dataclass(frozen=True, slots=True)
class Style:
    """How this form prints its boxes: line width and grey, cell size, open or closed combs."""

    line_px: int = 3
    line_grey: int = 90
    cell_width_px: int = 62
    cell_height_px: int = 78
    closed_cells: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """One field to draw; `width_px` is for lines, signatures and images."""

    name: str
    label: str
    kind: FieldKind
    cells: int = 0
    options: tuple[tuple[str, str], ...] = ()
    width_px: int = 500
    height_px: int = 84
    constraints: Constraints = field(default_factory=Constraints)


@dataclass(frozen=True, slots=True)
class Heading:
    """A section title across the page."""

    text: str


Row = Heading | Sequence[Entry]


def draw_blank_form(
    name: str, subtitle: str, rows: Sequence[Row], style: Style | None = None
) -> tuple[GreyImage, FormTemplate]:
    """One page with the rows from top to bottom.

    Returns:
        The blank, grey (3508, 2480) uint8, and its template with image name `blank.png`.

    Raises:
        ValueError: the rows do not fit on the page.
    """
    sheet = _Sheet(style or Style())
    sheet.title(name, subtitle)
    for row in rows:
        if isinstance(row, Heading):
            sheet.heading(row.text)
        else:
            sheet.row(row)
    width, height = PAGE_SIZE_PX
    page = TemplatePage(1, width, height, "blank.png")
    return sheet.image(), FormTemplate(name, (page,), tuple(sheet.fields))


class _Sheet:
    def __init__(self, style: Style) -> None:
        self._style = style
        self._image = Image.new("L", PAGE_SIZE_PX, 255)
        self._draw = ImageDraw.Draw(self._image)
        self._y = MARGIN_PX
        self.fields: list[FormField] = []

    def image(self) -> GreyImage:
        if self._y > PAGE_SIZE_PX[1] - MARGIN_PX // 2:
            raise ValueError(f"the rows end {self._y} px down, below the page")
        return np.array(self._image)

    def title(self, name: str, subtitle: str) -> None:
        self._text(MARGIN_PX, self._y, name, 92)
        self._draw.ellipse((2130, self._y, 2230, self._y + 100), outline=0, width=12)
        self._draw.rectangle((2190, self._y + 40, 2310, self._y + 100), fill=0)
        self._text(MARGIN_PX, self._y + 116, subtitle, 36)
        self._y += 196
        self._draw.rectangle((MARGIN_PX, self._y, 2480 - MARGIN_PX, self._y + 8), fill=0)
        self._y += 50

    def heading(self, text: str) -> None:
        self._draw.rectangle((MARGIN_PX, self._y, 2480 - MARGIN_PX, self._y + 62), fill=40)
        self._text(MARGIN_PX + 20, self._y + 9, text, 42, grey=255)
        self._y += 62 + 34

    def row(self, entries: Sequence[Entry]) -> None:
        x, tallest = MARGIN_PX, 0
        for entry in entries:
            self._text(x, self._y, entry.label, LABEL_PX)
            drawn = self._field(entry, x, self._y + LABEL_PX + 14)
            self.fields.append(drawn)
            tallest = max(tallest, round(drawn.extent.height))
            x = round(max(self._right_edge(drawn), x + self._text_width(entry.label))) + 90
        self._y += LABEL_PX + 14 + tallest + ROW_GAP_PX

    def _field(self, entry: Entry, x: int, y: int) -> FormField:
        if entry.cells:
            return self._comb(entry, x, y)
        if entry.options:
            return self._options(entry, x, y)
        if entry.kind is FieldKind.MARK:
            box = Box(x, y, TICK_BOX_PX, TICK_BOX_PX)
        else:
            box = Box(x, y, entry.width_px, entry.height_px)
        self._rectangle(box)
        layout = None if entry.kind in _NO_LAYOUT else Layout.LINE
        return FormField(
            entry.name, 1, entry.kind, box, entry.label, layout, constraints=entry.constraints
        )

    def _comb(self, entry: Entry, x: int, y: int) -> FormField:
        style = self._style
        step, height = style.cell_width_px, style.cell_height_px
        cells = tuple(Box(x + i * step, y, step, height) for i in range(entry.cells))
        self._rectangle(bounding_box(cells))
        top = y if style.closed_cells else y + round(height * 0.6)
        for cell in cells[1:]:
            line = (cell.x, top, cell.x, y + height)
            self._draw.line(line, fill=style.line_grey, width=style.line_px)
        return FormField(
            entry.name,
            1,
            entry.kind,
            bounding_box(cells),
            entry.label,
            Layout.COMB,
            cells,
            constraints=entry.constraints,
        )

    def _options(self, entry: Entry, x: int, y: int) -> FormField:
        options = []
        for value, text in entry.options:
            box = Box(x, y, TICK_BOX_PX, TICK_BOX_PX)
            self._rectangle(box)
            self._text(x + TICK_BOX_PX + 18, y + 5, text, LABEL_PX)
            options.append(Option(value, box, text))
            x += TICK_BOX_PX + 18 + round(self._text_width(text)) + 60
        return FormField(
            entry.name,
            1,
            entry.kind,
            bounding_box(o.box for o in options),
            entry.label,
            options=tuple(options),
            constraints=entry.constraints,
        )

    def _right_edge(self, drawn: FormField) -> float:
        labels = [o.box.right + 18 + self._text_width(o.label) for o in drawn.options]
        return max([drawn.extent.right, *labels])

    def _rectangle(self, box: Box) -> None:
        corners = (box.x, box.y, box.right, box.bottom)
        self._draw.rectangle(corners, outline=self._style.line_grey, width=self._style.line_px)

    def _text(self, x: int, y: int, text: str, size_px: int, grey: int = 0) -> None:
        self._draw.text((x, y), text, font=ImageFont.load_default(size_px), fill=grey)

    def _text_width(self, text: str) -> float:
        return self._draw.textlength(text, font=ImageFont.load_default(LABEL_PX))


_NO_LAYOUT = frozenset({FieldKind.MARK, FieldKind.SIGNATURE, FieldKind.IMAGE})
