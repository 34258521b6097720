"""What a field accepts: sentences, examples that hold, near misses with their reasons."""

from __future__ import annotations

from typing import Any

import pytest

from forms_app.reading.constraints import check_value, parse_value
from forms_app.reading.form_template import FormField
from forms_app.templating.explanation import explain, try_value
from forms_app.templating.field_rules import parse_field


def field_of(**keys: Any) -> FormField:
    problems: list[str] = []
    field = parse_field({"name": "x", "box": [0, 0, 400, 40], **keys}, 1, None, problems)
    assert field is not None and problems == []
    return field


RULES: list[tuple[dict[str, Any], str]] = [
    ({"kind": "digits", "cells": 7, "min_length": 5}, "5 to 7 digits, or nothing"),
    ({"kind": "digits", "layout": "line", "range": [1, 120]}, "digits, from 1 to 120, or nothing"),
    ({"kind": "digits", "cells": 13, "min_length": 13, "check": "ean"}, "exactly 13 digits"),
    ({"kind": "digits", "cells": 10, "check": "mod97"}, "a valid mod97 check digit"),
    ({"kind": "text", "cells": 22, "check": "iban"}, "1 to 22 characters"),
    ({"kind": "text", "cells": 10, "min_length": 10, "check": "mod11"}, "exactly 10 characters"),
    ({"kind": "letters", "cells": 9, "case": "upper"}, "1 to 9 letters, in capitals"),
    (
        {"kind": "text", "layout": "line", "pattern": "[A-Z]{2}[0-9]{6}"},
        "matching [A-Z]{2}[0-9]{6}",
    ),
    ({"kind": "text", "layout": "line", "pattern": ".*", "required": True}, "characters, matching"),
    ({"kind": "number", "cells": 6, "range": [-10.5, None]}, "at most 6 characters, -10.5 or more"),
    ({"kind": "date", "cells": 8, "format": "DDMMYYYY"}, "a date written DDMMYYYY"),
    ({"kind": "date", "cells": 8, "format": "DDMMYYYY", "range": ["1900", "2026-06"]}, "1900"),
    ({"kind": "date", "cells": 4, "format": "HHMM"}, "a time written HHMM"),
    ({"kind": "date", "layout": "line", "format": "DD.MM.YY HH:MM"}, "DD.MM.YY HH:MM"),
    ({"kind": "letters", "cells": 8, "values": ["KABUL", "HERAT"]}, "one of 2 listed values"),
    ({"kind": "digits", "layout": "line", "min_length": 40}, "40 or more digits"),
]


@pytest.mark.parametrize(("keys", "words"), RULES, ids=lambda value: str(value)[:40])
def test_examples_hold_and_near_misses_do_not(keys: dict[str, Any], words: str) -> None:
    field = field_of(**keys)
    found = explain(field)
    assert words in found.sentence
    assert found.accepts and found.problems == ()
    for example in found.accepts:
        assert check_value(field, parse_value(field, example)) == ()
        assert try_value(field, example).accepted
    for refusal in found.refuses:
        assert not try_value(field, refusal.value).accepted
        assert refusal.reason
    assert explain(field) == found  # The same every time.


@pytest.mark.parametrize("pattern", ["[0-9]++", "(?>[0-9]+)", "(A)?(?(1)[0-9]|[0-9]{2})"])
def test_patterns_that_nothing_can_be_made_of_are_explained_by_usual_values(pattern: str) -> None:
    field = field_of(kind="text", layout="line", pattern=pattern)
    found = explain(field)
    assert found.problems == () or "was found" in found.problems[0]
    assert all(try_value(field, example).accepted for example in found.accepts)


def test_a_pattern_of_nested_repetitions_answers_at_once() -> None:
    found = explain(field_of(kind="text", layout="line", pattern="(A+)+"))
    assert found.accepts and found.problems == ()


def test_near_misses_say_each_reason_once() -> None:
    found = explain(field_of(kind="digits", cells=7, min_length=5))
    assert [refusal.reason for refusal in found.refuses] == [
        "has 4 characters, at least 5 are needed",
        "does not fit into 7 cells",
        "may hold digits only",
    ]


@pytest.mark.parametrize(
    "keys",
    [
        {"kind": "digits", "cells": 4, "pattern": "[A-Z]+"},
        {"kind": "digits", "cells": 3, "range": [5000, 9000]},
        {"kind": "digits", "cells": 1, "check": "luhn"},
        {"kind": "text", "layout": "line", "max_length": 3, "pattern": "[A-Z]{5}"},
        {"kind": "text", "layout": "line", "case": "upper", "pattern": "[a-z]+"},
        {"kind": "text", "layout": "line", "max_length": 3, "values": ["LONGER", "THAN IT"]},
    ],
)
def test_rules_that_nothing_satisfies_are_told(keys: dict[str, Any]) -> None:
    found = explain(field_of(**keys))
    assert found.accepts == () and found.refuses == ()
    assert found.problems


def test_a_tried_value_is_shown_as_it_is_kept() -> None:
    born = field_of(kind="date", cells=8, format="DDMMYYYY")
    assert try_value(born, "23.11.2026").value == "2026-11-23"
    assert try_value(born, "31022026").reasons[0].startswith("is not a valid date")
    village = field_of(kind="letters", cells=6, values=["Kabul"])
    assert try_value(village, "KABUL").value == "Kabul"
    assert not try_value(field_of(kind="digits", cells=3, required=True), " ").accepted
    assert try_value(field_of(kind="digits", cells=3), "").accepted


def test_choices_are_explained_by_their_options() -> None:
    options = [{"value": v, "box": [0, 0, 9, 9]} for v in "ABCDEFGH"]
    found = explain(field_of(kind="choices", options=options))
    assert found.sentence == "Accepts any of A, B, C, D, E, F, …, or nothing."
    assert found.accepts == ("A", "B", "C") and found.refuses == ()
    assert try_value(field_of(kind="choice", options=options), "J").reasons == (
        "'J' is not one of the options",
    )
