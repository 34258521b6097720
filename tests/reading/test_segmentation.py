"""Combs and lines are cut where their characters are."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_app.reading.glyphs import frame_glyph
from forms_app.reading.segmentation import segment
from forms_app.reading.types import Glyph, InkState, Segmentation
from tests.reading.drawn_fields import (
    DrawnField,
    Look,
    draw_comb,
    draw_line,
    random_look,
    with_ink,
)

EMPTY, WRITTEN, STRUCK = InkState.EMPTY, InkState.WRITTEN, InkState.STRUCK_OUT


def _segmented(drawn: DrawnField) -> Segmentation:
    return segment(drawn.crop(), drawn.field)


def _is_like(glyph: Glyph, truth: np.ndarray) -> bool:
    true = frame_glyph(truth.astype(np.uint8) * 255)
    a, b = (cv2.GaussianBlur(i, (0, 0), 1.2).astype(float).ravel() for i in (true, glyph.image))
    return float(np.corrcoef(a, b)[0, 1]) > 0.8


def _has_path(drawn: DrawnField) -> bool:
    """Whether some path through the lattice has exactly the drawn characters."""
    crop = drawn.crop()
    found = segment(crop, drawn.field)
    nodes = {0}
    for mask in drawn.truth_in_crop(crop):
        nodes = {g.end for g in found.glyphs if g.start in nodes and _is_like(g, mask)}
    return found.node_count - 1 in nodes


def _stroke(drawn: DrawnField, *points: tuple[float, float], pen: int = 6) -> DrawnField:
    ink = np.zeros_like(drawn.scan)
    corners = np.round(np.array(points)).astype(np.int32)
    cv2.polylines(ink, [corners], False, 255, pen, cv2.LINE_AA)
    return with_ink(drawn, ink)


def test_each_written_cell_has_one_glyph_and_empty_cells_are_gaps() -> None:
    found = _segmented(draw_comb("12 4  7", Look(), np.random.default_rng(2)))
    assert found.cell_states == (WRITTEN, WRITTEN, EMPTY, WRITTEN, EMPTY, EMPTY, WRITTEN)
    assert found.gaps == (2, 4, 5)
    assert found.node_count == 8
    assert [(g.start, g.end) for g in found.glyphs] == [(0, 1), (1, 2), (3, 4), (6, 7)]
    assert found.state is WRITTEN


def test_an_empty_comb_is_empty() -> None:
    found = _segmented(draw_comb("      ", Look(noise=6), np.random.default_rng(2)))
    assert found.state is EMPTY
    assert found.glyphs == ()
    assert set(found.cell_states) == {EMPTY}


def test_a_character_over_its_cell_line_stays_whole_in_its_cell() -> None:
    drawn = draw_comb("    ", Look(), np.random.default_rng(1))
    cell = drawn.field.cells[1]
    left, right = cell.x - 14, cell.right - 12
    zed = _stroke(
        drawn,
        (left, cell.y + 14),
        (right, cell.y + 14),
        (left, cell.bottom - 12),
        (right, cell.bottom - 12),
    )
    found = _segmented(zed)
    assert found.cell_states == (EMPTY, WRITTEN, EMPTY, EMPTY)
    assert found.glyphs[0].box.width >= right - left


def test_characters_that_touch_across_the_line_are_parted_at_it() -> None:
    drawn = draw_comb("    ", Look(), np.random.default_rng(1))
    one, two = drawn.field.cells[1:3]
    middle = one.centre[1]
    joined = _stroke(
        _stroke(
            drawn,
            (one.x + 12, one.y + 10),
            (one.x + 12, one.bottom - 10),
            (one.x + 12, middle),
            (two.right - 12, middle),
        ),
        (two.right - 12, two.y + 10),
        (two.right - 12, two.bottom - 10),
    )
    found = _segmented(joined)
    assert found.cell_states == (EMPTY, WRITTEN, WRITTEN, EMPTY)
    edge = one.right - drawn.crop().origin_px[0]
    assert abs(found.glyphs[0].box.right - edge) < 0.25 * one.width


def _bar_pair(after: str) -> DrawnField:
    """Two narrow stems joined by a stroke across a cell line, then what else is written."""
    drawn = draw_comb("  " + after, Look(), np.random.default_rng(1))
    one, two = drawn.field.cells[:2]
    left, right, middle = one.x + 0.6 * one.width, two.x + 0.5 * two.width, one.centre[1]
    first = [(left, one.y + 10), (left, one.bottom - 10), (left, middle), (right, middle)]
    return _stroke(_stroke(drawn, *first), (right, two.y + 10), (right, two.bottom - 10))


def test_narrow_characters_that_touch_are_parted_where_writing_follows() -> None:
    assert _segmented(_bar_pair("57")).cell_states == (WRITTEN, WRITTEN, WRITTEN, WRITTEN)


def test_a_last_character_over_a_line_stays_whole() -> None:
    assert _segmented(_bar_pair("  ")).cell_states.count(WRITTEN) == 1


def test_a_dot_goes_with_the_stem_below_it() -> None:
    drawn = draw_comb("    ", Look(), np.random.default_rng(1))
    cell = drawn.field.cells[1]
    x = cell.centre[0]
    stem = _stroke(drawn, (x, cell.centre[1]), (x, cell.bottom - 10))
    found = _segmented(_stroke(stem, (x + 4, cell.y + 16), (x + 6, cell.y + 16), pen=8))
    assert len(found.glyphs) == 1
    assert found.glyphs[0].box.height > 0.6 * cell.height


def test_a_full_stop_is_written_and_stands_low() -> None:
    drawn = draw_comb("    ", Look(noise=1), np.random.default_rng(1))
    cell = drawn.field.cells[2]
    x, y = cell.centre[0], cell.bottom - 16
    found = _segmented(_stroke(drawn, (x, y), (x + 1, y), pen=9))
    assert found.cell_states[2] is WRITTEN
    assert found.glyphs[0].relative_height < 0.25
    assert found.glyphs[0].relative_bottom > 0.7


def test_a_scribbled_cell_is_struck_out_and_its_neighbours_are_not() -> None:
    drawn = draw_comb("1 3", Look(), np.random.default_rng(4))
    cell = drawn.field.cells[1]
    ys = np.linspace(cell.y + 8, cell.bottom - 8, 13)
    zigzag = [(cell.x + 8 if i % 2 else cell.right - 8, y) for i, y in enumerate(ys)]
    found = _segmented(_stroke(drawn, *zigzag, pen=7))
    assert found.cell_states == (WRITTEN, STRUCK, WRITTEN)
    assert found.gaps == (1,)


def test_a_thick_pen_is_not_a_scribble() -> None:
    for seed in range(6):
        drawn = draw_comb("8B0R", Look(cell_width=50, cell_height=62), np.random.default_rng(seed))
        thick = cv2.dilate(255 - drawn.scan, np.ones((4, 4), np.uint8))
        found = segment(with_ink(drawn, thick * (thick > 120)).crop(), drawn.field)
        assert STRUCK not in found.cell_states


def test_a_line_through_the_comb_strikes_out_the_field() -> None:
    drawn = draw_comb("58203", Look(), np.random.default_rng(4))
    box = drawn.field.box
    struck = _stroke(drawn, (box.x + 15, box.centre[1] + 6), (box.right - 15, box.centre[1] - 6))
    found = _segmented(struck)
    assert found.state is STRUCK
    assert found.glyphs == ()


def test_ink_of_the_field_above_is_not_this_fields() -> None:
    drawn = draw_comb("     ", Look(noise=1), np.random.default_rng(1))
    cell = drawn.field.cells[1]
    found = _segmented(_stroke(drawn, (cell.x + 20, 0), (cell.x + 20, cell.y - 8)))
    assert found.state is EMPTY


def test_most_random_combs_are_cut_right() -> None:
    rng = np.random.default_rng(12)
    right = cells = 0
    for _ in range(30):
        text = "".join(rng.choice(list("0123456789  ABEHKT"), 8))
        drawn = draw_comb(text, random_look(rng), rng)
        crop = drawn.crop()
        found = segment(crop, drawn.field)
        glyphs = {g.start: g for g in found.glyphs}
        masks = dict(zip(drawn.cells, drawn.truth_in_crop(crop), strict=True))
        for cell in range(len(text)):
            cells += 1
            if cell in masks:
                right += cell in glyphs and _is_like(glyphs[cell], masks[cell])
            else:
                right += found.cell_states[cell] is EMPTY
    assert right / cells > 0.92


@pytest.mark.parametrize("text", ["2023", "60.3693", "17", "0", "5.29", "ZK47"])
def test_the_true_characters_of_a_line_are_a_path_of_its_lattice(text: str) -> None:
    right = sum(
        _has_path(draw_line(text, Look(noise=3), np.random.default_rng(seed), spacing=0.14))
        for seed in range(6)
    )
    assert right >= 5


def test_a_lattices_nodes_lead_from_first_to_last() -> None:
    found = _segmented(draw_line("190624", Look(), np.random.default_rng(3), spacing=0.0))
    assert all(0 <= g.start < g.end < found.node_count for g in found.glyphs)
    assert all(g.log_prior <= 0 for g in found.glyphs)
    steps = {(g.start, g.end) for g in found.glyphs}
    assert all((n, n + 1) in steps for n in range(found.node_count - 1))


def test_a_word_gap_is_where_the_space_is() -> None:
    drawn = draw_line("427 19", Look(noise=1), np.random.default_rng(5), spacing=0.15)
    crop = drawn.crop()
    found = segment(crop, drawn.field)
    assert len(found.gaps) == 1
    before = np.flatnonzero(drawn.truth_in_crop(crop)[2].any(0))[-1]
    after = np.flatnonzero(drawn.truth_in_crop(crop)[3].any(0))[0]
    starting = [g for g in found.glyphs if g.start == found.gaps[0]]
    assert all(before < g.box.x <= after + 3 for g in starting)


def test_an_empty_line_is_empty() -> None:
    found = _segmented(draw_line("   ", Look(noise=6), np.random.default_rng(5)))
    assert (found.state, found.glyphs, found.node_count) == (EMPTY, (), 1)


@pytest.mark.parametrize(
    ("places", "state"),
    [((0.2, 0.5, 0.7), EMPTY), ((0.1, 0.3, 0.5, 0.7, 0.9), InkState.UNREADABLE)],
)
def test_a_few_specks_are_dust_and_many_are_for_a_person(
    places: tuple[float, ...], state: InkState
) -> None:
    drawn = draw_line("", Look(), np.random.default_rng(4))
    box = drawn.field.box
    ink = np.zeros_like(drawn.scan)
    for x in places:
        cv2.circle(ink, (int(box.x + x * box.width), int(box.centre[1])), 2, 255, -1)
    assert _segmented(with_ink(drawn, ink)).state is state


def test_a_struck_line_is_struck_out() -> None:
    drawn = draw_line("58203", Look(), np.random.default_rng(4), spacing=0.15)
    box = drawn.field.box
    struck = _stroke(drawn, (box.x + 25, box.centre[1]), (box.right - 30, box.centre[1]))
    assert _segmented(struck).state is STRUCK


def test_a_full_stop_sits_on_the_baseline_and_a_digit_fills_the_line() -> None:
    drawn = draw_line("60.31", Look(noise=1), np.random.default_rng(5), spacing=0.2)
    glyphs = [g for g in _segmented(drawn).glyphs if g.end == g.start + 1]
    stop = min(glyphs, key=lambda g: g.relative_height)
    tall = max(glyphs, key=lambda g: g.relative_height)
    assert stop.relative_height < 0.4
    assert stop.relative_bottom == pytest.approx(1.0, abs=0.2)
    assert tall.relative_height == pytest.approx(1.0, abs=0.2)


def test_two_rows_in_one_box_are_not_read_as_one_line() -> None:
    look = Look(cell_height=200, size=0.3)
    drawn = draw_line("5873", look, np.random.default_rng(4), spacing=0.15)
    box = drawn.field.box
    above = np.zeros_like(drawn.scan)
    rows, columns = box.expanded(-8).as_slices()
    above[rows, columns] = 255 - drawn.scan[rows, columns]
    above = np.roll(above, -66, axis=0)
    assert _segmented(drawn).state is WRITTEN
    assert _segmented(with_ink(drawn, above)).state is InkState.UNREADABLE


def test_a_box_full_of_dirt_is_unreadable_and_stays_cheap() -> None:
    drawn = draw_line("    ", Look(cell_width=900), np.random.default_rng(4))
    dirt = np.zeros_like(drawn.scan)
    rows, columns = drawn.field.box.expanded(-6).as_slices()
    part = dirt[rows, columns]
    part[::9, ::9] = part[1::9, ::9] = part[2::9, ::9] = 255
    part[::9, 1::9] = part[1::9, 1::9] = part[2::9, 1::9] = 255
    found = _segmented(with_ink(drawn, dirt))
    assert found.state in (EMPTY, InkState.UNREADABLE)
    assert len(found.glyphs) == 0


def test_widely_spaced_digits_are_one_word() -> None:
    for seed in range(4):
        drawn = draw_line("40716", Look(noise=1), np.random.default_rng(seed), spacing=0.5)
        assert _segmented(drawn).gaps == ()


@pytest.mark.parametrize("rise", [0.0, 0.3, -0.3])
def test_a_line_through_two_cells_of_a_longer_comb_strikes_out_the_field(rise: float) -> None:
    drawn = draw_comb("58  ", Look(), np.random.default_rng(4))
    one, two = drawn.field.cells[:2]
    drop = rise * one.width
    start, end = (one.x - 4, one.centre[1] + drop), (two.right + 4, one.centre[1] - drop)
    assert _segmented(_stroke(drawn, start, end)).state is STRUCK


def test_a_diagonal_through_an_empty_comb_is_no_ones() -> None:
    drawn = draw_comb("   ", Look(), np.random.default_rng(4))
    box = drawn.field.box
    found = _segmented(_stroke(drawn, (box.x + 4, box.bottom - 6), (box.right - 4, box.y + 6)))
    assert found.state is STRUCK


def test_what_stands_beside_a_character_in_its_cell_is_measured() -> None:
    drawn = draw_comb("5 ", Look(), np.random.default_rng(4))
    cell = drawn.field.cells[1]
    one = _stroke(drawn, (cell.x + 14, cell.y + 12), (cell.x + 14, cell.bottom - 12))
    alone = _segmented(one)
    pair = _segmented(
        _stroke(one, (cell.right - 14, cell.y + 12), (cell.right - 14, cell.bottom - 12))
    )
    assert [glyph.beside for glyph in alone.glyphs] == [0.0, 0.0]
    assert pair.glyphs[0].beside == 0.0
    assert pair.glyphs[1].beside == pytest.approx(0.5, abs=0.1)


def test_faint_pencil_that_fills_its_field_is_seen() -> None:
    drawn = draw_comb("88888888", Look(pen=0.22), np.random.default_rng(6))
    assert _segmented(drawn).cell_states == (WRITTEN,) * 8
