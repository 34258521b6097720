"""Tick boxes with broken frames, found by their rows and columns."""

from __future__ import annotations

import cv2
import numpy as np

from forms_app.reading.geometry import Box
from forms_app.reading.types import GreyImage
from forms_app.templating.blank_ink import blank_at
from forms_app.templating.layout_detection import find_layout
from forms_app.templating.mark_completion import completed_marks
from forms_app.templating.page_parts import Mark

BROKEN = Box(200, 160, 30, 30)


def _page() -> tuple[GreyImage, list[Mark]]:
    """Nine tick boxes in three rows, the middle one with two breaks; the marks of the others."""
    page = np.full((500, 700), 255, np.uint8)
    marks = []
    for y in (100, 160, 220):
        for x in (100, 200, 300):
            cv2.rectangle(page, (x, y), (x + 30, y + 30), 0, 2)
            marks.append(Mark(Box(x, y, 30, 30), False))
    page[160:175, 195:203] = 255
    page[185:195, 210:222] = 255
    return page, [m for m in marks if m.box != BROKEN]


def test_a_broken_tick_box_is_found_by_its_row_and_column() -> None:
    page, _ = _page()
    marks = find_layout(blank_at(page, 200)).marks
    assert len(marks) == 9
    assert any(m.box.overlap(BROKEN) > 0.9 * BROKEN.area for m in marks)


def test_nothing_is_put_where_something_else_stands_or_paper_is_bare() -> None:
    page, whole = _page()
    blank = blank_at(page, 200)
    [found] = [m for m in completed_marks(blank, whole, [], []) if m not in whole]
    assert found.box.overlap(BROKEN) > 0.9 * BROKEN.area
    assert completed_marks(blank, whole, [BROKEN.expanded(10)], []) == whole
    on_wall = Box(215, 150, 300, 50)
    assert completed_marks(blank, whole, [], [on_wall]) == whole
    page[150:200, 190:240] = 255
    assert completed_marks(blank_at(page, 200), whole, [], []) == whole
