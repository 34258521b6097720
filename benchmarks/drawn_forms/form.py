"""Draws whole blank forms.

Each seed gives another form: fonts, sizes, line widths, print styles, order and measures vary.
Forms are drawn at 600 dpi and reduced, so that lines fall between pixels as in a rendered PDF.
"""

from __future__ import annotations

import numpy as np

from benchmarks.drawn_forms import mark_fields, prose, written_fields
from benchmarks.drawn_forms.sheet import MM, Sheet, at_dpi
from benchmarks.drawn_forms.truth import Truth
from forms_app.reading.types import GreyImage


def draw_form(seed: int, dpi: int) -> tuple[GreyImage, Truth]:
    """An A4 page at `dpi` and its truth in that page's pixels; the same for the same seed."""
    sheet = Sheet(np.random.default_rng([4, seed]))
    _fill(sheet)
    return at_dpi(sheet.image, sheet.truth, dpi)


def _fill(sheet: Sheet) -> None:
    """All usual parts in some order, and three of the rarer ones."""
    prose.title(sheet)
    parts = [written_fields.comb_row] * 4 + [written_fields.line_row] * 3
    parts += [mark_fields.option_row] * 2
    parts += [mark_fields.option_column, mark_fields.single_marks, written_fields.date_row]
    parts += [prose.paragraph] + [prose.heading] * 2
    rarer = [
        written_fields.table,
        mark_fields.matrix,
        mark_fields.bubble_grid,
        prose.notes,
        written_fields.labelled_boxes,
    ]
    parts += [rarer[i] for i in sheet.rng.permutation(len(rarer))[:3]]
    order = [parts[i] for i in sheet.rng.permutation(len(parts))]
    last = [written_fields.comb_row, written_fields.line_row, written_fields.signature]
    for part in [*order, *last]:
        part(sheet)
        sheet.y += sheet.rng.uniform(2.5, 5) * MM
