"""Values against constraints, and what people type."""

from __future__ import annotations

import pytest

from forms_app.reading.constraints import check_value, normalise_number, parse_value
from forms_app.reading.form_template import Case, FieldKind, FormField
from forms_app.reading.geometry import Box
from forms_app.reading.types import Value
from tests.reading.made_fields import choice_field, comb_field, line_field

MARK = FormField("consent", 1, FieldKind.MARK, Box(0, 0, 40, 40))
IMAGE = FormField("remarks", 1, FieldKind.IMAGE, Box(0, 0, 400, 400))

FINE: list[tuple[FormField, Value]] = [
    (comb_field("digits"), "00120"),
    (comb_field("digits", check="luhn", min_length=4), "79927398713"),
    (comb_field("number", minimum="-5", maximum="5.5"), "-4.75"),
    (comb_field("letters", case=Case.UPPER), "O'BRIEN-SMITH"),
    (comb_field("letters", case=Case.UPPER), "MÜLLER"),
    (comb_field("text", pattern="[A-Z]{2}[0-9]{3}"), "AB123"),
    (comb_field("text", values=("New York", "Paris")), "New York"),
    (comb_field("date", format="DDMMYYYY", minimum="2026-01-01"), "2026-11-23"),
    (choice_field("choice"), "B"),
    (choice_field("choices"), ("A", "C")),
    (MARK, False),
    (IMAGE, "anything\nat all"),
    (comb_field("digits"), None),
    (choice_field("choices"), ()),
]
WRONG: list[tuple[FormField, Value, str]] = [
    (comb_field("digits"), "12a", "may hold digits only"),
    (comb_field("digits", check="luhn"), "79927398710", "check digit (luhn) is wrong"),
    (comb_field("digits", min_length=4), "123", "at least 4"),
    (comb_field("digits", max_length=2), "123", "at most 2"),
    (comb_field("digits", minimum="35", maximum="220"), "34", "less than 35"),
    (comb_field("number", maximum="5.5"), "5.51", "more than 5.5"),
    (comb_field("number"), "1.2.3", "not a number"),
    (comb_field("letters"), "AB1", "letters only"),
    (comb_field("text", pattern="[A-Z]{2}[0-9]{3}"), "AB1234", "does not match the pattern"),
    (comb_field("text", values=("Paris",)), "Parys", "not in the list"),
    (comb_field("text", case=Case.LOWER), "Ab", "lower case"),
    (comb_field("date", format="DDMMYYYY"), "31022026", "does not have 31 days"),
    (comb_field("date", format="DDMMYYYY", minimum="2026"), "2025-12-31", "is before 2026"),
    (comb_field("date", format="DDMMYYYY", maximum="2026-06"), "2026-07-01", "is after 2026-06"),
    (comb_field("date", format="DDMMYYYY"), "2026-11", "not a valid date"),
    (choice_field("choice"), "Z", "'Z' is not one of the options"),
    (choice_field("choices"), ("A", "Z"), "'Z' is not one of the options"),
    (MARK, "yes", "true or false"),
    (comb_field("digits", required=True), None, "required"),
    (choice_field("choice", required=True), None, "required"),
]


@pytest.mark.parametrize(("field", "value"), FINE)
def test_fine_values_have_no_problem(field: FormField, value: Value) -> None:
    assert check_value(field, value) == ()


@pytest.mark.parametrize(("field", "value", "part"), WRONG)
def test_wrong_values_are_named(field: FormField, value: Value, part: str) -> None:
    problems = check_value(field, value)
    assert len(problems) == 1 and part in problems[0]


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        (comb_field("date", format="DDMMYYYY"), "3.4.2021", "2021-04-03"),
        (comb_field("date", format="DDMMYYYY"), "2021-04-03", "2021-04-03"),
        (comb_field("date", format="DDMMYYYY"), "31022021", "31022021"),
        (comb_field("number"), "1.234,50", "1234.50"),
        (comb_field("digits"), " 12 34 ", "1234"),
        (comb_field("text", case=Case.UPPER), "ab  c", "AB C"),
        (comb_field("text", values=("New York",)), "NEWYORK", "New York"),
        (choice_field("choice"), "b", "B"),
        (choice_field("choices"), "a; C", ("A", "C")),
        (MARK, "yes", True),
        (MARK, "0", False),
        (MARK, "perhaps", "perhaps"),
        (IMAGE, " kept  as typed ", "kept  as typed"),
        (comb_field("text"), "  ", None),
    ],
)
def test_what_people_type_becomes_the_canonical_value(
    field: FormField, typed: str, value: Value
) -> None:
    assert parse_value(field, typed) == value


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1,5", "1.5"),
        ("-0.50", "-0.50"),
        ("+7", "7"),
        ("1,234.5", "1234.5"),
        ("1.234.567", "1234567"),
        ("1 234", "1234"),
        (",5", "0.5"),
        ("1,2,3", "1,2,3"),
        ("12,34.5", "12,34.5"),
        ("--1", "--1"),
        ("5.", "5."),
    ],
)
def test_numbers_have_a_point_and_no_grouping(written: str, number: str) -> None:
    assert normalise_number(written) == number


def test_a_line_field_is_checked_like_a_comb() -> None:
    assert check_value(line_field("digits", max_length=3), "1234")
