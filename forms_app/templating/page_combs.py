"""Puts together all combs of a page: each kind of print in turn, then what was lost of them."""

from __future__ import annotations

from collections.abc import Sequence

from forms_app.reading.geometry import Box
from forms_app.templating.blank_ink import BlankPage, Mask
from forms_app.templating.box_sets import overlaps
from forms_app.templating.comb_completion import completed, joined_dates
from forms_app.templating.comb_detection import (
    CELL_HEIGHT_MM,
    combs_of_cells,
    is_cell,
    is_comb_cell,
)
from forms_app.templating.line_combs import ticked_combs, toothed_combs, underlined_combs
from forms_app.templating.page_parts import Comb, Print, Ruling, mm
from forms_app.templating.rulings import is_side


def find_combs(
    page: BlankPage,
    walled: Sequence[Box],
    tinted: Sequence[Box],
    rulings: Sequence[Ruling],
    upright: Mask,
    bubbles: Sequence[Box],
) -> list[Comb]:
    """All combs, in no order; what one kind has taken is no other's.

    Args:
        walled: boxes of lines.
        tinted: boxes of tint.
        rulings: level lines.
        upright: mask (h, w) of upright lines.
        bubbles: round marks; no comb grows into them.
    """
    combs: list[Comb] = []

    def add(found: Sequence[Comb]) -> None:
        for comb in found:
            if not overlaps(comb.box, [c.box for c in combs]):
                combs.append(comb)

    add(combs_of_cells(page, walled, Print.WALLED))
    add(ticked_combs(walled, upright))
    add(combs_of_cells(page, tinted, Print.SHADED))
    single = [r for r in rulings if not is_side(r, [*walled, *tinted])]
    add(underlined_combs(page, single))
    add(toothed_combs(page, single, upright))
    lone = [Comb((b,), Print.WALLED) for b in walled if is_comb_cell(b)]
    add(lone)  # One that stays alone is no comb; a comb may have lost the others.
    wider = [b for b in walled if b.height <= mm(CELL_HEIGHT_MM[1]) and not is_cell(b)]
    whole = completed(page, combs, [*bubbles, *wider])
    return joined_dates([c for c in whole if len(c.cells) > 1])
