"""How dark a page shows the print of its blank, and what is taken out of it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_app.reading.cropping import cut_field
from forms_app.reading.form_template import FieldKind, FormField, Layout
from forms_app.reading.geometry import Box
from forms_app.reading.tones import tone_curve
from forms_app.reading.types import GreyImage

PALE, BLACK, COPIED = 190, 10, 60
GUIDE_Y, LABEL_Y = 150, 60
CELLS = tuple(Box(40 + 60 * i, 100, 60, 70) for i in range(8))
DATE = FormField("date", FieldKind.DIGITS, 1, Box(40, 100, 480, 70), Layout.COMB, cells=CELLS)
"""A comb with a pale guide letter in each cell."""


def draw_page(guide: int) -> GreyImage:
    """A blank page with black text and guide letters of this grey."""
    page = np.full((300, 600), 255, np.uint8)
    for x in range(40, 500, 40):
        cv2.putText(page, "N", (x, LABEL_Y), cv2.FONT_HERSHEY_SIMPLEX, 1.2, BLACK, 4)
    for cell in CELLS:
        at = (int(cell.x) + 18, GUIDE_Y)
        cv2.putText(page, "Y", at, cv2.FONT_HERSHEY_SIMPLEX, 1.2, guide, 4)
    return page


def write(page: GreyImage, cell: Box) -> GreyImage:
    """A thick slash from top left to bottom right of a cell, clear of its guide letter or not."""
    written = page.copy()
    start, end = (int(cell.x) + 6, int(cell.y) + 6), (int(cell.right) - 6, int(cell.bottom) - 6)
    cv2.line(written, start, end, 20, 7)
    return written


@pytest.fixture(scope="module")
def blank() -> GreyImage:
    return draw_page(PALE)


def test_print_shown_as_drawn_keeps_its_darkness(blank: GreyImage) -> None:
    curve = tone_curve(blank, blank)
    assert np.abs(curve.astype(int) - np.arange(256)).max() <= 6


def test_a_copier_s_contrast_is_found(blank: GreyImage) -> None:
    curve = tone_curve(draw_page(COPIED), blank)
    assert abs(int(curve[255 - PALE]) - (255 - COPIED)) <= 12
    assert curve[250] >= 240
    assert (np.diff(curve.astype(int)) >= 0).all()


def test_missing_print_is_no_matter_of_tone(blank: GreyImage) -> None:
    curve = tone_curve(draw_page(255), blank)
    assert abs(int(curve[255 - PALE]) - (255 - PALE)) <= 6


def test_writing_over_all_pale_print_does_not_deepen_it(blank: GreyImage) -> None:
    page = blank
    for cell in CELLS:
        page = write(page, cell)
    assert int(tone_curve(page, blank)[255 - PALE]) <= 255 - PALE + 10


def test_where_the_darkest_print_is_out_of_sight_nothing_is_deepened(blank: GreyImage) -> None:
    page = draw_page(COPIED)
    page[: LABEL_Y + 20] = 150
    assert (tone_curve(page, blank) == np.arange(256)).all()


def test_a_blank_of_one_darkness_has_no_curve() -> None:
    page = np.full((200, 200), 255, np.uint8)
    cv2.rectangle(page, (40, 40), (160, 160), 0, 3)
    assert (tone_curve(page, page) == np.arange(256)).all()


def test_guide_letters_that_a_copier_blackened_are_no_writing(blank: GreyImage) -> None:
    assert not cut_field(draw_page(COPIED), blank, DATE).ink.any()


def test_strokes_through_a_blackened_guide_letter_stay_whole(blank: GreyImage) -> None:
    copied = draw_page(COPIED)
    crop = cut_field(write(copied, CELLS[2]), blank, DATE)
    cell = crop.cells[2]
    alone = write(np.full_like(copied, 255), CELLS[2]) < 128
    x, y = crop.origin_px
    stroke = alone[y : y + crop.ink.shape[0], x : x + crop.ink.shape[1]]
    assert (crop.ink[stroke] > 0).mean() > 0.95
    assert not crop.ink[:, int(cell.right) + 8 :].any()


def test_a_blackened_frame_is_no_writing_where_a_digit_touches_it() -> None:
    def draw(frame: int, written: bool) -> GreyImage:
        page = draw_page(255)
        cv2.rectangle(page, (40, 100), (520, 170), frame, 3)
        if written:
            cv2.line(page, (100, 95), (100, 150), 20, 7)
        return page

    line = FormField("line", FieldKind.DIGITS, 1, Box(40, 100, 480, 70), Layout.LINE)
    ink = cut_field(draw(COPIED, True), draw(PALE, False), line).ink
    columns = np.flatnonzero(ink.any(0))
    assert 0 < np.ptp(columns) <= 16
