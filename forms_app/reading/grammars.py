"""Prefix grammars: can these characters still become a value of the field?

The search asks after every character, so that what cannot become valid is given up at once and the
right value is not crowded out. Whether a complete value is valid is `constraints.check_value`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from forms_app.reading.constraints import date_format
from forms_app.reading.dates import SEPARATORS, DateFormat, parse_format
from forms_app.reading.form_template import FieldKind, FormField, Layout
from forms_app.reading.patterns import is_beginning


class Grammar(Protocol):
    """Answers for prefixes of what is written."""

    def allows(self, prefix: str, character: str) -> bool:
        """Whether `character` may follow `prefix`, which was allowed itself."""
        ...


@dataclass(frozen=True, slots=True)
class AnyText:
    """No grammar."""

    def allows(self, prefix: str, character: str) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class BoundedText:
    """At most `most` characters."""

    most: int

    def allows(self, prefix: str, character: str) -> bool:
        return len(prefix) < self.most


@dataclass(frozen=True, slots=True)
class PatternText:
    """Beginnings of the pattern's matches, at most `most` characters."""

    pattern: str
    most: int | None

    def allows(self, prefix: str, character: str) -> bool:
        is_short = self.most is None or len(prefix) < self.most
        return is_short and is_beginning(self.pattern, prefix + character)


@dataclass(frozen=True, slots=True)
class NumberText:
    """A sign, digits, and marks that stand between digits."""

    def allows(self, prefix: str, character: str) -> bool:
        if character in "+-":
            return prefix == ""
        if character in ".,":
            return prefix[-1:].isdigit()
        return True


@dataclass(frozen=True, slots=True)
class DateText:
    """Digits of a date in its format, with or without separators.

    `may_shorten` lets parts lack their leading zero where a separator ends them (free lines).
    """

    shape: DateFormat
    may_shorten: bool

    def allows(self, prefix: str, character: str) -> bool:
        index, digits = _position(self.shape.text, prefix)
        if character in SEPARATORS:
            if index and digits == "" and prefix[-1] not in SEPARATORS:
                return True
            if not self.may_shorten or index >= len(self.shape.parts) or not digits:
                return False
            part = self.shape.parts[index]
            return part.letter != "Y" and part.limits[0] <= int(digits)
        if index >= len(self.shape.parts):
            return False
        part = self.shape.parts[index]
        is_short = self.may_shorten and part.letter != "Y" and digits == ""
        return is_short or part.allows(digits + character)


@lru_cache(maxsize=4096)
def _position(shape: str, prefix: str) -> tuple[int, str]:
    """Which part of a date comes next and its digits so far."""
    parts = parse_format(shape).parts
    index, digits = 0, ""
    for character in prefix:
        if character in SEPARATORS:
            index, digits = (index + 1, "") if digits else (index, "")
            continue
        digits += character
        if len(digits) == parts[index].width:
            index, digits = index + 1, ""
    return index, digits


def grammar_of(field: FormField) -> Grammar:
    """The prefix grammar of a written field."""
    if field.kind is FieldKind.DATE:
        return DateText(date_format(field), field.layout is Layout.LINE)
    if field.kind is FieldKind.NUMBER:
        return NumberText()
    rule = field.constraints
    if rule.pattern is not None:
        return PatternText(rule.pattern, rule.max_length)
    if rule.max_length is not None:
        return BoundedText(rule.max_length)
    return AnyText()


def is_constrained(field: FormField) -> bool:
    """Whether anything beyond the alphabet decides which values are valid."""
    rule = field.constraints
    return (
        field.kind in {FieldKind.DATE, FieldKind.NUMBER}
        or rule.pattern is not None
        or rule.check is not None
        or bool(rule.values)
        or any(
            bound is not None
            for bound in (rule.min_length, rule.max_length, rule.minimum, rule.maximum)
        )
    )
