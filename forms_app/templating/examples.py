"""Values that a field's rules accept, made up from the rules; each is checked before use."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from decimal import Decimal
from itertools import chain, islice

from forms_app.reading.constraints import check_value, date_format, parse_value
from forms_app.reading.form_template import Case, FieldKind, FormField
from forms_app.templating.health_constraints import room_for
from forms_app.templating.pattern_samples import pattern_samples

PATTERN_TRIES, PATTERN_BATCH = 120, 8
MOST_LISTED = 2000
MOST_SHOWN = 60
"""Characters of an example; longer ones tell nobody anything."""
_ODD = frozenset(string.punctuation + string.whitespace) - set("-./ ")
_WORDS = (
    "Okafor", "Kim", "Van der Berg", "Weber", "Diaz", "Ng", "Lindgren", "Rodrigues",
    "Hernandez Ruiz", "Papadopoulou-Smith",
)  # fmt: skip
_DIGITS = "3141592653589793238462643383279502884197"
# Countries whose IBAN holds digits only (ISO 13616 registry), with its length.
_IBAN_LENGTHS = {"NO": 15, "DK": 18, "DE": 22}
_FREE_LENGTH = 6
_DATES = ("2026-11-23", "1987-02-14", "2004-08-30", "2026-01-05")
_TIMES = ("09:05", "14:30", "23:59")


def accepted_examples(field: FormField, count: int = 3) -> tuple[str, ...]:
    """Up to `count` texts that can be written and are accepted; always the same for a field."""
    if field.options:
        return tuple(option.value for option in field.options[:count])
    if not field.is_written:
        return ()
    found: dict[str, None] = {}
    for text in _candidates(field):
        if text not in found and is_accepted(field, text):
            found[text] = None
        if len(found) == count:
            break
    return tuple(found)


def is_accepted(field: FormField, text: str) -> bool:
    """Whether what is written is a valid value and has room in the field."""
    is_plain = text.strip() != "" and text.isprintable()
    return is_plain and fits(field, text) and not check_value(field, parse_value(field, text))


def fits(field: FormField, text: str) -> bool:
    """Whether the characters have room: in a comb one cell each; dates are checked as dates."""
    room = len(field.cells)
    return not room or field.kind is FieldKind.DATE or len("".join(text.split())) <= room


def _candidates(field: FormField) -> Iterator[str]:
    rule, source = field.constraints, random.Random(1)  # nosec B311  # examples
    if rule.values:
        yield from rule.values[:MOST_LISTED]
    elif field.kind is FieldKind.DATE:
        yield from _dates(field)
    elif rule.pattern is not None:
        texts = chain(_numbers(field), _words(field), _from_pattern(rule.pattern, source))
        yield from _completed(field, texts, source)
    elif field.kind in {FieldKind.DIGITS, FieldKind.NUMBER} or rule.check is not None:
        yield from _completed(field, _numbers(field), source)
    else:
        yield from _completed(field, _words(field), source)


def _from_pattern(pattern: str, source: random.Random) -> Iterator[str]:
    """Matches, some at a time: usual characters before odd ones, shorter before longer."""
    samples = pattern_samples(pattern, source)
    for _ in range(PATTERN_TRIES // PATTERN_BATCH):
        made = {text for text in islice(samples, PATTERN_BATCH) if len(text) <= MOST_SHOWN}
        yield from sorted(made, key=lambda text: (len(_ODD & set(text)), len(text), text))


def _numbers(field: FormField) -> Iterator[str]:
    """Numbers at and between the bounds of the range, then of the allowed lengths."""
    rule = field.constraints
    low, high = (Decimal(b) if b is not None else None for b in (rule.minimum, rule.maximum))
    width = rule.min_length or 0
    if low is not None or high is not None:
        start = low if low is not None else min(Decimal(0), high or Decimal(0))
        end = high if high is not None else start + 100
        for share in ("0.4", "0", "1", "0.7"):
            number = start + (end - start) * Decimal(share)
            yield format(number.to_integral_value(), "f").zfill(width)
            yield format(number.quantize(Decimal("0.1")), "f").zfill(width)
    elif field.kind is FieldKind.NUMBER:
        yield from ("12.5", "-3", "1250", "7")
    for length in _lengths(field):
        yield from ((_DIGITS * 20)[start : start + length] for start in (0, 7, 15))


def _words(field: FormField) -> Iterator[str]:
    case = field.constraints.case
    yield from (_in_case(word, case) for word in _WORDS)
    for length in _lengths(field):
        yield _in_case((string.ascii_uppercase * 20)[:length], case)


def _in_case(text: str, case: Case | None) -> str:
    return text.upper() if case is Case.UPPER else text.lower() if case is Case.LOWER else text


def _lengths(field: FormField) -> list[int]:
    """Allowed lengths: a usual one, the shortest, the longest, then those between."""
    least = field.constraints.min_length or 1
    room = room_for(field)
    most = room if room is not None else max(least, _FREE_LENGTH) + 12
    usual = min(max(least, _FREE_LENGTH), most)
    return list(dict.fromkeys([usual, least, most, *range(least, most + 1)]))


def _completed(field: FormField, texts: Iterator[str], source: random.Random) -> Iterator[str]:
    """The texts, with the check digits that the field's scheme asks for."""
    check = field.constraints.check
    if check is None:
        yield from texts
        return
    if check == "iban":
        yield from _ibans(source)
    for text in texts:
        if check in {"mod97", "iban"}:
            at = 2 if check == "iban" else max(len(text) - 2, 0)
            endings = [f"{n:02}" for n in range(2, 99)]
        else:
            at, endings = max(len(text) - 1, 0), [*string.digits, "X"]
        width = len(endings[0])
        yield from (text[:at] + ending + text[at + width :] for ending in endings)


def _ibans(source: random.Random) -> Iterator[str]:
    for country, length in _IBAN_LENGTHS.items():
        body = "".join(source.choices(string.digits, k=length - 4))
        yield from (f"{country}{n:02}{body}" for n in range(2, 99))


def _dates(field: FormField) -> Iterator[str]:
    """Dates of the format: the usual ones, then the bounds of the range."""
    rule, shape = field.constraints, date_format(field)
    bounds = [bound for bound in (rule.minimum, rule.maximum) if bound]
    moments = [*_DATES, *bounds, *(f"{bound[:4]}-11-23" for bound in bounds)]
    for moment in moments:
        for time in _TIMES:
            day = moment[:10]
            parts = (day, day[:7], day[:4], day[5:], time, f"{day}T{time}")
            written = (shape.from_iso(part) for part in parts)
            yield from (text for text in written if text is not None)
