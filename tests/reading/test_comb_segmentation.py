"""Combs are cut where their characters are."""

from __future__ import annotations

import numpy as np
import pytest

from forms_app.reading.segmentation import segment
from forms_app.reading.types import InkState
from tests.reading.drawn_fields import DrawnField, draw_comb
from tests.reading.drawn_look import Look, random_look
from tests.reading.segmented_fields import is_like, segmented, with_stroke

EMPTY, WRITTEN, STRUCK = InkState.EMPTY, InkState.WRITTEN, InkState.STRUCK_OUT


def test_each_written_cell_has_one_glyph_and_empty_cells_are_gaps() -> None:
    found = segmented(draw_comb("12 4  7", Look(), np.random.default_rng(2)))
    assert found.cell_states == (WRITTEN, WRITTEN, EMPTY, WRITTEN, EMPTY, EMPTY, WRITTEN)
    assert found.gaps == (2, 4, 5)
    assert found.node_count == 8
    assert [(g.start, g.end) for g in found.glyphs] == [(0, 1), (1, 2), (3, 4), (6, 7)]
    assert found.state is WRITTEN


def test_an_empty_comb_is_empty() -> None:
    found = segmented(draw_comb("      ", Look(noise=6), np.random.default_rng(2)))
    assert found.state is EMPTY
    assert found.glyphs == ()
    assert set(found.cell_states) == {EMPTY}


def test_a_character_over_its_cell_line_stays_whole_in_its_cell() -> None:
    drawn = draw_comb("    ", Look(), np.random.default_rng(1))
    cell = drawn.field.cells[1]
    left, right = cell.x - 14, cell.right - 12
    zed = with_stroke(
        drawn,
        (left, cell.y + 14),
        (right, cell.y + 14),
        (left, cell.bottom - 12),
        (right, cell.bottom - 12),
    )
    found = segmented(zed)
    assert found.cell_states == (EMPTY, WRITTEN, EMPTY, EMPTY)
    assert found.glyphs[0].box.width >= right - left


def test_characters_that_touch_across_the_line_are_parted_at_it() -> None:
    drawn = draw_comb("    ", Look(), np.random.default_rng(1))
    one, two = drawn.field.cells[1:3]
    middle = one.centre[1]
    joined = with_stroke(
        with_stroke(
            drawn,
            (one.x + 12, one.y + 10),
            (one.x + 12, one.bottom - 10),
            (one.x + 12, middle),
            (two.right - 12, middle),
        ),
        (two.right - 12, two.y + 10),
        (two.right - 12, two.bottom - 10),
    )
    found = segmented(joined)
    assert found.cell_states == (EMPTY, WRITTEN, WRITTEN, EMPTY)
    edge = one.right - drawn.crop().origin_px[0]
    assert abs(found.glyphs[0].box.right - edge) < 0.25 * one.width


def _bar_pair(after: str) -> DrawnField:
    """Two narrow stems joined by a stroke across a cell line, then what else is written."""
    drawn = draw_comb("  " + after, Look(), np.random.default_rng(1))
    one, two = drawn.field.cells[:2]
    left, right, middle = one.x + 0.6 * one.width, two.x + 0.5 * two.width, one.centre[1]
    first = [(left, one.y + 10), (left, one.bottom - 10), (left, middle), (right, middle)]
    return with_stroke(with_stroke(drawn, *first), (right, two.y + 10), (right, two.bottom - 10))


def test_narrow_characters_that_touch_are_parted_where_writing_follows() -> None:
    assert segmented(_bar_pair("57")).cell_states == (WRITTEN, WRITTEN, WRITTEN, WRITTEN)


def test_a_last_character_over_a_line_stays_whole() -> None:
    assert segmented(_bar_pair("  ")).cell_states.count(WRITTEN) == 1


def test_a_dot_goes_with_the_stem_below_it() -> None:
    drawn = draw_comb("    ", Look(), np.random.default_rng(1))
    cell = drawn.field.cells[1]
    x = cell.centre[0]
    stem = with_stroke(drawn, (x, cell.centre[1]), (x, cell.bottom - 10))
    found = segmented(with_stroke(stem, (x + 4, cell.y + 16), (x + 6, cell.y + 16), pen=8))
    assert len(found.glyphs) == 1
    assert found.glyphs[0].box.height > 0.6 * cell.height


def test_a_full_stop_is_written_and_stands_low() -> None:
    drawn = draw_comb("    ", Look(noise=1), np.random.default_rng(1))
    cell = drawn.field.cells[2]
    x, y = cell.centre[0], cell.bottom - 16
    found = segmented(with_stroke(drawn, (x, y), (x + 1, y), pen=9))
    assert found.cell_states[2] is WRITTEN
    assert found.glyphs[0].relative_height < 0.25
    assert found.glyphs[0].relative_bottom > 0.7


def test_ink_of_the_field_above_is_not_this_fields() -> None:
    drawn = draw_comb("     ", Look(noise=1), np.random.default_rng(1))
    cell = drawn.field.cells[1]
    found = segmented(with_stroke(drawn, (cell.x + 20, 0), (cell.x + 20, cell.y - 8)))
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
                right += cell in glyphs and is_like(glyphs[cell], masks[cell])
            else:
                right += found.cell_states[cell] is EMPTY
    assert right / cells > 0.92


def test_what_stands_beside_a_character_in_its_cell_is_measured() -> None:
    drawn = draw_comb("5 ", Look(), np.random.default_rng(4))
    cell = drawn.field.cells[1]
    one = with_stroke(drawn, (cell.x + 14, cell.y + 12), (cell.x + 14, cell.bottom - 12))
    alone = segmented(one)
    pair = segmented(
        with_stroke(one, (cell.right - 14, cell.y + 12), (cell.right - 14, cell.bottom - 12))
    )
    assert [glyph.beside for glyph in alone.glyphs] == [0.0, 0.0]
    assert pair.glyphs[0].beside == 0.0
    assert pair.glyphs[1].beside == pytest.approx(0.5, abs=0.1)


def test_faint_pencil_that_fills_its_field_is_seen() -> None:
    drawn = draw_comb("88888888", Look(pen=0.22), np.random.default_rng(6))
    assert segmented(drawn).cell_states == (WRITTEN,) * 8
