"""Do the values of a form agree with one another? Rules over several fields, in plain words.

A rule holds, is broken, or cannot be told while a field that it needs has not been read: an
unreadable addend breaks no sum. Empty fields are known to be empty: an empty addend counts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from itertools import pairwise

from forms_app.reading.constraints import date_format
from forms_app.reading.form_template import (
    CrossRule,
    FieldKind,
    FormField,
    FormTemplate,
    RuleKind,
)
from forms_app.reading.types import FieldReading, Outcome, Value

_UNREAD = frozenset({Outcome.UNREADABLE, Outcome.MISSING_PAGE, Outcome.STRUCK_OUT})


class RuleState(StrEnum):
    HOLDS = "holds"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of a field: its value, and how it came to be (an `Outcome`)."""

    value: Value
    outcome: str = Outcome.READ


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """What became of a rule; `message` says for a person why it is broken, else it is empty."""

    rule: CrossRule
    state: RuleState
    message: str = ""


def check_rules(template: FormTemplate, facts: Mapping[str, Fact]) -> tuple[RuleVerdict, ...]:
    """Every rule of the template against one filled form.

    Args:
        template: with the rules.
        facts: by field name; a field that is not there has not been read.
    """
    fields = {field.name: field for field in template.fields}
    return tuple(_check(rule, fields, facts) for rule in template.rules)


def with_rules(
    template: FormTemplate, readings: Sequence[FieldReading]
) -> tuple[FieldReading, ...]:
    """The readings of one form; the fields of a broken rule need review, however sure each is."""
    facts = {reading.name: Fact(reading.value, reading.outcome) for reading in readings}
    reasons: dict[str, tuple[str, ...]] = {}
    for verdict in check_rules(template, facts):
        if verdict.state is RuleState.BROKEN:
            for name in verdict.rule.involved:
                reasons[name] = (*reasons.get(name, ()), reason_of(verdict))
    return tuple(
        replace(reading, needs_review=True, reasons=(*reading.reasons, *reasons[reading.name]))
        if reading.name in reasons
        else reading
        for reading in readings
    )


def reason_of(verdict: RuleVerdict) -> str:
    """Why the fields of a broken rule need review."""
    return f"rule '{verdict.rule.name}': {verdict.message}"


def _check(
    rule: CrossRule, fields: Mapping[str, FormField], facts: Mapping[str, Fact]
) -> RuleVerdict:
    known = {name: facts[name].value for name in rule.involved if _is_known(facts.get(name))}
    view = _View(fields, known)
    broken = _CHECKS[rule.kind](rule, view)
    if broken is None:
        return RuleVerdict(rule, RuleState.UNKNOWN)
    return RuleVerdict(rule, RuleState.BROKEN if broken else RuleState.HOLDS, broken)


def _is_known(fact: Fact | None) -> bool:
    return fact is not None and fact.outcome not in _UNREAD


@dataclass(frozen=True, slots=True)
class _View:
    """The fields and the values that are known."""

    fields: Mapping[str, FormField]
    values: Mapping[str, Value]

    def knows(self, *names: str) -> bool:
        return all(name in self.values for name in names)

    def label(self, name: str) -> str:
        return self.fields[name].label or name

    def is_empty(self, name: str) -> bool:
        return self.values[name] in (None, "", (), False)

    def words(self, name: str) -> str:
        """The value as a person reads it."""
        value = self.values[name]
        if isinstance(value, tuple):
            return ", ".join(value) or "empty"
        if isinstance(value, bool):
            return "marked" if value else "not marked"
        return value or "empty"


def _sum(rule: CrossRule, view: _View) -> str | None:
    assert rule.total is not None
    if not view.knows(*rule.involved):
        return None
    addends = [_number(view.values[name]) for name in rule.fields]
    total = _number(view.values[rule.total])
    if total is None or any(addend is None for addend in addends):
        return None
    if all(view.is_empty(name) for name in rule.involved):
        return ""
    found = sum((addend for addend in addends if addend is not None), Decimal(0))
    if found == total and not view.is_empty(rule.total):
        return ""
    terms = " + ".join(f"{view.label(name)} ({view.words(name)})" for name in rule.fields)
    return f"{terms} makes {found}, but {view.label(rule.total)} is {view.words(rule.total)}."


def _number(value: Value) -> Decimal | None:
    """Nothing written counts 0; None for what is no number."""
    if value is None or value == "":
        return Decimal(0)
    try:
        return Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None


def _equal(rule: CrossRule, view: _View) -> str | None:
    known = [name for name in rule.fields if view.knows(name)]
    for one, other in pairwise(known):
        if _comparable(view, one) != _comparable(view, other):
            return (
                f"{view.label(one)} is {view.words(one)}, but {view.label(other)} is "
                f"{view.words(other)}; they must be the same."
            )
    return "" if len(known) == len(rule.fields) else None


def _comparable(view: _View, name: str) -> object:
    value = view.values[name]
    if view.is_empty(name):
        return None
    if view.fields[name].kind is FieldKind.NUMBER:
        return _number(value)
    return frozenset(value) if isinstance(value, tuple) else value


def _date_order(rule: CrossRule, view: _View) -> str | None:
    """Each date on or after those before it; empty ones are passed over."""
    known = [name for name in rule.fields if view.knows(name)]
    dated = [name for name in known if not view.is_empty(name)]
    if not all(_is_date(view, name) for name in dated):
        return None
    for earlier, later in pairwise(dated):
        first, second = str(view.values[earlier]), str(view.values[later])
        shared = min(len(first), len(second))  # 2026-11 and 2026-11-23 agree as far as both go
        if first[:shared] > second[:shared]:
            return f"{view.label(earlier)} ({first}) is after {view.label(later)} ({second})."
    return "" if len(known) == len(rule.fields) else None


def _is_date(view: _View, name: str) -> bool:
    value = view.values[name]
    return isinstance(value, str) and date_format(view.fields[name]).is_iso(value)


def _required_if(rule: CrossRule, view: _View) -> str | None:
    assert rule.condition is not None
    if not view.knows(rule.condition):
        return None
    if not _is_met(view, rule.condition, rule.expected):
        return ""
    missing = [name for name in rule.fields if view.knows(name) and view.is_empty(name)]
    if missing:
        named = " and ".join(view.label(name) for name in missing)
        verb = "is" if len(missing) == 1 else "are"
        condition = f"{view.label(rule.condition)} is {view.words(rule.condition)}"
        return f"{named} {verb} empty although {condition}."
    return "" if view.knows(*rule.fields) else None


def _is_met(view: _View, name: str, expected: str | bool | None) -> bool:
    value = view.values[name]
    if expected is None:
        return not view.is_empty(name)
    if isinstance(expected, bool):
        return bool(value) == expected
    return expected in value if isinstance(value, tuple) else value == expected


# Each says why the rule is broken, "" where it holds, None where that cannot be told yet.
_CHECKS = {
    RuleKind.SUM: _sum,
    RuleKind.EQUAL: _equal,
    RuleKind.DATE_ORDER: _date_order,
    RuleKind.REQUIRED_IF: _required_if,
}
