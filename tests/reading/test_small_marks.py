"""Marks of a few pixels, told by size, place and proportions."""

from __future__ import annotations

import numpy as np
import pytest

from forms_app.reading.beliefs import believe
from forms_app.reading.decoding import decode
from forms_app.reading.geometry import Box
from forms_app.reading.types import Glyph, InkState, Segmentation
from tests.reading.made_fields import CHARSET, REJECT, comb_field, likely, line, line_field


def mark(width: int, height: int, bottom: float) -> Segmentation:
    """One glyph of a line whose characters are 50 px high."""
    image = np.zeros((28, 28), np.uint8)
    glyph = Glyph(image, Box(0, 0, width, height), 0, 1, height / 50, bottom)
    return Segmentation(InkState.WRITTEN, (glyph,), 2)


@pytest.mark.parametrize(
    ("width", "height", "bottom", "value"),
    [(8, 7, 1.0, "."), (7, 14, 1.1, ","), (18, 6, 0.6, "-")],
)
def test_what_looks_like_dirt_is_the_mark_that_its_size_and_place_fit(
    width: int, height: int, bottom: float, value: str
) -> None:
    dirt = likely({REJECT: 0.7, ".": 0.1, "8": 0.1})
    beliefs = believe(comb_field("number"), mark(width, height, bottom), dirt, CHARSET)
    best = int(beliefs.probabilities[0].argmax())
    assert beliefs.characters[best] == value
    assert beliefs.probabilities[0, best] > 0.4


def test_dirt_of_a_characters_size_stays_dirt() -> None:
    dirt = likely({REJECT: 0.7, ".": 0.1, "8": 0.1})
    beliefs = believe(comb_field("number"), mark(30, 45, 1.0), dirt, CHARSET)
    assert beliefs.rejects[0] > 0.6


def test_a_full_stop_is_no_digit() -> None:
    dirt = likely({REJECT: 0.7, ".": 0.1, "8": 0.1})
    beliefs = believe(comb_field("digits"), mark(8, 7, 1.0), dirt, CHARSET)
    assert beliefs.rejects[0] > 0.6


def test_a_short_bar_below_the_baseline_is_a_comma_and_no_one() -> None:
    bar = likely({"1": 0.8, ",": 0.1})
    beliefs = believe(line_field("number"), mark(9, 24, 1.2), bar, CHARSET)
    assert beliefs.characters[beliefs.probabilities[0].argmax()] == ","


def test_a_bar_in_a_date_is_a_slash_where_the_format_wants_one() -> None:
    bars = [{"1": 0.97} if c == "/" else {c: 0.97} for c in "12/04/2026"]
    field = line_field("date", format="DD/MM/YYYY")
    assert decode(field, line(10), likely(*bars), CHARSET).value == "2026-04-12"
