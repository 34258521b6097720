"""The benchmark's form layouts: six print styles, drawn for each set with other measures."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from forms_app.reading.form_template import FormField, FormTemplate, Option, TemplatePage
from forms_app.reading.types import GreyImage
from forms_app.training.synthesis.blank_forms import Entry, draw_blank_form, pack_rows
from forms_app.training.synthesis.cell_prints import A4_PX, CellPrint, LinePrint, Style
from forms_app.training.synthesis.degradation import PAGE_DPI
from forms_app.training.synthesis.field_classes import CLASSES
from forms_app.training.synthesis.handwriting import as_grey
from forms_app.training.synthesis.people import BenchmarkSet

LANDSCAPE_PX = (A4_PX[1], A4_PX[0])


@dataclass(frozen=True, slots=True)
class FormLayout:
    """A form as it is printed (`paper`, `blank`, both at 300 dpi) and as a user defined it.

    `template` and `reference` are at the resolution of the user's blank.
    """

    name: str
    blank: GreyImage
    paper: FormTemplate
    reference: GreyImage
    template: FormTemplate


@dataclass(frozen=True, slots=True)
class _Look:
    name: str
    style: Style
    dpi: int
    guides: bool
    line_px: tuple[int, int]
    counts: dict[str, int]


_MANY = {"comb_capitals": 3, "comb_date": 2, "line_digits": 2, "line_amount": 2, "mark": 3,
         "line_capitals": 2, "choice": 2}  # fmt: skip
_FEW = {"comb_capitals": 2, "line_digits": 2, "line_amount": 2, "mark": 2}


def _looks(which: BenchmarkSet) -> tuple[_Look, ...]:
    if which is BenchmarkSet.BENCH:
        return (
            _Look("shared walls 6 mm", Style(3, 60, 71, 83, row_gap_px=36), 300, False,
                  (620, 90), _MANY),
            _Look("separate boxes 5.5 mm, guides",
                  Style(2, 40, 62, 80, CellPrint.SEPARATE, LinePrint.UNDERLINED, 11,
                        tick_box_px=44), 300, True, (640, 95), _MANY),
            _Look("ticks 7 mm", Style(3, 110, 83, 92, CellPrint.TICKS, row_gap_px=26), 200, False,
                  (680, 100), _FEW),
            _Look("drop-out 6 mm, landscape",
                  Style(3, 190, 71, 88, CellPrint.DROP_OUT, LinePrint.BOX, 0, 224,
                        page_px=LANDSCAPE_PX), 300, False, (600, 90), _MANY),
            _Look("shaded 5 mm, landscape",
                  Style(2, 120, 57, 74, CellPrint.SHADED, LinePrint.TINTED, 7, 218,
                        page_px=LANDSCAPE_PX), 200, False, (560, 84), _MANY),
            _Look("lines under 8 mm, guides",
                  Style(4, 70, 85, 96, CellPrint.UNDERLINED, LinePrint.UNDERLINED, 12,
                        guide_grey=175, row_gap_px=14), 300, True, (700, 100), _FEW),
        )  # fmt: skip
    return (
        _Look("shared walls 5.5 mm, guides", Style(2, 20, 65, 78), 300, True, (580, 84), _MANY),
        _Look("separate boxes 6.5 mm", Style(3, 90, 68, 88, CellPrint.SEPARATE, LinePrint.BOX, 14,
                                             row_gap_px=30), 200, False, (600, 90), _MANY),
        _Look("ticks 6 mm", Style(2, 60, 72, 84, CellPrint.TICKS, LinePrint.UNDERLINED,
                                  row_gap_px=36), 300, False, (660, 95), _MANY),
        _Look("drop-out 7 mm", Style(3, 200, 82, 94, CellPrint.DROP_OUT, LinePrint.TINTED, 0, 228,
                                     row_gap_px=22), 200, True, (640, 96), _FEW),
        _Look("shaded 6 mm, landscape",
              Style(2, 150, 66, 84, CellPrint.SHADED, LinePrint.BOX, 6, 222,
                    page_px=LANDSCAPE_PX), 300, False, (600, 90), _MANY),
        _Look("lines under 7 mm, landscape",
              Style(3, 30, 74, 90, CellPrint.UNDERLINED, LinePrint.UNDERLINED, 10,
                    page_px=LANDSCAPE_PX, row_gap_px=40), 300, True, (640, 96), _MANY),
    )  # fmt: skip


def layout_names(which: BenchmarkSet) -> tuple[str, ...]:
    return tuple(look.name for look in _looks(which))


def draw_layout(which: BenchmarkSet, index: int) -> FormLayout:
    """Draws one of the set's layouts, always the same.

    Raises:
        IndexError: the set has fewer layouts.
    """
    look = _looks(which)[index]
    seed = [list(BenchmarkSet).index(which), index]
    entries = _entries(look, np.random.default_rng(seed))
    rows = pack_rows(entries, look.style)
    title = f"Form {'ABCDEF'[index]}{len(which)}"
    blank, paper = draw_blank_form(title, f"Please write in capitals. {look.name}.", rows,
                                   look.style)  # fmt: skip
    reference, template = at_resolution(blank, paper, look.dpi)
    return FormLayout(look.name, blank, paper, reference, template)


def _entries(look: _Look, rng: np.random.Generator) -> list[Entry]:
    """Combs first, then lines, then marks, each group in an order of the layout's own."""
    entries = []
    for kind in CLASSES.values():
        for number in range(look.counts.get(kind.name, 1)):
            shown = kind if look.guides else replace(kind, guides="")
            entries.append(shown.entry(number, *look.line_px))
    order = rng.permutation(len(entries))
    group = {"comb": 0, "line": 1}
    mixed = [entries[i] for i in order]
    return sorted(mixed, key=lambda e: group.get(e.name[:4], 2))


def at_resolution(
    blank: GreyImage, paper: FormTemplate, dpi: int
) -> tuple[GreyImage, FormTemplate]:
    """The blank and its template as somebody has them who scanned the blank at another dpi."""
    scale = dpi / PAGE_DPI
    if scale == 1:
        return blank, paper
    size = (round(blank.shape[1] * scale), round(blank.shape[0] * scale))
    smaller = as_grey(cv2.resize(blank, size, interpolation=cv2.INTER_AREA))
    page = TemplatePage(1, size[0], size[1], paper.pages[0].image)
    fields = tuple(_scaled(f, scale) for f in paper.fields)
    return smaller, FormTemplate(paper.name, (page,), fields)


def _scaled(field: FormField, scale: float) -> FormField:
    return replace(
        field,
        box=field.box.scaled(scale),
        cells=tuple(cell.scaled(scale) for cell in field.cells),
        options=tuple(Option(o.value, o.box.scaled(scale), o.label) for o in field.options),
    )
