"""Health check: can any value satisfy the rules of a field?"""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from forms_app.reading.constraints import check_value, normalise
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.templating.findings import Finding, Severity
from forms_app.templating.pattern_samples import pattern_samples

PATTERN_TRIES = 400
MOST_LISTED = 5000
"""More entries of a value list are not tried: the check answers while a person waits."""
SHORTEST_IBAN = 15
"""ISO 13616: Norway's; Malta's has 31."""


def constraint_findings(field: FormField) -> Iterator[Finding]:
    """Rules that contradict each other, or leave no room in the cells."""
    if field.constraints.values:
        yield from _listed(field)
    elif field.constraints.pattern is not None:
        yield from _pattern(field, field.constraints.pattern)
    yield from _range(field)
    yield from _check_digit(field)
    if field.kind is FieldKind.CHOICE and len(field.options) == 1:
        yield Finding(
            Severity.NOTE,
            "one_option",
            "It is a choice with a single option.",
            "Make it a tick box, or draw the other options.",
            field.name,
            field.page,
        )


def room_for(field: FormField) -> int | None:
    """The most characters that can be written; None where nothing limits them."""
    limits = [n for n in (len(field.cells), field.constraints.max_length) if n]
    return min(limits) if limits else None


def _listed(field: FormField) -> Iterator[Finding]:
    values = field.constraints.values[:MOST_LISTED]
    broken = {value: problems for value in values if (problems := check_value(field, value))}
    if not broken:
        return
    value, problems = next(iter(broken.items()))
    yield _unreachable(
        field,
        Severity.MUST if len(broken) == len(values) else Severity.SHOULD,
        f"{len(broken)} of its {len(values)} allowed values break its other rules: '{value}' "
        f"{problems[0]}.",
        "Correct the list, or drop the rule that contradicts it.",
    )


def _pattern(field: FormField, pattern: str) -> Iterator[Finding]:
    """Makes values from the pattern and looks for one that keeps the other rules."""
    room = room_for(field)
    shortest: int | None = None
    said = ""
    source = random.Random(0)  # nosec B311  # samples to look at
    for sample in islice(pattern_samples(pattern, source), PATTERN_TRIES):
        value = normalise(field, sample)
        problems = check_value(field, value)
        if not problems and (room is None or len(value) <= room):
            return
        if shortest is None or len(value) < shortest:
            shortest = len(value)
        said = problems[0] if problems else said
    if shortest is None:
        return  # Nothing could be made of this pattern, so nothing is known.
    if room is not None and shortest > room:
        reason = f"what matches it has {shortest} characters or more, and there is room for {room}."
    else:
        reason = (
            f"of {PATTERN_TRIES} values made from it none keeps the field's other rules ({said})."
        )
    yield _unreachable(
        field,
        Severity.MUST,
        f"No value satisfies the pattern {pattern}: {reason}",
        "Correct the pattern, or the length, case, check digit or number of cells beside it.",
    )


def _range(field: FormField) -> Iterator[Finding]:
    rule, room = field.constraints, room_for(field)
    if field.kind not in {FieldKind.DIGITS, FieldKind.NUMBER} or room is None:
        return
    largest = Decimal(10**room - 1)
    advice = "Correct the range, or give the field more cells or a greater length."
    if rule.minimum is not None and Decimal(rule.minimum) > largest:
        yield _unreachable(
            field,
            Severity.MUST,
            f"No value is {rule.minimum} or more: there is room for {room} digits.",
            advice,
        )
    elif rule.maximum is not None and Decimal(rule.maximum) > largest:
        yield _unreachable(
            field,
            Severity.NOTE,
            f"Values from {largest + 1} to {rule.maximum} are allowed but cannot be written: there "
            f"is room for {room} digits.",
            advice,
        )
    if field.kind is FieldKind.DIGITS and rule.maximum is not None and Decimal(rule.maximum) < 0:
        yield _unreachable(
            field,
            Severity.MUST,
            f"No row of digits is {rule.maximum} or less: digits have no sign.",
            "Make it a number, or correct the range.",
        )


def _check_digit(field: FormField) -> Iterator[Finding]:
    room = room_for(field)
    least = {"iban": SHORTEST_IBAN}.get(field.constraints.check or "", 2)
    if field.constraints.check is not None and room is not None and room < least:
        yield _unreachable(
            field,
            Severity.MUST,
            f"No value has a valid {field.constraints.check} check: it needs {least} characters, "
            f"and there is room for {room}.",
            "Give the field more cells, or drop the check.",
        )


def _unreachable(field: FormField, severity: Severity, message: str, advice: str) -> Finding:
    return Finding(severity, "unreachable", message, advice, field.name, field.page)
