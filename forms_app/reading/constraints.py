"""What a value must satisfy, checked in plain words: for readings, for people, for exports.

The canonical values are: digits, letters and text as written; numbers with a point and no grouping
(`-1234.50`); dates in ISO 8601 (see `dates`); True or False for marks and signatures; the option's
value for a choice and a tuple of them for choices; None where nothing is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from forms_app.reading.author_patterns import SlowPatternError, match_whole
from forms_app.reading.check_digits import CHECKS
from forms_app.reading.dates import DateFormat, parse_format, within
from forms_app.reading.form_template import Case, Constraints, FieldKind, FormField
from forms_app.reading.types import Value

DEFAULT_DATE_FORMAT = "DDMMYYYY"
_TRUE_WORDS = frozenset({"1", "true", "yes", "y", "x", "on", "signed", "marked"})
_FALSE_WORDS = frozenset({"0", "false", "no", "n", "off", "unsigned", "unmarked"})
_MOST_KEPT = 64
_KEPT_ENTRIES: dict[int, tuple[tuple[str, ...], dict[str, str]]] = {}
_YES_NO_KINDS = frozenset({FieldKind.MARK, FieldKind.SIGNATURE})
_CHARACTER_RULES = {
    FieldKind.DIGITS: (r"[0-9]+", "may hold digits only"),
    FieldKind.NUMBER: (r"[+-]?[0-9]+(\.[0-9]+)?", "is not a number"),
}


def date_format(field: FormField) -> DateFormat:
    """The date format of a date field (DDMMYYYY where the template names none)."""
    return parse_format(field.constraints.format or DEFAULT_DATE_FORMAT)


def check_value(field: FormField, value: Value) -> tuple[str, ...]:
    """What is wrong with a canonical value, one sentence each; empty when nothing is."""
    if value is None or value == "" or value == ():
        return ("a value is required",) if field.constraints.required else ()
    if field.kind in _YES_NO_KINDS:
        problems = () if isinstance(value, bool) else ("must be true or false",)
        if value is False and field.constraints.required:
            return ("a value is required",)
        return problems
    if field.kind is FieldKind.CHOICES:
        chosen = value if isinstance(value, tuple) else (value,)
        return tuple(p for item in chosen for p in _check_option(field, item))
    if field.kind is FieldKind.CHOICE:
        return tuple(_check_option(field, value))
    if not isinstance(value, str):
        return ("must be text",)
    return tuple(_check_written(field, value)) if field.is_written else ()


def parse_value(field: FormField, text: str) -> Value:
    """The canonical value of what a person typed; text that fits no value is kept as typed.

    Choices are separated by commas or semicolons, yes/no fields take words such as `yes` or `0`,
    dates may be typed in the field's format or in ISO 8601.
    """
    typed = re.sub(r"\s+", " ", text).strip()
    if not typed:
        return None
    if field.kind in _YES_NO_KINDS:
        word = typed.casefold()
        return True if word in _TRUE_WORDS else False if word in _FALSE_WORDS else typed
    if field.kind is FieldKind.CHOICES:
        parts = (part.strip() for part in re.split(r"[,;]", typed))
        return tuple(_spelled_option(field, part) for part in parts if part)
    if field.kind is FieldKind.CHOICE:
        return _spelled_option(field, typed)
    return normalise(field, typed) if field.is_written else text.strip()


def normalise(field: FormField, written: str) -> str:
    """The canonical value of the characters of a written field, unchanged where they fit none."""
    if field.kind is FieldKind.DATE:
        return _normalise_date(field, written)
    if field.kind is FieldKind.NUMBER:
        return normalise_number(written)
    if field.kind is FieldKind.DIGITS:
        return written.replace(" ", "")
    if field.constraints.case is Case.UPPER:
        written = written.upper()
    elif field.constraints.case is Case.LOWER:
        written = written.lower()
    return spelled_value(field.constraints, written) or written


def normalise_number(written: str) -> str:
    """`1.234,50` and `1 234.5` as `1234.50` and `1234.5`; anything else unchanged.

    The last point or comma is the decimal mark unless the same mark stands more than once.
    """
    compact = written.replace(" ", "").replace("'", "")
    match = re.fullmatch(r"([+-]?)([0-9.,]*[0-9])", compact)
    if match is None:
        return written
    sign, body = match.groups()
    mark = max(body.rfind("."), body.rfind(","))
    if mark < 0 or body.count(body[mark]) > 1:
        whole, fraction = body, ""
    else:
        whole, fraction = body[:mark], body[mark + 1 :]
    groups = re.split(r"[.,]", whole)
    if any(len(group) != 3 for group in groups[1:]) or "." in fraction or "," in fraction:
        return written
    number = "".join(groups) or "0"
    return ("-" if sign == "-" else "") + number + (f".{fraction}" if fraction else "")


def spelled_value(constraints: Constraints, text: str) -> str | None:
    """The entry of the value list that `text` means (case and spaces aside), as the list spells it.

    None where there is no list or no such entry.
    """
    return _entries_by_key(constraints.values).get(list_key(text)) if constraints.values else None


def list_key(text: str) -> str:
    """What decides whether two spellings are the same entry of a value list."""
    return "".join(text.split()).casefold()


def _entries_by_key(values: tuple[str, ...]) -> dict[str, str]:
    """Kept by identity: hashing a list of 30,000 values at every check takes a millisecond."""
    kept = _KEPT_ENTRIES.get(id(values))
    if kept is None or kept[0] is not values:
        kept = values, {list_key(value): value for value in reversed(values)}
        if len(_KEPT_ENTRIES) >= _MOST_KEPT:
            _KEPT_ENTRIES.clear()
        _KEPT_ENTRIES[id(values)] = kept
    return kept[1]


def _normalise_date(field: FormField, written: str) -> str:
    shape = date_format(field)
    if shape.is_iso(written):
        return written
    rule = field.constraints
    try:
        return shape.to_iso(written, rule.minimum, rule.maximum)
    except ValueError:
        return written


def _spelled_option(field: FormField, typed: str) -> str:
    for option in field.options:
        if typed == option.value:
            return option.value
    for option in field.options:
        if typed.casefold() in {option.value.casefold(), option.label.casefold()}:
            return option.value
    return typed


def _check_option(field: FormField, value: Value) -> Iterator[str]:
    if value not in {option.value for option in field.options}:
        yield f"'{value}' is not one of the options"


def _check_written(field: FormField, value: str) -> Iterator[str]:
    rule = field.constraints
    if field.kind is FieldKind.DATE:
        yield from _check_date(field, value)
        return
    shape, problem = _CHARACTER_RULES.get(field.kind, (r"(?s:.+)", ""))
    if not re.fullmatch(shape, value):
        yield problem
        return
    if field.kind is FieldKind.LETTERS and any(c.isdigit() for c in value):
        yield "may hold letters only"
    if rule.min_length is not None and len(value) < rule.min_length:
        yield f"has {_characters(value)}, at least {rule.min_length} are needed"
    if rule.max_length is not None and len(value) > rule.max_length:
        yield f"has {_characters(value)}, at most {rule.max_length} are allowed"
    if rule.pattern is not None:
        yield from _check_pattern(rule.pattern, value)
    if rule.values and spelled_value(rule, value) is None:
        yield "is not in the list of values"
    if rule.check is not None and not CHECKS[rule.check](value):
        yield f"the check digit ({rule.check}) is wrong"
    yield from _check_case(rule, value)
    yield from _check_range(field, value)


def _characters(value: str) -> str:
    return "1 character" if len(value) == 1 else f"{len(value)} characters"


def _check_case(rule: Constraints, value: str) -> Iterator[str]:
    if rule.values or rule.case is None:
        return
    wanted = value.upper() if rule.case is Case.UPPER else value.lower()
    if value != wanted:
        yield f"must be in {rule.case} case"


def _check_range(field: FormField, value: str) -> Iterator[str]:
    rule = field.constraints
    if field.kind not in {FieldKind.DIGITS, FieldKind.NUMBER}:
        return
    if rule.minimum is not None and Decimal(value) < Decimal(rule.minimum):
        yield f"is less than {rule.minimum}"
    if rule.maximum is not None and Decimal(value) > Decimal(rule.maximum):
        yield f"is more than {rule.maximum}"


def _check_date(field: FormField, value: str) -> Iterator[str]:
    shape, rule = date_format(field), field.constraints
    if not shape.is_iso(value):
        try:
            shape.to_iso(value, rule.minimum, rule.maximum)
        except ValueError as error:
            yield f"is not a valid date: {error}"
            return
        yield f"is not written as {shape.text} or in ISO 8601"
    elif not within(value, rule.minimum, None):
        yield f"is before {rule.minimum}"
    elif not within(value, None, rule.maximum):
        yield f"is after {rule.maximum}"


def _check_pattern(pattern: str, value: str) -> Iterator[str]:
    try:
        if match_whole(pattern, value) is None:
            yield f"does not match the pattern {pattern}"
    except SlowPatternError:
        yield f"cannot be compared with the pattern {pattern} in time: simplify the pattern"
