"""Cross-field rules in the template file: read strictly, faults named, written back."""

from __future__ import annotations

from typing import Any

import pytest

from forms_app.errors import TemplateError
from forms_app.reading.form_template import CrossRule, RuleKind
from forms_app.templating.template_file import dump_template, parse_template, parse_usable


def definition(*rules: object) -> dict[str, Any]:
    def box(row: int) -> list[int]:
        return [100, 100 + 100 * row, 400, 60]

    return {
        "format": "fieldhand/1",
        "name": "Stay",
        "pages": [{"image": "blank.png", "width": 1240, "height": 1754}],
        "fields": [
            {"name": "adults", "kind": "digits", "box": box(0), "cells": 2},
            {"name": "children", "kind": "digits", "box": box(1), "cells": 2},
            {"name": "all", "kind": "number", "box": box(2), "cells": 3},
            {"name": "from", "kind": "date", "box": box(3), "cells": 8, "format": "DDMMYYYY"},
            {"name": "to", "kind": "date", "box": box(4), "cells": 8, "format": "DDMMYYYY"},
            {"name": "paid", "kind": "mark", "box": box(5)},
            {"name": "way", "kind": "choice", "options": [{"value": "card", "box": box(6)}]},
            {"name": "photo", "kind": "image", "box": box(7)},
        ],
        "rules": list(rules),
    }


RULES = (
    {"name": "guests", "kind": "sum", "fields": ["adults", "children"], "total": "all"},
    {"name": "stay", "kind": "date_order", "fields": ["from", "to"]},
    {"name": "same", "kind": "equal", "fields": ["adults", "children"]},
    {"name": "paid how", "kind": "required_if", "fields": ["way"], "if": "paid", "is": True},
    {"name": "paid at all", "kind": "required_if", "fields": ["paid"], "if": "way", "is": "card"},
)


def test_rules_go_in_and_out_unchanged() -> None:
    template = parse_template(definition(*RULES))
    assert template.rules[0] == CrossRule(
        "guests", RuleKind.SUM, ("adults", "children"), total="all"
    )
    assert template.rules[3].involved == ("way", "paid")
    assert dump_template(template)["rules"] == list(RULES)
    assert "rules" not in dump_template(parse_template(definition()))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("sum", "Rule 1: must be a JSON object"),
        ({"kind": "sum", "fields": ["adults", "all"]}, "Rule 1: has no 'name'"),
        ({"name": "r", "kind": "product", "fields": []}, "Rule 'r': unknown kind 'product'"),
        (RULES[0] | {"colour": "red"}, "Rule 'guests': unknown key 'colour'"),
        (RULES[1] | {"total": "all"}, "Rule 'stay': 'total' does not apply to the kind"),
        (RULES[0] | {"fields": ["adults"]}, "Rule 'guests': names 1 fields"),
        (RULES[0] | {"fields": ["adults", 7]}, "Rule 'guests': 'fields' must be a list of field"),
        (RULES[0] | {"total": None}, "Rule 'guests': has no 'total'"),
        (RULES[0] | {"total": "sum"}, "Rule 'guests': there is no field 'sum'"),
        (RULES[0] | {"total": "adults"}, "Rule 'guests': names the field 'adults' twice"),
        (RULES[0] | {"total": "way"}, "Rule 'guests': the field 'way' must be of the kind digits"),
        (RULES[1] | {"fields": ["from", "all"]}, "Rule 'stay': the field 'all' must be of"),
        (RULES[2] | {"fields": ["adults", "photo"]}, "Rule 'same': the field 'photo' is a picture"),
        (RULES[3] | {"is": "yes"}, "Rule 'paid how': 'is' must be true or false"),
        (RULES[3] | {"is": 1}, "Rule 'paid how': 'is' must be a text, true or false"),
        (RULES[4] | {"is": "cash"}, "Rule 'paid at all': 'cash' is no option of the field 'way'"),
    ],
)
def test_a_wrong_rule_is_named_with_its_fault(rule: object, said: str) -> None:
    with pytest.raises(TemplateError) as raised:
        parse_template(definition(rule))
    assert any(said in problem for problem in raised.value.problems), raised.value.problems


def test_two_rules_need_two_names() -> None:
    with pytest.raises(TemplateError, match="Rule 'stay': several rules have this name"):
        parse_template(definition(RULES[1], RULES[1]))


def test_a_draft_keeps_what_is_fine_of_it() -> None:
    """A faulty field takes the rules that need it along, and is not called missing."""
    drawn = definition(*RULES)
    drawn["fields"][0]["cells"] = 0
    template, problems = parse_usable(drawn)
    assert [field.name for field in template.fields][:2] == ["children", "all"]
    assert [rule.name for rule in template.rules] == ["stay", "paid how", "paid at all"]
    assert len(problems) == 1 and "'adults'" in problems[0]
