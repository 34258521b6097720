"""Pages are laid onto their blank to a fraction of a millimetre, whatever was done to them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_app.reading.errors import PageError
from forms_app.reading.features import map_points, view_page
from forms_app.reading.identification import best_reference
from forms_app.reading.placement import place_page
from forms_app.reading.registration import align_page, prepare_reference
from tests.reading.half_size_forms import (
    HEIGHT,
    WIDTH,
    blank,
    ink_points,
    reference,
    sheet_with_corner_marks,
)
from tests.reading.sheets import (
    Handling,
    draw_blank,
    place_on_scan,
    scan_sheet,
    scribble,
    table_of_cells,
    typical_handling,
)


def errors_px(page: np.ndarray, handling: Handling) -> np.ndarray:
    """How far printed ink is from where it was put, in pixels at 150 dpi."""
    view = view_page(page)
    _, fit = best_reference(view, [reference()])
    points = ink_points(blank())
    placed = place_page(view, reference(), fit).page_points(points)
    off = placed - place_on_scan(points, blank().shape, handling)
    return np.linalg.norm(off, axis=1) / handling.scale


@pytest.mark.parametrize(
    ("handling", "limit_px"),
    [
        (Handling(), 0.3),
        (Handling(angle_deg=4, shift=(0.02, -0.01)), 0.3),
        (Handling(angle_deg=-2, perspective=0.15, shading=0.3), 0.6),
        (Handling(curl=8 / HEIGHT, seed=3), 0.6),
        (Handling(curl=8 / HEIGHT, feed=1 / HEIGHT, one_bit=True, scale=1.5, seed=4), 0.7),
        (Handling(scale=0.7, angle_deg=1, curl=3 / HEIGHT), 0.7),
    ],
)
def test_ink_is_found_where_it_was_put(handling, limit_px):
    off = errors_px(scan_sheet(scribble(blank(), 7), handling), handling)
    assert np.percentile(off, 95) < limit_px


def test_refinement_beats_the_homography_on_a_curled_sheet():
    handling = Handling(curl=10 / HEIGHT, seed=5)
    page = scan_sheet(blank(), handling)
    aligned = align_page(page, reference())
    points = ink_points(blank())
    true = place_on_scan(points, blank().shape, handling)
    by_homography = np.linalg.norm(map_points(aligned.homography, true) - points, axis=1)
    refined = errors_px(page, handling)
    assert np.percentile(by_homography, 95) > 2
    assert np.percentile(refined, 95) < 0.25 * np.percentile(by_homography, 95)


def test_the_aligned_page_has_the_templates_pixels():
    page = scan_sheet(blank(), Handling(angle_deg=3, scale=1.3, curl=4 / HEIGHT))
    aligned = align_page(page, reference())
    assert aligned.grey.shape == (HEIGHT, WIDTH)
    assert aligned.grey.dtype == np.uint8
    dark = cv2.GaussianBlur(blank(), (0, 0), 1) < 120
    assert np.mean(aligned.grey[dark]) < 110
    assert np.mean(aligned.grey[blank() == 255]) > 235


def test_the_residual_tells_the_error():
    handling = typical_handling(8, curl=10 / HEIGHT)
    page = scan_sheet(scribble(blank(), 8), handling)
    aligned = align_page(page, reference())
    off = errors_px(page, handling)
    assert 0.4 * np.percentile(off, 90) < aligned.residual_px < 4 * np.percentile(off, 95) + 0.3


@pytest.mark.parametrize("seed", [0, 3, 7])
def test_a_page_full_of_equal_cells_is_not_laid_a_cell_off(seed):
    form = table_of_cells(HEIGHT, WIDTH)
    handling = typical_handling(seed, curl=10 / HEIGHT)
    scan = scan_sheet(scribble(form, seed), handling)
    cells = prepare_reference(1, form)
    try:
        align_page(scan, cells)
    except PageError:
        return  # refused is right too: better than a cell off
    view = view_page(scan)
    points = ink_points(form)
    placed = place_page(view, cells, best_reference(view, [cells])[1]).page_points(points)
    off = np.linalg.norm(placed - place_on_scan(points, form.shape, handling), axis=1)
    assert np.percentile(off, 95) < 4


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_any_of_the_four_ways_up(turns):
    upright = scan_sheet(scribble(blank(), 2), Handling(angle_deg=2, curl=3 / HEIGHT))
    straight = align_page(upright, reference())
    # Turned clockwise before scanning, it takes as many counter-clockwise turns to be upright.
    aligned = align_page(np.ascontiguousarray(np.rot90(upright, -turns)), reference())
    assert aligned.quarter_turns == turns
    assert np.abs(aligned.homography - straight.homography).max() < 3
    assert np.abs(aligned.grey.astype(int) - straight.grey).mean() < 4


def test_a_photograph_on_a_dark_table():
    sheet = scan_sheet(scribble(blank(), 5), Handling(shading=0.35, noise=3))
    corners = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], np.float32)
    seen_at = np.array([[420, 300], [1560, 420], [1680, 2120], [250, 1990]], np.float32)
    view = cv2.getPerspectiveTransform(corners, seen_at)
    table = (40, cv2.BORDER_CONSTANT)
    photo = cv2.warpPerspective(
        sheet, view, (2000, 2500), borderValue=table[0], borderMode=table[1]
    )
    aligned = align_page(photo, reference())
    assert aligned.residual_px < 2


def test_print_that_is_written_over_is_still_present():
    """A third of the page is crossed out line by line: it is this page, only hard to correlate."""
    page = scan_sheet(blank(), Handling(angle_deg=1))
    for y in range(700, 1300, 7):
        cv2.line(page, (60, y), (1180, y + 20), 60, 2)
    aligned = align_page(page, reference())
    assert aligned.residual_px < 1.5


def comb_beside_nothing() -> tuple[np.ndarray, int, int]:
    """A form with a comb and a tick box at its right edge; the comb's place."""
    form, x, y = draw_blank(5, HEIGHT, WIDTH), 860, 60
    cv2.rectangle(form, (820, 40), (1180, 180), 255, cv2.FILLED)
    for left in range(x, x + 204, 34):
        cv2.rectangle(form, (left, y), (left + 34, y + 40), 0, 1)
    cv2.rectangle(form, (x, 130), (x + 30, 160), 0, 1)
    return form, x, y


@pytest.mark.parametrize("angle_deg", [-0.75, -0.5, -0.25, 0.25])
def test_a_digit_that_fills_its_cell_does_not_bend_the_page(angle_deg):
    """The stem of the 4 looks like the comb's right edge, and nothing is printed beyond it."""
    form, x, y = comb_beside_nothing()
    page = form.copy()
    for cell, digit in enumerate("100004"):
        place = (x + cell * 34 + 8, y + 31)
        cv2.putText(page, digit, place, cv2.FONT_HERSHEY_SIMPLEX, 0.85, 40, 2, cv2.LINE_AA)
    for slope in (1, -1):
        cv2.line(page, (x + 4, 145 - 11 * slope), (x + 26, 145 + 11 * slope), 40, 3)
    handling = Handling(angle_deg=angle_deg, noise=0, blur_px=0)
    scan, its_form = scan_sheet(page, handling), prepare_reference(1, form)
    assert align_page(scan, its_form).residual_px < 0.5
    corners = np.array([[x, y], [x + 204, y], [x, y + 40], [x + 204, y + 40]], float)
    view = view_page(scan)
    placed = place_page(view, its_form, best_reference(view, [its_form])[1]).page_points(corners)
    off = np.linalg.norm(placed - place_on_scan(corners, form.shape, handling), axis=1)
    assert off.max() < 1.5


@pytest.mark.parametrize("seed", [0, 6, 9])
def test_marks_in_far_corners_are_used(seed):
    form = sheet_with_corner_marks()
    handling = typical_handling(seed)
    scan, its_form = scan_sheet(scribble(form, seed, 40), handling), prepare_reference(1, form)
    corners = np.array([[85, 1670], [1155, 1670]], float)
    view = view_page(scan)
    placed = place_page(view, its_form, best_reference(view, [its_form])[1]).page_points(corners)
    off = np.linalg.norm(placed - place_on_scan(corners, form.shape, handling), axis=1)
    assert off.max() < 2 * handling.scale


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_far_end_of_a_panel_on_a_photograph(seed):
    """All other print is in the left half; the sheet lies in perspective and is bent."""
    form = draw_blank(3, HEIGHT, WIDTH)
    form[:, 560:] = 255
    form[800:850, 580:1150] = 222
    handling = Handling(
        angle_deg=4, perspective=-0.15, curl=10 / HEIGHT, fill=0.88, background=70, seed=seed
    )
    scan, its_form = scan_sheet(scribble(form, seed, 40), handling), prepare_reference(1, form)
    assert align_page(scan, its_form).residual_px < 1
    corners = np.array([[1150, 800], [1150, 850]], float)
    view = view_page(scan)
    placed = place_page(view, its_form, best_reference(view, [its_form])[1]).page_points(corners)
    off = np.linalg.norm(placed - place_on_scan(corners, form.shape, handling), axis=1)
    assert off.max() < 1.5 * handling.magnification
