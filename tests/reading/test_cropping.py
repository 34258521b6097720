"""Cropping takes out the print and nothing of the writing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_app.reading.cropping import crop_area, cut_field
from forms_app.reading.errors import ShapeError
from forms_app.reading.form_template import FieldKind, FormField, Layout
from forms_app.reading.geometry import Box
from tests.reading.drawn_fields import DrawnField, draw_comb, draw_line, with_ink
from tests.reading.drawn_look import COMB_STYLES, Look

MISREGISTERED = [
    Look(style=style, line_px=line_px, shift_px=2.0, bend_px=1.0, thicker_px=thicker)
    for style in COMB_STYLES
    for line_px, thicker in ((1, 1), (3, 0), (5, -1))
]


def _kept_and_foreign(drawn: DrawnField) -> tuple[float, float]:
    """Share of the true ink that is kept, and of the kept ink that is not writing."""
    crop = drawn.crop()
    truth = np.zeros(crop.ink.shape, bool)
    for mask in drawn.truth_in_crop(crop):
        truth |= mask
    ink = crop.ink > 60
    near = cv2.dilate(truth.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return float((ink & truth).sum() / truth.sum()), float((ink & ~near).sum() / ink.sum())


@pytest.mark.parametrize("look", MISREGISTERED, ids=lambda k: f"{k.style}-{k.line_px}")
def test_an_empty_comb_leaves_no_ink_even_when_misregistered(look: Look) -> None:
    drawn = draw_comb(" " * 9, look, np.random.default_rng(3))
    assert not drawn.crop().ink.any()


@pytest.mark.parametrize("look", MISREGISTERED, ids=lambda k: f"{k.style}-{k.line_px}")
def test_writing_survives_and_print_does_not(look: Look) -> None:
    drawn = draw_comb("2 5R8 K3", look, np.random.default_rng(5))
    kept, foreign = _kept_and_foreign(drawn)
    assert kept > 0.85
    assert foreign < 0.03


@pytest.mark.parametrize(
    "look",
    [
        Look(noise=9, blur=1.2),
        Look(shading=0.4, noise=4),
        Look(one_bit=True, noise=3),
        Look(jpeg=35, noise=3),
        Look(pen=0.35, noise=3, line_grey=60),
        Look(bleed=0.15, noise=2),
    ],
    ids=["noisy", "shaded", "one-bit", "jpeg", "pencil", "bleed-through"],
)
def test_scanners_and_pencils(look: Look) -> None:
    kept, foreign = _kept_and_foreign(draw_comb("47 A9 Z", look, np.random.default_rng(8)))
    assert kept > 0.85
    assert foreign < 0.03


@pytest.mark.parametrize("angle", [30, 45, 70, 90, 110, 135])
def test_a_stroke_that_crosses_a_printed_line_stays_in_one_piece(angle: int) -> None:
    drawn = draw_comb("    ", Look(shift_px=1.0), np.random.default_rng(1))
    ink = np.zeros_like(drawn.scan)
    cell = drawn.field.cells[1]
    centre = np.array([cell.centre[0], cell.bottom])
    reach = 34 * np.array([np.cos(np.deg2rad(angle)), -np.sin(np.deg2rad(angle))])
    ends = [tuple(np.round(p).astype(int)) for p in (centre - reach, centre + reach)]
    cv2.line(ink, ends[0], ends[1], 255, 6, cv2.LINE_AA)
    crop = with_ink(drawn, ink).crop()
    count, _, stats, _ = cv2.connectedComponentsWithStats((crop.ink > 0).astype(np.uint8))
    assert count == 2
    length = np.hypot(stats[1, cv2.CC_STAT_WIDTH], stats[1, cv2.CC_STAT_HEIGHT])
    assert length > 0.85 * 68


def test_dark_pen_over_light_print_is_kept_whole() -> None:
    look = Look(style="light", line_px=5, line_grey=170, noise=1)
    drawn = draw_comb("    ", look, np.random.default_rng(1))
    ink = np.zeros_like(drawn.scan)
    x, top = round(drawn.field.cells[2].x), round(drawn.field.cells[2].y)
    cv2.line(ink, (x, top + 8), (x, top + 60), 255, 6)
    crop = with_ink(drawn, ink).crop()
    assert (crop.ink > 0).sum() > 0.85 * 6 * 52


def test_a_thin_printed_line_that_lies_beside_its_place_is_still_print() -> None:
    drawn = draw_comb("     ", Look(line_px=1, noise=1), np.random.default_rng(1))
    ink = np.zeros_like(drawn.scan)
    cell = drawn.field.cells[3]
    x = round(cell.x) + 4
    cv2.line(ink, (x, round(cell.y) + 5), (x, round(cell.bottom) - 5), 255, 1)
    assert not with_ink(drawn, ink).crop().ink.any()
    cv2.line(ink, (x, round(cell.y) + 5), (x, round(cell.bottom) - 5), 255, 5)
    assert with_ink(drawn, ink).crop().ink.any()


def test_specks_are_not_writing() -> None:
    drawn = draw_comb("     ", Look(noise=1), np.random.default_rng(1))
    ink = np.zeros_like(drawn.scan)
    rng = np.random.default_rng(0)
    ink[rng.integers(0, ink.shape[0], 30), rng.integers(0, ink.shape[1], 30)] = 255
    assert not with_ink(drawn, ink).crop().ink.any()


def test_boxes_of_the_crop_are_those_of_the_page() -> None:
    drawn = draw_line("12", Look(), np.random.default_rng(1))
    crop = drawn.crop()
    assert crop.box.shifted(*crop.origin_px) == drawn.field.box
    assert crop.grey.shape == crop.ink.shape == crop.printed.shape
    x, y = crop.origin_px
    assert np.array_equal(crop.grey[0], drawn.scan[y, x : x + crop.grey.shape[1]])


def test_a_field_at_the_edge_of_the_page_is_clipped() -> None:
    field = FormField("edge", 1, FieldKind.DIGITS, Box(0, 0, 80, 50), layout=Layout.LINE)
    assert crop_area(field, 90, 60) == Box(0, 0, 90, 60)
    page = np.full((60, 90), 255, np.uint8)
    assert cut_field(page, page, field).ink.shape == (60, 90)


def test_a_page_of_another_size_is_a_bug_of_the_caller() -> None:
    field = FormField("f", 1, FieldKind.DIGITS, Box(0, 0, 10, 10), layout=Layout.LINE)
    with pytest.raises(ShapeError, match="expected"):
        cut_field(np.zeros((50, 50), np.uint8), np.zeros((50, 60), np.uint8), field)


def test_pale_writing_beside_black_print_is_seen() -> None:
    blank = np.full((120, 400), 250, np.uint8)
    cv2.putText(blank, "Amount", (10, 24), cv2.FONT_HERSHEY_DUPLEX, 0.9, 20, 2, cv2.LINE_AA)
    cv2.rectangle(blank, (10, 40), (380, 105), 60, 2)
    scan = cv2.GaussianBlur(np.roll(blank, 1, 1), (0, 0), 1.2)
    cv2.line(scan, (60, 52), (56, 92), 165, 6, cv2.LINE_AA)
    field = FormField("a", 1, FieldKind.DIGITS, Box(10, 40, 370, 65), layout=Layout.LINE)
    ink = cut_field(scan, blank, field).ink
    assert np.count_nonzero(ink[:, 30:80]) > 150


def test_the_edges_of_thick_print_go_with_it_where_writing_touches_them() -> None:
    """A copier thickens a frame; a stroke over it must not drag its outline along."""
    drawn = draw_comb("    ", Look(line_px=3, noise=2), np.random.default_rng(1))
    thick = cv2.dilate(255 - drawn.scan, np.ones((7, 7), np.uint8))
    ink = np.zeros_like(drawn.scan)
    cell = drawn.field.cells[1]
    x = int(cell.centre[0])
    cv2.line(ink, (x, int(cell.y) + 20), (x, int(cell.bottom) + 12), 255, 6)
    crop = with_ink(with_ink(drawn, thick * (thick > 120)), ink).crop()
    _, columns = np.nonzero(crop.ink)
    left = x - crop.origin_px[0]
    assert crop.ink.any()
    assert np.abs(columns - left).max() <= 12


def test_frames_whose_lines_a_fax_thins_are_not_missing_print() -> None:
    look = Look(style="separate", line_px=2, line_grey=90, one_bit=True, noise=6)
    kept, foreign = _kept_and_foreign(draw_comb("84 27", look, np.random.default_rng(4)))
    assert kept > 0.8
    assert foreign < 0.03
