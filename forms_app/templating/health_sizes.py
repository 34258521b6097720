"""Health check: are boxes large enough for a hand, fine enough for the recogniser, off the edge?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forms_app.reading.form_template import FieldKind, FormField, Layout, TemplatePage
from forms_app.reading.geometry import Box
from forms_app.templating.findings import Finding, Severity
from forms_app.templating.paper_size import mm_per_px

LEAST_CELL_PX, GOOD_CELL_PX = 14, 28
"""The recogniser sees each character in 28 x 28 px; half of that no longer tells 1 from 7."""
GOOD_CELL_MM = (4.0, 4.5)
"""Width and height. The forms of the field benchmark (docs/fields.md) have 4.8 mm and more."""
MOST_CELL_MM = 14.0
GOOD_LINE_MM = 5.0
LEAST_TICK_PX, GOOD_TICK_PX, GOOD_TICK_MM = 8, 16, 2.5
GOOD_PAGE_PX = 1650
"""The long side at 140 dpi: registration works at up to 150."""
EDGE_MM = 3.0
"""Scanners and printers lose about as much at the edge of the sheet."""


@dataclass(frozen=True, slots=True)
class _Measure:
    """A part of a field on paper; `mm` is what one pixel is wide there."""

    what: str
    box: Box
    mm: float

    @property
    def in_words(self) -> str:
        box = self.box
        return (
            f"{box.width:.0f} by {box.height:.0f} px, about "
            f"{box.width * self.mm:.1f} by {box.height * self.mm:.1f} mm"
        )


def page_size_findings(page: TemplatePage) -> Iterator[Finding]:
    """Is the blank itself fine enough?"""
    if max(page.width_px, page.height_px) < GOOD_PAGE_PX:
        dpi = 25.4 / mm_per_px(page.width_px, page.height_px)
        yield Finding(
            Severity.SHOULD,
            "coarse_page",
            f"The blank of page {page.number} is coarse: {page.width_px} by {page.height_px} px, "
            f"about {dpi:.0f} dots per inch.",
            "Scan or render the blank at 200 to 300 dots per inch.",
            page=page.number,
        )


def size_findings(field: FormField, page: TemplatePage) -> Iterator[Finding]:
    """What is too small, too large or too near the edge of the page."""
    mm = mm_per_px(page.width_px, page.height_px)
    if field.layout is Layout.COMB and field.cells:
        narrowest = min(field.cells, key=lambda cell: min(cell.width, cell.height))
        yield from _cell(field, _Measure("cells", narrowest, mm))
    elif field.layout is Layout.LINE:
        yield from _line(field, _Measure("line", field.box, mm))
    ticks = [option.box for option in field.options]
    if field.kind is FieldKind.MARK:
        ticks = [field.box]
    if ticks:
        smallest = min(ticks, key=lambda box: min(box.width, box.height))
        yield from _tick(field, _Measure("tick box", smallest, mm))
    yield from _edge(field, page, EDGE_MM / mm)


def _cell(field: FormField, cell: _Measure) -> Iterator[Finding]:
    shorter_px = min(cell.box.width, cell.box.height)
    width_mm, height_mm = cell.box.width * cell.mm, cell.box.height * cell.mm
    if shorter_px < GOOD_CELL_PX:
        hopeless = shorter_px < LEAST_CELL_PX
        yield Finding(
            Severity.MUST if hopeless else Severity.SHOULD,
            "cells_few_pixels",
            f"Its cells have {cell.in_words}: {'too' if hopeless else 'rather'} few pixels to "
            "tell characters apart.",
            "Use a blank with more dots per inch (200 to 300), or larger cells.",
            field.name,
            field.page,
        )
    elif width_mm < GOOD_CELL_MM[0] or height_mm < GOOD_CELL_MM[1]:
        yield Finding(
            Severity.SHOULD,
            "cells_small",
            f"Its cells have {cell.in_words}: too small for most hands, so writing will run "
            "into the next cell.",
            "Print cells of 5 mm by 6 mm or more. If they are larger on the paper, correct the "
            "number of cells.",
            field.name,
            field.page,
        )
    elif width_mm > MOST_CELL_MM:
        yield Finding(
            Severity.NOTE,
            "cells_wide",
            f"Its cells have {cell.in_words}: people may write several characters into one.",
            "Check the number of cells, or make it a free line.",
            field.name,
            field.page,
        )


def _line(field: FormField, line: _Measure) -> Iterator[Finding]:
    if line.box.height < GOOD_CELL_PX:
        yield Finding(
            Severity.MUST if line.box.height < LEAST_CELL_PX else Severity.SHOULD,
            "line_few_pixels",
            f"Its line has {line.in_words}: few pixels to tell characters apart.",
            "Use a blank with more dots per inch (200 to 300), or a taller box.",
            field.name,
            field.page,
        )
    elif line.box.height * line.mm < GOOD_LINE_MM:
        yield Finding(
            Severity.SHOULD,
            "line_low",
            f"Its line has {line.in_words}: too low for most hands.",
            "Make the box as tall as people write, with what hangs below the line; print writing "
            "lines 7 mm apart or more.",
            field.name,
            field.page,
        )


def _tick(field: FormField, tick: _Measure) -> Iterator[Finding]:
    shorter_px = min(tick.box.width, tick.box.height)
    if shorter_px < GOOD_TICK_PX:
        yield Finding(
            Severity.MUST if shorter_px < LEAST_TICK_PX else Severity.SHOULD,
            "tick_few_pixels",
            f"A tick box of it has {tick.in_words}: few pixels to tell a tick from a speck.",
            "Use a blank with more dots per inch (200 to 300), or larger tick boxes.",
            field.name,
            field.page,
        )
    elif shorter_px * tick.mm < GOOD_TICK_MM:
        yield Finding(
            Severity.SHOULD,
            "tick_small",
            f"A tick box of it has {tick.in_words}: marks will mostly lie outside.",
            "Print tick boxes of 3 to 5 mm, or draw the box around the printed one.",
            field.name,
            field.page,
        )


def _edge(field: FormField, page: TemplatePage, margin_px: float) -> Iterator[Finding]:
    inner = Box(0, 0, page.width_px, page.height_px).expanded(-margin_px)
    if not inner.contains(field.extent):
        yield Finding(
            Severity.SHOULD,
            "near_edge",
            f"It lies within {EDGE_MM:.0f} mm of the edge of the page, which scanners cut off.",
            "Move it inwards on the form.",
            field.name,
            field.page,
        )
