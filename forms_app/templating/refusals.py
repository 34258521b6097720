"""Values that a field's rules refuse, with the reason: small changes of an accepted one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from forms_app.reading.constraints import check_value, date_format, parse_value
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.templating.examples import fits

# Nested repetitions take exponential time to refuse a long text.
_LONGEST_VARIED = 20


@dataclass(frozen=True, slots=True)
class Refusal:
    """A text that is not accepted, and why, as part of a sentence."""

    value: str
    reason: str


def refusal_of(field: FormField, text: str) -> Refusal | None:
    """Why a typed text is refused; None where it is accepted."""
    problems = list(check_value(field, parse_value(field, text)))
    if not fits(field, text):
        problems.append(f"does not fit into {len(field.cells)} cells")
    return Refusal(text, "; ".join(problems)) if problems else None


def refused_examples(field: FormField, accepted: str, count: int = 3) -> tuple[Refusal, ...]:
    """Up to `count` refusals for different reasons.

    Args:
        field: a written field.
        accepted: a value that the field accepts, to start from.
    """
    found: dict[str, Refusal] = {}
    for text in _near_misses(field, accepted):
        refusal = refusal_of(field, text) if text.strip() else None
        if refusal is not None and text != accepted:
            first = refusal.reason.split("; ")[0]
            found.setdefault(_sort_of(first), Refusal(text, first))
        if len(found) == count:
            break
    return tuple(found.values())


def _sort_of(reason: str) -> str:
    """Reasons that differ in their numbers only are one sort."""
    return "".join(c for c in reason if not c.isdigit())


def _near_misses(field: FormField, good: str) -> Iterator[str]:
    if not field.is_written:
        return
    if field.kind is FieldKind.DATE:
        yield from _dates(field)
        return
    rule = field.constraints
    if rule.min_length is not None and rule.min_length > 1:
        yield good[: rule.min_length - 1]
    room = rule.max_length or len(field.cells)
    if room:
        yield good + good[-1] * (room + 1 - len(good))
    yield from _beyond(rule.minimum, -1, good)
    yield from _beyond(rule.maximum, 1, good)
    if rule.check is not None:
        yield good[:-1] + str((int(good[-1]) + 1) % 10 if good[-1].isdigit() else 0)
    if rule.pattern is not None and len(good) <= _LONGEST_VARIED:
        yield from (good[:i] + _other(good[i]) + good[i + 1 :] for i in range(len(good)))
    if field.kind in {FieldKind.DIGITS, FieldKind.NUMBER}:
        yield good[:-1] + "A"
    if field.kind is FieldKind.LETTERS:
        yield good[:-1] + "1"
    if rule.values:
        yield from (good[:-1] + letter for letter in "QX7")


def _beyond(bound: str | None, step: int, good: str) -> Iterator[str]:
    """The first whole number outside a bound, as long as the accepted value is."""
    if bound is not None:
        number = int(Decimal(bound)) + step
        yield str(number).zfill(len(good)) if number >= 0 else str(number)


def _other(character: str) -> str:
    """A character of another class."""
    return "A" if character.isdigit() else "7" if character.isalpha() else "X"


def _dates(field: FormField) -> Iterator[str]:
    """A day that the month does not have, a month or hour that there is not, then out of range."""
    shape, rule = date_format(field), field.constraints
    wrong = {"D": 31, "M": 13, "Y": 2026, "H": 25, "N": 75}
    for numbers in ({"D": 31, "M": 2, "Y": 2026, "H": 9, "N": 30}, wrong):
        text = shape.text
        for part in shape.parts:
            token = {"H": "HH", "N": "MM"}.get(part.letter, part.letter * part.width)
            written = str(numbers[part.letter] % 10**part.width).zfill(part.width)
            place = text.rfind(token) if part.letter == "N" else text.find(token)
            text = text[:place] + written + text[place + part.width :]
        yield text
    for bound, step in ((rule.minimum, -1), (rule.maximum, 1)):
        if bound is not None and bound[:4].isdigit() and len(bound) >= 4 and bound[2] not in "-:":
            outside = f"{int(bound[:4]) + step:04}-11-23"
            text_outside = shape.from_iso(outside) or shape.from_iso(outside[:7])
            if text_outside is not None:
                yield text_outside
