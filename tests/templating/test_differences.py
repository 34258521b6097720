"""Differences between two definitions, in words."""

from __future__ import annotations

from typing import Any

import pytest

from forms_app.templating.differences import Change, differences

COMB = {"name": "code", "label": "Code", "page": 1, "kind": "digits", "box": [10, 20, 200, 40],
        "cells": 5, "layout": "comb"}  # fmt: skip
CHOICE = {"name": "sex", "page": 1, "kind": "choice",
          "options": [{"value": "F", "box": [10, 100, 20, 20]},
                      {"value": "M", "label": "male", "box": [50, 100, 20, 20]}]}  # fmt: skip


def details(old: dict[str, Any], new: dict[str, Any]) -> tuple[str, ...]:
    found = differences({"fields": [old]}, {"fields": [new]}).fields
    return tuple(phrase for difference in found for phrase in difference.details)


def test_nothing_changed() -> None:
    same = differences({"fields": [COMB, CHOICE]}, {"fields": [COMB, CHOICE], "name": "other"})
    assert same.fields == () and same.rules == () and not same.order_changed


def test_fields_come_go_and_are_renamed() -> None:
    far = COMB | {"name": "far", "box": [10, 900, 200, 40]}
    renamed = COMB | {"name": "number"}
    found = differences({"fields": [COMB, CHOICE]}, {"fields": [renamed, far]})
    assert [(d.name, d.change) for d in found.fields] == [
        ("number", Change.CHANGED),
        ("far", Change.ADDED),
        ("sex", Change.REMOVED),
    ]
    assert found.fields[0].details == ("renamed from code",)
    assert found.of("far") is found.fields[1] and found.of("sex") is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"box": [15, 12, 200, 40]}, ("moved 5 px right and 8 px up",)),
        ({"box": [10, 20, 210, 40]}, ("210 by 40 px large (was 200 by 40)",)),
        ({"box": [10.4, 20, 200, 40]}, ()),
        ({"page": 2}, ("on page 2 (was 1)",)),
        ({"cells": 6}, ("cells 6 (was 5)",)),
        ({"required": True}, ("now required",)),
        ({"second_key": True}, ("now keyed by two people",)),
        ({"pattern": "[0-9]+"}, ("pattern [0-9]+ (none before)",)),
        ({"range": [1, None]}, ("range 1 to any (none before)",)),
        ({"kind": "text", "label": ""}, ("no label any more (was Code)", "kind text (was digits)")),
        ({"values": ["1", "2"]}, ("2 values more: 1, 2",)),
    ],
)
def test_what_changed_on_a_field(change: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert details(COMB, COMB | change) == expected


def test_what_is_taken_away_is_told_too() -> None:
    assert details(COMB | {"required": True, "check": "luhn"}, COMB) == (
        "no longer required",
        "no check digit any more (was luhn)",
    )


def test_options() -> None:
    new = CHOICE | {
        "options": [
            {"value": "M", "label": "man", "box": [50, 100, 20, 20]},
            {"value": "X", "box": [10, 100, 20, 20]},
        ]
    }
    assert details(CHOICE, new)[:3] == (
        "1 option more: X",
        "1 option less: F",
        "label of option M: man (was male)",
    )
    assert differences({"fields": [CHOICE]}, {"fields": [new]}).fields[0].change == Change.CHANGED


def test_a_field_that_only_moved_says_so() -> None:
    [found] = differences(
        {"fields": [COMB]}, {"fields": [COMB | {"box": [10, 90, 200, 40]}]}
    ).fields
    assert found.change == Change.MOVED


def test_rules_and_order() -> None:
    old = {"fields": [COMB, CHOICE], "rules": [{"name": "a", "kind": "sum"}, {"name": "b"}]}
    new = {"fields": [CHOICE, COMB], "rules": [{"name": "a", "kind": "equal"}, {"name": "c"}]}
    found = differences(old, new)
    assert found.order_changed and found.fields == ()
    assert found.rules == ("rule 'a' changed", "rule 'c' added", "rule 'b' removed")


def test_the_code_on_the_page() -> None:
    def told(was: str | None, now: str | None) -> tuple[str, ...]:
        return differences({"fields": [], "code": was}, {"fields": [], "code": now}).rules

    assert told("page", "") == ("code on the page 'page' removed",)
    assert told(None, "page:Nr") == ("code on the page 'page:Nr' added",)
    assert told("page", "page:Nr") == ("code on the page 'page:Nr' (was 'page')",)
    assert told("page", "page") == told(None, "") == ()


def test_incomplete_drafts_are_compared_as_far_as_they_go() -> None:
    found = differences({"fields": [{"name": "x"}]}, {"fields": [{"box": "?"}, {"name": "x"}]})
    assert [d.change for d in found.fields] == [Change.ADDED]
