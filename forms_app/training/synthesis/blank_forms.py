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
from forms_app.training.synthesis.cell_prints import (
    Style,
    place_cells,
    print_cells,
    print_guides,
    print_line,
)

__all__ = ["Entry", "Heading", "Row", "Style", "draw_blank_form", "pack_rows"]

MARGIN_PX = 170
LABEL_PX = 34
FIELD_GAP_PX = 90


@dataclass(frozen=True, slots=True)
class Entry:
    """One field to draw; `width_px` is for lines, signatures and images.

    `guides` are letters printed one to a cell.
    """

    name: str
    label: str
    kind: FieldKind
    cells: int = 0
    options: tuple[tuple[str, str], ...] = ()
    width_px: int = 500
    height_px: int = 84
    constraints: Constraints = field(default_factory=Constraints)
    guides: str = ""


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
        The blank, grey uint8 of the style's page size, and its template with image `blank.png`.

    Raises:
        ValueError: the rows do not fit on the page.
    """
    style = style or Style()
    sheet = _Sheet(style)
    sheet.title(name, subtitle)
    for row in rows:
        if isinstance(row, Heading):
            sheet.heading(row.text)
        else:
            sheet.row(row)
    width, height = style.page_px
    page = TemplatePage(1, width, height, "blank.png")
    return sheet.image(), FormTemplate(name, (page,), tuple(sheet.fields))


class _Sheet:
    def __init__(self, style: Style) -> None:
        self._style = style
        self._image = Image.new("L", style.page_px, 255)
        self._draw = ImageDraw.Draw(self._image)
        self._y = MARGIN_PX
        self.fields: list[FormField] = []

    def image(self) -> GreyImage:
        if self._y > self._style.page_px[1] - MARGIN_PX // 2:
            raise ValueError(f"the rows end {self._y} px down, below the page")
        return np.array(self._image)

    def title(self, name: str, subtitle: str) -> None:
        self._text(MARGIN_PX, self._y, name, 92)
        right = self._style.page_px[0] - MARGIN_PX
        self._draw.ellipse((right - 180, self._y, right - 80, self._y + 100), outline=0, width=12)
        self._draw.rectangle((right - 120, self._y + 40, right, self._y + 100), fill=0)
        self._text(MARGIN_PX, self._y + 116, subtitle, 36)
        self._y += 196
        self._draw.rectangle((MARGIN_PX, self._y, right, self._y + 8), fill=0)
        self._y += 50

    def heading(self, text: str) -> None:
        right = self._style.page_px[0] - MARGIN_PX
        self._draw.rectangle((MARGIN_PX, self._y, right, self._y + 62), fill=40)
        self._text(MARGIN_PX + 20, self._y + 9, text, 42, grey=255)
        self._y += 62 + 34

    def row(self, entries: Sequence[Entry]) -> None:
        x, tallest = MARGIN_PX, 0
        for entry in entries:
            self._text(x, self._y, entry.label, LABEL_PX)
            drawn = self._field(entry, x, self._y + LABEL_PX + 14)
            self.fields.append(drawn)
            tallest = max(tallest, round(drawn.extent.height))
            edge = max(self._right_edge(drawn), x + _text_width(entry.label))
            x = round(edge) + FIELD_GAP_PX
        self._y += LABEL_PX + 14 + tallest + self._style.row_gap_px

    def _field(self, entry: Entry, x: int, y: int) -> FormField:
        if entry.cells:
            return self._comb(entry, x, y)
        if entry.options:
            return self._options(entry, x, y)
        if entry.kind is FieldKind.MARK:
            box = Box(x, y, self._style.tick_box_px, self._style.tick_box_px)
        else:
            box = Box(x, y, entry.width_px, entry.height_px)
        if entry.kind in _NO_LAYOUT:
            self._rectangle(box)
        else:
            print_line(self._draw, box, self._style)
        layout = None if entry.kind in _NO_LAYOUT else Layout.LINE
        return FormField(
            entry.name, 1, entry.kind, box, entry.label, layout, constraints=entry.constraints
        )

    def _comb(self, entry: Entry, x: int, y: int) -> FormField:
        cells = place_cells(x, y, entry.cells, self._style)
        print_cells(self._draw, cells, self._style)
        print_guides(self._draw, cells, entry.guides, self._style)
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
        options, side = [], self._style.tick_box_px
        for value, text in entry.options:
            box = Box(x, y, side, side)
            self._rectangle(box)
            self._text(x + side + 18, y + 5, text, LABEL_PX)
            options.append(Option(value, box, text))
            x += _option_step(text, side)
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
        labels = [o.box.right + 18 + _text_width(o.label) for o in drawn.options]
        return max([drawn.extent.right, *labels])

    def _rectangle(self, box: Box) -> None:
        corners = (box.x, box.y, box.right, box.bottom)
        self._draw.rectangle(corners, outline=self._style.line_grey, width=self._style.line_px)

    def _text(self, x: int, y: int, text: str, size_px: int, grey: int = 0) -> None:
        self._draw.text((x, y), text, font=ImageFont.load_default(size_px), fill=grey)


def pack_rows(entries: Sequence[Entry], style: Style) -> list[Row]:
    """Rows that hold the entries in their order, each as full as the page is wide."""
    room = style.page_px[0] - 2 * MARGIN_PX
    rows: list[list[Entry]] = []
    used = room
    for entry in entries:
        width = _width_of(entry, style) + FIELD_GAP_PX
        if used + width - FIELD_GAP_PX > room:
            rows.append([])
            used = 0
        rows[-1].append(entry)
        used += width
    return list(rows)


def _width_of(entry: Entry, style: Style) -> int:
    if entry.cells:
        drawn = entry.cells * style.cell_step_px
    elif entry.options:
        drawn = sum(_option_step(text, style.tick_box_px) for _, text in entry.options)
    elif entry.kind is FieldKind.MARK:
        drawn = style.tick_box_px
    else:
        drawn = entry.width_px
    return max(drawn, round(_text_width(entry.label)))


def _option_step(text: str, side_px: int) -> int:
    return side_px + 18 + round(_text_width(text)) + 60


def _text_width(text: str) -> float:
    return float(ImageFont.load_default(LABEL_PX).getlength(text))


_NO_LAYOUT = frozenset({FieldKind.MARK, FieldKind.SIGNATURE, FieldKind.IMAGE})
