"""Tables of hairlines, and cells that name the marks beside them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_app.reading.geometry import Box
from forms_app.reading.types import GreyImage
from forms_app.templating.blank_ink import blank_at
from forms_app.templating.layout_detection import find_layout
from forms_app.templating.page_parts import Print, WritingPlace
from forms_app.templating.table_detection import without_labels_of_marks

XS, YS = range(60, 661, 150), range(60, 341, 70)


def _table(grey: int, dash: int, step: int) -> GreyImage:
    """Four by four cells on grainy paper; walls of dashes of so many pixels."""
    rng = np.random.default_rng(1)
    page = 250 + rng.normal(0, 1.5, (420, 720))
    walls = np.zeros(page.shape, np.uint8)
    along = np.arange(max(page.shape)) % step < dash
    for x in XS:
        cv2.line(walls, (x, YS[0]), (x, YS[-1]), 1, 1)
    for y in YS:
        cv2.line(walls, (XS[0], y), (XS[-1], y), 1, 1)
    level = np.zeros_like(walls)
    level[list(YS)] = walls[list(YS)]
    seen = np.where(level > 0, along[None, : page.shape[1]], along[: page.shape[0], None])
    page[(walls > 0) & seen] += grey - 250
    return np.clip(page, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("grey", "dash", "step"),
    [(240, 1, 1), (120, 2, 7), (150, 6, 13)],
    ids=["pale", "dots", "dashes"],
)
def test_cells_within_hairlines_are_found(grey: int, dash: int, step: int) -> None:
    places = find_layout(blank_at(_table(grey, dash, step), 200)).places
    assert {(p.row, p.column) for p in places} == {(r, c) for r in range(1, 5) for c in range(1, 5)}
    assert len(places) == 16 and len({p.table for p in places}) == 1
    assert all(abs(p.box.width - 150) <= 4 and abs(p.box.height - 70) <= 4 for p in places)


def test_a_cell_that_names_the_marks_beside_it_is_no_place_to_write() -> None:
    named, options = Box(100, 100, 200, 60), Box(300, 100, 300, 60)
    rest = WritingPlace(Box(100, 125, 200, 35), Print.WALLED)
    mark = Box(320, 115, 30, 30)
    assert without_labels_of_marks([rest], [named, options], [mark]) == []
    assert without_labels_of_marks([rest], [named, options], []) == [rest]
    below = mark.shifted(0, 60)
    assert without_labels_of_marks([rest], [named, options.shifted(0, 60)], [below]) == [rest]
    bare = WritingPlace(named, Print.WALLED)
    assert without_labels_of_marks([bare], [named, options], [mark]) == [bare]
