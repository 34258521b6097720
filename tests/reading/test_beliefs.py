"""What a glyph may be, given the field's alphabet and case."""

from __future__ import annotations

import pytest

from forms_app.reading.beliefs import believe
from forms_app.reading.form_template import Case
from tests.reading.made_fields import CHARSET, comb, comb_field, likely


@pytest.mark.parametrize(("case", "value"), [("upper", "I"), ("lower", "l")])
def test_a_plain_stroke_is_an_i_among_capitals_and_an_l_among_small_letters(
    case: str, value: str
) -> None:
    stroke = likely({"l": 0.5, "I": 0.45, "L": 0.03})
    field = comb_field("letters", case=Case(case))
    beliefs = believe(field, comb("x"), stroke, CHARSET)
    best = beliefs.probabilities[0].argmax()
    assert beliefs.characters[best] == value
    assert beliefs.probabilities[0, best] > 0.9


@pytest.mark.parametrize(("word", "place", "value"), [("Nxuyen", 1, "g"), ("4x17", 1, "9")])
def test_a_glyph_between_a_letter_and_a_digit_follows_its_neighbours(
    word: str, place: int, value: str
) -> None:
    between = {"g": 0.45, "9": 0.5} if value == "g" else {"g": 0.5, "9": 0.45}
    glyphs = likely(*(between if c == "x" else {c: 0.97} for c in word))
    beliefs = believe(comb_field("text"), comb("x" * len(word)), glyphs, CHARSET)
    assert beliefs.characters[beliefs.probabilities[place].argmax()] == value
