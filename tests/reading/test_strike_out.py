"""What is taken back by lines, zigzags and scribbles is struck out, other ink is not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_app.reading.classifier import Classifier, load_classifier
from forms_app.reading.pipeline import read_crop
from forms_app.reading.segmentation import segment
from forms_app.reading.types import InkState, Outcome
from tests.reading.drawn_fields import DrawnField, draw_comb, draw_line, with_ink
from tests.reading.drawn_look import Look
from tests.reading.segmented_fields import segmented, with_stroke

WRITTEN, STRUCK = InkState.WRITTEN, InkState.STRUCK_OUT


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load_classifier("litert", num_threads=1)


def test_a_scribbled_cell_is_struck_out_and_its_neighbours_are_not() -> None:
    drawn = draw_comb("1 3", Look(), np.random.default_rng(4))
    cell = drawn.field.cells[1]
    ys = np.linspace(cell.y + 8, cell.bottom - 8, 13)
    zigzag = [(cell.x + 8 if i % 2 else cell.right - 8, y) for i, y in enumerate(ys)]
    found = segmented(with_stroke(drawn, *zigzag, pen=7))
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
    struck = with_stroke(
        drawn, (box.x + 15, box.centre[1] + 6), (box.right - 15, box.centre[1] - 6)
    )
    found = segmented(struck)
    assert found.state is STRUCK
    assert found.glyphs == ()


def test_a_struck_line_is_struck_out() -> None:
    drawn = draw_line("58203", Look(), np.random.default_rng(4), spacing=0.15)
    box = drawn.field.box
    struck = with_stroke(drawn, (box.x + 25, box.centre[1]), (box.right - 30, box.centre[1]))
    assert segmented(struck).state is STRUCK


@pytest.mark.parametrize("rise", [0.0, 0.3, -0.3])
def test_a_line_through_two_cells_of_a_longer_comb_strikes_out_the_field(rise: float) -> None:
    drawn = draw_comb("58  ", Look(), np.random.default_rng(4))
    one, two = drawn.field.cells[:2]
    drop = rise * one.width
    start, end = (one.x - 4, one.centre[1] + drop), (two.right + 4, one.centre[1] - drop)
    assert segmented(with_stroke(drawn, start, end)).state is STRUCK


def test_a_diagonal_through_an_empty_comb_is_no_ones() -> None:
    drawn = draw_comb("   ", Look(), np.random.default_rng(4))
    box = drawn.field.box
    found = segmented(with_stroke(drawn, (box.x + 4, box.bottom - 6), (box.right - 4, box.y + 6)))
    assert found.state is STRUCK


def _scrawled(drawn: DrawnField, left: float, right: float) -> DrawnField:
    """A zigzag over a field, about two turns for each of its heights."""
    box = drawn.field.box
    turns = 2 * round((right - left) / (0.7 * box.height)) + 4
    xs = np.linspace(left, right, turns)
    ys = np.where(np.arange(turns) % 2, 0.8, 0.2) * box.height + box.y
    return with_stroke(drawn, *zip(xs.tolist(), ys.tolist(), strict=True), pen=5)


@pytest.mark.parametrize("text", ["582036", "AB3", "7K2 4"])
def test_a_zigzag_over_a_comb_strikes_out_the_field(text: str) -> None:
    for seed in range(3):
        drawn = draw_comb(text, Look(), np.random.default_rng(seed))
        box = drawn.field.box
        struck = _scrawled(drawn, box.x + 6, box.right - 6)
        assert segmented(drawn).state is WRITTEN
        assert segmented(struck).state is STRUCK


def test_a_zigzag_over_a_line_strikes_out_the_field(classifier: Classifier) -> None:
    for seed in range(3):
        drawn = draw_line("58.203", Look(), np.random.default_rng(seed), spacing=0.15)
        box = drawn.field.box
        struck = _scrawled(drawn, box.x + 12, box.right - 25)
        assert read_crop(drawn.field, drawn.crop(), classifier).outcome is Outcome.READ
        assert read_crop(drawn.field, struck.crop(), classifier).outcome is Outcome.STRUCK_OUT


@pytest.mark.parametrize("text", ["000", "1111", "808"])
def test_digits_that_touch_are_no_scrawl(text: str, classifier: Classifier) -> None:
    for seed in range(4):
        drawn = draw_line(text, Look(), np.random.default_rng(seed), spacing=-0.06)
        reading = read_crop(drawn.field, drawn.crop(), classifier)
        assert reading.outcome is not Outcome.STRUCK_OUT
