"""When a field is right, and what the figures make of it."""

from __future__ import annotations

import pytest

from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.geometry import Box
from forms_app.reading.policy import ReviewPolicy
from forms_app.reading.types import CharacterReading, FieldReading, Outcome, Value
from forms_app.training.field_curve import draw_curve
from forms_app.training.field_figures import curve_figures, outcomes, reliability, summarise
from forms_app.training.field_results import FieldResult, compare, edits, is_right
from forms_app.training.synthesis.slips import Slip
from forms_app.training.synthesis.values import SampledValue

BOX = Box(0, 0, 300, 60)
COMB = FormField("comb_digits-0", 1, FieldKind.DIGITS, BOX, cells=(BOX,))
WHERE = {"submission": 1, "layout": "a", "profile": "clean", "hand": "neat"}


def reading(
    value: Value, outcome: Outcome = Outcome.READ, confidence: float = 0.9, review: bool = False
) -> FieldReading:
    characters = tuple(CharacterReading(c, 0.9) for c in value) if isinstance(value, str) else ()
    return FieldReading("f", value, outcome, confidence, review, characters=characters)


@pytest.mark.parametrize(
    ("truth", "outcome", "said", "right"),
    [
        ("12", Outcome.READ, reading("12"), True),
        ("12", Outcome.READ, reading("13"), False),
        ("12", Outcome.READ, reading(None, Outcome.BLANK), False),
        ("", Outcome.BLANK, reading(None, Outcome.BLANK), True),
        ("", Outcome.BLANK, reading("1"), False),
        ("12", Outcome.STRUCK_OUT, reading(None, Outcome.STRUCK_OUT), True),
        ("12", Outcome.STRUCK_OUT, reading("12"), False),
        (False, Outcome.READ, reading(False), True),
        (False, Outcome.READ, reading(True), False),
        (("a", "b"), Outcome.READ, reading(("b", "a")), True),
        ((), Outcome.BLANK, reading((), Outcome.BLANK), True),
        ("", Outcome.BLANK, reading(None, Outcome.MISSING_PAGE), False),
    ],
)
def test_right_is_outcome_and_value(
    truth: Value, outcome: Outcome, said: FieldReading, right: bool
) -> None:
    assert is_right(truth, outcome, said) is right


def test_characters_are_counted_in_unspoilt_combs() -> None:
    sample = SampledValue("1234", "1234")
    found = compare(COMB, sample, reading("1294"), WHERE, ReviewPolicy())
    assert (found.characters, found.character_errors, found.is_right) == (4, 1, False)
    struck = SampledValue("1234", "1234", Slip.STRUCK_FIELD)
    found = compare(COMB, struck, reading("1234"), WHERE, ReviewPolicy())
    assert (found.characters, found.truth, found.true_outcome) == (0, None, "struck_out")


@pytest.mark.parametrize(
    ("truth", "read", "distance"),
    [("", "", 0), ("ABC", "ABC", 0), ("ABC", "AC", 1), ("A", "BC", 2)],
)
def test_edits(truth: str, read: str, distance: int) -> None:
    assert edits(truth, read) == distance


def results() -> list[FieldResult]:
    """Ten fields of falling confidence; the two least sure and one that is doubted are wrong."""
    found = []
    for i in range(10):
        said = reading("12" if i not in (3, 8, 9) else "19", confidence=1 - i / 20, review=i > 2)
        found.append(compare(COMB, SampledValue("12", "12"), said, WHERE, ReviewPolicy()))
    return found


def test_review_takes_the_least_confident_first() -> None:
    curve = curve_figures(results())
    rates = {row["review"]: row for row in curve["by_confidence"]}
    assert (rates[0.0]["accepted"], rates[0.0]["wrong"]) == (10, 3)
    assert (rates[0.2]["accepted"], rates[0.2]["wrong"]) == (8, 1)
    assert rates[0.2]["threshold"] == pytest.approx(1 - 7 / 20)
    assert (curve["policy"]["accepted"], curve["policy"]["wrong"]) == (3, 0)


def test_what_is_reviewed_however_confident_comes_before_the_rest() -> None:
    sure = compare(COMB, SampledValue("1", "1"), reading("7", confidence=0.999, review=True),
                   WHERE, ReviewPolicy())  # fmt: skip
    unsure = compare(COMB, SampledValue("1", "1"), reading("1", confidence=0.5, review=True),
                     WHERE, ReviewPolicy())  # fmt: skip
    curve = curve_figures([sure, unsure])
    assert sure.review_first
    assert not unsure.review_first
    half = {row["review"]: row for row in curve["by_doubt"]}[0.5]
    assert (half["accepted"], half["wrong"]) == (1, 0)


def test_reliability_compares_what_was_said_with_what_was_right() -> None:
    rows = reliability(results())
    assert sum(row["n"] for row in rows) == 10
    top = rows[-1]
    assert (top["n"], top["exact"]) == (1, 1.0)


def test_outcomes_are_never_confused() -> None:
    blank = compare(COMB, SampledValue(""), reading("1"), WHERE, ReviewPolicy())
    assert outcomes([blank, *results()]) == {"blank": {"read": 1}, "read": {"read": 10}}


def test_the_curve_is_an_svg_with_a_line_for_each_group() -> None:
    picture = draw_curve(summarise(results())["curves"])
    assert picture.startswith("<svg")
    assert picture.count("<polyline") == 3
