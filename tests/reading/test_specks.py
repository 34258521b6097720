"""Toner and dust on a line are left out; stops, dots and what may be a fax's writing are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_app.reading.segmentation import segment
from forms_app.reading.types import InkState
from tests.reading.drawn_fields import DrawnField, draw_comb, draw_line, with_ink
from tests.reading.drawn_look import Look
from tests.reading.segmented_fields import segmented


def _with_speck(drawn: DrawnField, x: float, y: float, radius: int = 3) -> DrawnField:
    ink = np.zeros_like(drawn.scan)
    cv2.circle(ink, (round(x), round(y)), radius, 255, -1)
    return with_ink(drawn, ink)


def _pieces(drawn: DrawnField) -> int:
    """How many pieces the line's lattice has."""
    return segmented(drawn).node_count - 1


@pytest.fixture
def line() -> DrawnField:
    return draw_line("4071", Look(noise=1), np.random.default_rng(3), spacing=0.2)


@pytest.mark.parametrize(
    ("across", "down"),
    [(0.97, 0.5), (0.97, 0.8)],
    ids=["far right, in the middle", "far right, on the baseline"],
)
def test_a_speck_far_from_the_writing_is_left_out(across: float, down: float) -> None:
    drawn = draw_line("4071   ", Look(noise=1), np.random.default_rng(3), spacing=0.2)
    box = drawn.field.box
    speckled = _with_speck(drawn, box.x + across * box.width, box.y + down * box.height)
    assert _pieces(speckled) == _pieces(drawn)


def test_a_speck_between_characters_above_the_baseline_is_left_out(line: DrawnField) -> None:
    ink = segment(line.crop(), line.field)
    first = min((g for g in ink.glyphs if g.start == 0), key=lambda g: g.end)
    left, top = line.crop().origin_px
    x = left + first.box.right + 5
    speckled = _with_speck(line, x, top + first.box.y + 0.35 * first.box.height)
    assert _pieces(speckled) == _pieces(line)


def test_a_full_stop_stays() -> None:
    drawn = draw_line("40.71", Look(noise=1), np.random.default_rng(5), spacing=0.2)
    alone = [g for g in segmented(drawn).glyphs if g.end == g.start + 1]
    assert any(g.relative_height < 0.3 and g.relative_bottom > 0.8 for g in alone)


def test_specks_in_empty_cells_are_no_characters_but_many_may_be() -> None:
    drawn = draw_comb("12    ", Look(noise=1), np.random.default_rng(2))
    cell = drawn.field.cells[4]
    one = _with_speck(drawn, cell.x + 15, cell.y + 20)
    two = _with_speck(one, cell.x + 40, cell.y + 55)
    assert segmented(one).cell_states[4] is InkState.EMPTY
    assert segmented(two).cell_states[4] is InkState.EMPTY
    many = _with_speck(_with_speck(two, cell.x + 30, cell.y + 35), cell.x + 20, cell.y + 45)
    assert segmented(many).cell_states[4] is InkState.WRITTEN
