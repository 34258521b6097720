"""A shape between two cases is read by the case that the field asks for and the writer keeps."""

from __future__ import annotations

import numpy as np

from forms_app.reading.case_habit import favour_case
from forms_app.reading.form_template import Case
from tests.reading.made_fields import CHARSET, likely

CHARACTERS = CHARSET.characters


def read(*glyphs: dict[str, float]) -> str:
    rows = np.exp(likely(*glyphs).astype(np.float64))[:, : len(CHARACTERS)]
    weighed = favour_case(rows, CHARACTERS, Case.UPPER)
    np.testing.assert_allclose(weighed.sum(1), rows.sum(1))
    return "".join(CHARACTERS[i] for i in weighed.argmax(1))


def test_a_shape_between_the_cases_is_the_case_that_is_asked_for() -> None:
    between = {"l": 0.5, "I": 0.4}
    assert read({"H": 0.9}, between, {"A": 0.9}) == "HIA"


def test_a_writer_of_small_letters_is_believed() -> None:
    between = {"l": 0.5, "I": 0.4}
    small = [{c: 0.9} for c in "brea"]
    assert read(*small, between, *small) == "brealbrea"


def test_a_clear_small_letter_among_capitals_stays() -> None:
    assert read({"H": 0.9}, {"e": 0.95, "P": 0.01}, {"A": 0.9}) == "HeA"


def test_a_field_without_glyphs_is_left_alone() -> None:
    assert favour_case(np.zeros((0, len(CHARACTERS))), CHARACTERS, Case.LOWER).shape[0] == 0
