"""Beginnings of patterns, against Python's own matching."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_app.reading.decoding import decode
from forms_app.reading.form_template import Case
from forms_app.reading.patterns import is_beginning
from tests.reading.made_fields import CHARSET, comb, comb_field, likely

FOLLOWED = [
    "[A-Z]{2}[0-9]{3}",
    r"\d{2,4}-?[A-C]+",
    "A?B*C",
    "[^0-9]x{2}",
    r"[\]\-a]b\.c",
    "",
    "1+2?3{0}4",
]


@pytest.mark.parametrize("pattern", FOLLOWED)
@given(data=st.data())
def test_every_beginning_of_a_match_is_one(pattern: str, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(re.compile(pattern), fullmatch=True))
    assert re.fullmatch(pattern, text)
    assert all(is_beginning(pattern, text[:end]) for end in range(len(text) + 1))


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("[A-Z]{2}[0-9]{3}", "A1"),
        ("[A-Z]{2}[0-9]{3}", "AB1234"),
        (r"\d{2,4}-?[A-C]+", "1-"),
        (r"\d{2,4}-?[A-C]+", "12345"),
        ("A?B*C", "BA"),
        ("1+2?3{0}4", "13"),
        ("", "x"),
    ],
)
def test_what_cannot_become_a_match_is_given_up(pattern: str, text: str) -> None:
    assert not is_beginning(pattern, text)


@pytest.mark.parametrize("pattern", ["(AB|CD)1", r"(?=A)A", "^A$", r"(A)\1", "a{2}?"])
def test_other_patterns_are_left_to_the_whole_value(pattern: str) -> None:
    assert is_beginning(pattern, "anything")


def test_a_long_code_of_lookalikes_is_found() -> None:
    ring, five = {"0": 0.55, "O": 0.43}, {"5": 0.55, "S": 0.43}
    field = comb_field("text", pattern="[A-Z]{7}[0-9]{7}", case=Case.UPPER)
    decoded = decode(field, comb("x" * 14), likely(*[ring, five] * 7), CHARSET)
    assert decoded.value == "OSOSOSO5050505" and decoded.satisfied
