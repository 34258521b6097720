"""Cross-field rules hold, are broken, or cannot be told yet."""

from __future__ import annotations

import pytest

from forms_app.reading.cross_rules import Fact, RuleState, check_rules, with_rules
from forms_app.reading.form_template import (
    Constraints,
    CrossRule,
    FieldKind,
    FormField,
    FormTemplate,
    RuleKind,
)
from forms_app.reading.geometry import Box
from forms_app.reading.types import FieldReading, Outcome, Value

KINDS = {
    "adults": FieldKind.DIGITS,
    "children": FieldKind.NUMBER,
    "all": FieldKind.DIGITS,
    "from": FieldKind.DATE,
    "to": FieldKind.DATE,
    "paid": FieldKind.MARK,
    "ways": FieldKind.CHOICES,
    "note": FieldKind.TEXT,
}
FIELDS = tuple(
    FormField(
        name,
        1,
        kind,
        Box(0, 0, 9, 9),
        label=name.capitalize(),
        constraints=Constraints(format="DDMMYYYY" if kind is FieldKind.DATE else None),
    )
    for name, kind in KINDS.items()
)
SUM = CrossRule("guests", RuleKind.SUM, ("adults", "children"), total="all")
ORDER = CrossRule("stay", RuleKind.DATE_ORDER, ("from", "to"))
EQUAL = CrossRule("same", RuleKind.EQUAL, ("adults", "all"))
IF_PAID = CrossRule("note if paid", RuleKind.REQUIRED_IF, ("note",), condition="paid")
IF_CARD = CrossRule(
    "note if card", RuleKind.REQUIRED_IF, ("note",), condition="ways", expected="card"
)
IF_UNPAID = CrossRule(
    "note if not", RuleKind.REQUIRED_IF, ("note",), condition="paid", expected=False
)


def verdict(rule: CrossRule, **values: Value) -> tuple[RuleState, str]:
    """A field without a value here has not been read."""
    facts = {
        name: Fact(value, Outcome.READ if value else Outcome.BLANK)
        for name, value in values.items()
    }
    [found] = check_rules(FormTemplate("t", (), FIELDS, (rule,)), facts)
    return found.state, found.message


HOLDS, UNKNOWN = (RuleState.HOLDS, ""), (RuleState.UNKNOWN, "")


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        (SUM, {"adults": "12", "children": "7", "all": "19"}, HOLDS),
        (SUM, {"adults": "012", "children": "7.0", "all": "19"}, HOLDS),
        (SUM, {"adults": "19", "children": None, "all": "19"}, HOLDS),
        (SUM, {"adults": None, "children": None, "all": None}, HOLDS),
        (SUM, {"adults": "12", "children": "7"}, UNKNOWN),
        (SUM, {"adults": "1Z", "children": "7", "all": "19"}, UNKNOWN),
        (
            SUM,
            {"adults": "12", "children": "7", "all": "20"},
            (RuleState.BROKEN, "Adults (12) + Children (7) makes 19, but All is 20."),
        ),
        (
            SUM,
            {"adults": "12", "children": None, "all": None},
            (RuleState.BROKEN, "Adults (12) + Children (empty) makes 12, but All is empty."),
        ),
        (ORDER, {"from": "2026-11-20", "to": "2026-11-20"}, HOLDS),
        (ORDER, {"from": "2026-11-20", "to": None}, HOLDS),
        (ORDER, {"from": "2026-11-20"}, UNKNOWN),
        (ORDER, {"from": "39112026", "to": "2026-11-20"}, UNKNOWN),
        (
            ORDER,
            {"from": "2026-11-23", "to": "2026-11-20"},
            (RuleState.BROKEN, "From (2026-11-23) is after To (2026-11-20)."),
        ),
        (EQUAL, {"adults": "7", "all": "7"}, HOLDS),
        (EQUAL, {"adults": "7"}, UNKNOWN),
        (
            EQUAL,
            {"adults": "7", "all": None},
            (RuleState.BROKEN, "Adults is 7, but All is empty; they must be the same."),
        ),
        (IF_PAID, {"paid": False, "note": None}, HOLDS),
        (IF_PAID, {"paid": True, "note": "x"}, HOLDS),
        (IF_PAID, {"paid": True}, UNKNOWN),
        (IF_PAID, {"note": None}, UNKNOWN),
        (
            IF_PAID,
            {"paid": True, "note": None},
            (RuleState.BROKEN, "Note is empty although Paid is marked."),
        ),
        (IF_CARD, {"ways": ("cash",), "note": None}, HOLDS),
        (
            IF_CARD,
            {"ways": ("cash", "card"), "note": ""},
            (RuleState.BROKEN, "Note is empty although Ways is cash, card."),
        ),
        (
            IF_UNPAID,
            {"paid": False, "note": None},
            (RuleState.BROKEN, "Note is empty although Paid is not marked."),
        ),
    ],
)
def test_rules(rule: CrossRule, values: dict[str, Value], expected: tuple[RuleState, str]) -> None:
    assert verdict(rule, **values) == expected


@pytest.mark.parametrize("outcome", [Outcome.UNREADABLE, Outcome.MISSING_PAGE, Outcome.STRUCK_OUT])
def test_what_was_not_read_breaks_nothing(outcome: Outcome) -> None:
    facts = {"adults": Fact("7"), "children": Fact(None, outcome), "all": Fact("9")}
    [found] = check_rules(FormTemplate("t", (), FIELDS, (SUM,)), facts)
    assert found.state is RuleState.UNKNOWN


def test_fields_of_a_broken_rule_need_review_however_sure_each_is() -> None:
    readings = [
        FieldReading(name, value, Outcome.READ, 0.999, needs_review=False)
        for name, value in {"adults": "12", "children": "7", "all": "20", "note": "x"}.items()
    ]
    seen = with_rules(FormTemplate("t", (), FIELDS, (SUM,)), readings)
    assert [reading.needs_review for reading in seen] == [True, True, True, False]
    assert seen[0].reasons == (
        "rule 'guests': Adults (12) + Children (7) makes 19, but All is 20.",
    )
    assert seen[3] is readings[3]
