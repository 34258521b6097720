"""A character that is struck out in its cell is dropped, for a person to see."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from forms_app.reading.classifier import Classifier, load_classifier
from forms_app.reading.decoding import decode
from forms_app.reading.form_template import FieldKind
from forms_app.reading.glyphs import frame_glyph
from forms_app.reading.pipeline import read_crop
from forms_app.reading.struck_cells import overshoot_px, withdraw_struck_cells
from forms_app.reading.types import InkState, Outcome, Segmentation
from tests.reading.drawn_fields import DrawnField, draw_comb
from tests.reading.drawn_look import Look
from tests.reading.made_fields import CHARSET, comb, comb_field, likely, sure
from tests.reading.segmented_fields import with_stroke


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load_classifier("litert", num_threads=1)


def _struck(text: str, at: int, seed: int, heights: tuple[float, ...]) -> DrawnField:
    drawn = draw_comb(text, Look(), np.random.default_rng(seed))
    cell = drawn.field.cells[at]
    for height in heights:
        y = cell.y + height * cell.height
        drawn = with_stroke(drawn, (cell.x + 3, y + 2), (cell.right - 3, y - 2), pen=5)
    return drawn


@pytest.mark.parametrize(("heights", "least"), [((0.5,), 1), ((0.42, 0.62), 5)])
def test_a_field_with_a_struck_cell_is_reviewed_and_a_surely_struck_one_is_dropped(
    heights: tuple[float, ...], least: int, classifier: Classifier
) -> None:
    dropped = named = 0
    for seed in range(12):
        drawn = _struck("3B582K  ", 2, seed, heights)
        reading = read_crop(drawn.field, drawn.crop(), classifier)
        assert reading.needs_review
        named += any("struck out" in reason for reason in reading.reasons)
        if "a character is struck out" in reading.reasons:
            dropped += 1
            assert " " not in str(reading.value)
            assert {c.cell for c in reading.characters} == {0, 1, 3, 4, 5}
    assert named > dropped >= least


@pytest.mark.parametrize("text", ["4A47HZ", "MWNKTE", "804AFR"])
def test_characters_with_bars_are_not_struck(text: str, classifier: Classifier) -> None:
    for seed in range(4):
        drawn = draw_comb(text, Look(), np.random.default_rng(seed))
        reading = read_crop(drawn.field, drawn.crop(), classifier)
        assert not any("struck out" in reason for reason in reading.reasons)


def test_the_stroke_of_a_struck_character_overshoots_it() -> None:
    eight = np.zeros((60, 60), np.uint8)
    cv2.putText(eight, "8", (14, 52), cv2.FONT_HERSHEY_SIMPLEX, 2.0, 255, 4)
    assert overshoot_px(frame_glyph(eight)) in (None, 0)
    cv2.line(eight, (3, 33), (57, 29), 255, 4)
    overshoot = overshoot_px(frame_glyph(eight))
    assert overshoot is not None and overshoot >= 2
    assert overshoot_px(np.zeros((28, 28), np.uint8)) is None


def test_what_the_recogniser_knows_is_not_withdrawn() -> None:
    made, rows = _crossed(1), sure("401")
    assert withdraw_struck_cells(comb_field("digits"), made, rows, CHARSET) == (made, rows)


SCRAWL = {"reject": 0.8, "#": 0.19}


def test_what_is_only_perhaps_struck_stays_and_is_named() -> None:
    rows = likely({"4": 0.99}, {"A": 0.85, "reject": 0.1, "#": 0.05}, {"7": 0.99})
    segmentation, left = withdraw_struck_cells(comb_field("text"), _crossed(1), rows, CHARSET)
    assert segmentation.perhaps_struck == 1
    assert len(segmentation.glyphs) == len(left) == 3


def test_a_withdrawn_cell_is_no_space_of_the_text() -> None:
    rows = likely({"A": 0.99}, SCRAWL, {"B": 0.99})
    field = comb_field("text")
    segmentation, left = withdraw_struck_cells(field, _crossed(1), rows, CHARSET)
    assert segmentation.cell_states[1] is InkState.STRUCK_OUT
    assert segmentation.gaps[0] == 1
    assert decode(field, segmentation, left, CHARSET).value == "AB"


def test_a_field_of_struck_cells_is_struck_out() -> None:
    segmentation, left = withdraw_struck_cells(
        comb_field("text"), _crossed(0, "x"), likely(SCRAWL), CHARSET
    )
    assert decode(comb_field("text"), segmentation, left, CHARSET).outcome is Outcome.STRUCK_OUT


def test_nothing_is_withdrawn_where_every_character_is_needed() -> None:
    rows = likely({"4": 0.99}, SCRAWL, {"7": 0.99})
    field = comb_field("digits", min_length=3)
    assert len(withdraw_struck_cells(field, _crossed(1), rows, CHARSET)[0].glyphs) == 3
    date = replace(comb_field("date", format="DDMMYYYY"), kind=FieldKind.DATE)
    assert len(withdraw_struck_cells(date, _crossed(1), rows, CHARSET)[0].glyphs) == 3


def _crossed(at: int, pattern: str = "xxx") -> Segmentation:
    """A comb whose glyph `at` shows a ring with a stroke through it."""
    ring = np.zeros((60, 60), np.uint8)
    cv2.circle(ring, (30, 30), 18, 255, 4)
    cv2.line(ring, (2, 30), (58, 30), 255, 4)
    made = comb(pattern)
    glyphs = list(made.glyphs)
    glyphs[at] = replace(glyphs[at], image=frame_glyph(ring))
    return replace(made, glyphs=tuple(glyphs))
