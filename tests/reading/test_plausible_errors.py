"""Wrong values that a field might well have been read as."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forms_app.reading.constraints import check_value
from forms_app.reading.form_template import (
    Case,
    Constraints,
    FieldKind,
    FormField,
    Layout,
    Option,
)
from forms_app.reading.geometry import Box
from forms_app.reading.plausible_errors import misread
from forms_app.reading.types import CharacterReading, Value

BOX = Box(0, 0, 10, 10)


def field(kind: FieldKind, **rules: object) -> FormField:
    options = tuple(Option(value, BOX) for value in "FMX")
    has_options = kind in (FieldKind.CHOICE, FieldKind.CHOICES)
    return FormField(
        "f",
        1,
        kind,
        BOX,
        layout=Layout.COMB,
        options=options if has_options else (),
        constraints=Constraints(**rules),  # type: ignore[arg-type]
    )


def read_as(text: str, **alternatives: float) -> tuple[CharacterReading, ...]:
    """Characters; `_7` of the keyword `at3_7` is a runner-up of the fourth."""
    found = [CharacterReading(value, 0.9, cell=i) for i, value in enumerate(text)]
    for name, probability in alternatives.items():
        place, value = int(name[2]), name[4:]
        others = (*found[place].alternatives, (value, probability))
        found[place] = replace(found[place], alternatives=others)
    return tuple(found)


def test_the_likeliest_runner_up_comes_first() -> None:
    wrong = misread(field(FieldKind.DIGITS), "123456", read_as("123456", at0_7=0.1, at4_6=0.3))
    assert wrong is not None and wrong.value == "123466"
    changed = wrong.characters[4]
    assert (changed.value, changed.alternatives, changed.cell) == ("6", (("5", 0.3),), 4)
    assert wrong.characters[:4] == read_as("123456", at0_7=0.1)[:4]


def test_a_similar_shape_where_the_recogniser_had_no_doubt() -> None:
    wrong = misread(field(FieldKind.DIGITS), "000", read_as("000"))
    assert wrong is not None and wrong.value == "600"
    letters = misread(field(FieldKind.LETTERS), "abc", read_as("abc"))
    assert letters is not None and letters.value == "hbc"


def test_another_case_is_no_error() -> None:
    wrong = misread(field(FieldKind.LETTERS), "M", read_as("M", at0_m=0.4, at0_N=0.1))
    assert wrong is not None and wrong.value == "N"


def test_what_was_corrected_one_for_one_keeps_its_places() -> None:
    wrong = misread(field(FieldKind.DIGITS), "129", read_as("123", at1_7=0.2))
    assert wrong is not None and wrong.value == "179"
    assert [character.cell for character in wrong.characters] == [0, 1, 2]
    assert misread(field(FieldKind.DIGITS), "1294", read_as("123")) is None


@pytest.mark.parametrize(
    ("rules", "truth"),
    [({"check": "luhn"}, "79927398713"), ({"values": ("12", "34")}, "12")],
)
def test_what_the_rule_would_give_away_is_not_shown(rules: dict[str, object], truth: str) -> None:
    assert misread(field(FieldKind.DIGITS, **rules), truth, read_as(truth)) is None


def test_a_wrong_date_is_a_date() -> None:
    born = field(FieldKind.DATE, format="DDMMYYYY")
    wrong = misread(born, "1984-02-28", read_as("28021984", at0_4=0.5, at7_9=0.1))
    assert wrong is not None and wrong.value == "1989-02-28"


@pytest.mark.parametrize(
    ("kind", "truth", "wrong"),
    [
        (FieldKind.CHOICE, "F", "M"),
        (FieldKind.CHOICES, ("M",), ("F", "M")),
        (FieldKind.CHOICES, ("F", "M", "X"), ("F", "X")),
        (FieldKind.MARK, True, False),
        (FieldKind.SIGNATURE, False, True),
    ],
)
def test_another_box(kind: FieldKind, truth: Value, wrong: Value) -> None:
    found = misread(field(kind), truth, ())
    assert found is not None and found.value == wrong


@pytest.mark.parametrize("kind", list(FieldKind))
def test_nothing_comes_of_nothing(kind: FieldKind) -> None:
    assert misread(field(kind), None, ()) is None


def test_what_is_shown_keeps_the_rule() -> None:
    capitals = field(FieldKind.LETTERS, case=Case.UPPER, min_length=3)
    wrong = misread(capitals, "ABC", read_as("ABC"))
    assert wrong is not None and check_value(capitals, wrong.value) == ()
