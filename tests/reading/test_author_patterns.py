"""A pattern that backtracks without end is given up, and said to be too slow."""

from __future__ import annotations

import time

import pytest

from forms_app.reading.author_patterns import SlowPatternError, compile_pattern, match_whole
from forms_app.reading.constraints import check_value
from forms_app.reading.page_codes import code_expression, understand
from forms_app.services.batch_codes import CodeSetting
from forms_app.templating.code_explanation import try_code
from tests.reading.made_fields import comb_field

ENDLESS = r"(a|aa)+$"
TEXT = "a" * 60 + "c"


def test_whole_texts_are_matched_with_their_groups() -> None:
    assert match_whole(r"(?P<page>[0-9]+)-.*", "12-x") == {"page": "12"}
    assert match_whole(r"[A-Z]{2}", "ABC") is None
    assert match_whole(r"(?=.*[0-9])\w+", "ab3") == {}


def test_what_is_no_pattern_is_told() -> None:
    with pytest.raises(ValueError, match="position 1"):
        compile_pattern("[")


def test_an_endless_pattern_is_given_up() -> None:
    begun = time.monotonic()
    with pytest.raises(SlowPatternError):
        match_whole(ENDLESS, TEXT)
    assert time.monotonic() - begun < 5


def test_a_value_that_cannot_be_compared_is_a_problem_to_solve() -> None:
    (problem,) = check_value(comb_field("text", pattern=ENDLESS), TEXT)
    assert "simplify the pattern" in problem


def test_a_code_that_cannot_be_compared_says_nothing() -> None:
    setting = r"(?P<page>(a|aa)+)$"
    assert CodeSetting(1, "Form", setting).understood(TEXT) is None
    assert "simpler" in try_code(setting, TEXT, "Form", 1).problem


def test_a_page_number_of_thousands_of_digits_is_no_page() -> None:
    code = understand("9" * 5000, code_expression("page"))
    assert code is not None and code.page is None
