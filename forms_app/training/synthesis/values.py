"""Random values that satisfy a field's constraints, with the text a person would write."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import rstr

from forms_app.errors import TemplateError
from forms_app.reading.constraints import check_value
from forms_app.reading.form_template import Case, FieldKind, FormField
from forms_app.reading.types import Value

ATTEMPTS = 2000
WORDS = (
    "amina",
    "baker",
    "carlos",
    "dube",
    "elena",
    "fischer",
    "garcia",
    "hassan",
    "ivanov",
    "jones",
    "kamau",
    "lopez",
    "mueller",
    "nguyen",
    "okafor",
    "patel",
    "quinn",
    "rossi",
    "santos",
    "tanaka",
    "usman",
    "vargas",
    "weber",
    "xu",
    "yilmaz",
    "zimmer",
    "north",
    "lake",
    "river",
    "hill",
    "stone",
    "field",
    "market",
    "bridge",
    "mill",
    "green",
    "park",
    "spring",
    "ridge",
    "valley",
)


@dataclass(frozen=True, slots=True)
class SampledValue:
    """What goes into the data (`value`) and what the hand writes (`text`, empty if blank).

    `slip` names what went wrong (see `slips`), `slip_at` the character of the text that it
    befell, `spoilt` the character written over or the option scribbled out.
    """

    value: Value
    text: str = ""
    slip: str = ""
    slip_at: int = 0
    spoilt: str = ""


def sample_value(field: FormField, rng: np.random.Generator, blank_share: float) -> SampledValue:
    """Draws one value; fields that are not required stay blank with `blank_share`.

    Raises:
        TemplateError: no value satisfies the field's constraints.
    """
    if not field.constraints.required and rng.random() < blank_share:
        return _blank(field)
    if field.kind in _UNWRITTEN:
        return _UNWRITTEN[field.kind](field, rng)
    source = random.Random(int(rng.integers(2**63)))  # nosec B311  # invented values
    for _ in range(ATTEMPTS):
        sample = _written(field, source)
        if _fits(field, sample):
            return sample
    raise TemplateError(
        f"Field {field.name}: no value was found that satisfies all of its rules; "
        "check its length, pattern, range and check digit against each other."
    )


def _blank(field: FormField) -> SampledValue:
    empty: Value = ""
    if field.kind in (FieldKind.MARK, FieldKind.SIGNATURE):
        empty = False
    elif field.kind is FieldKind.CHOICES:
        empty = ()
    elif field.kind is FieldKind.IMAGE:
        empty = None
    return SampledValue(empty)


def _true(field: FormField, rng: np.random.Generator) -> SampledValue:
    return SampledValue(True)


def _choice(field: FormField, rng: np.random.Generator) -> SampledValue:
    return SampledValue(str(rng.choice([option.value for option in field.options])))


def _choices(field: FormField, rng: np.random.Generator) -> SampledValue:
    chosen = tuple(o.value for o in field.options if rng.random() < 0.4)
    return SampledValue(chosen or (field.options[0].value,))


def _image(field: FormField, rng: np.random.Generator) -> SampledValue:
    words = [str(w) for w in rng.choice(WORDS, size=int(rng.integers(2, 5)))]
    return SampledValue(None, " ".join(words))


_UNWRITTEN = {
    FieldKind.MARK: _true,
    FieldKind.SIGNATURE: _true,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
    FieldKind.IMAGE: _image,
}


def _fits(field: FormField, sample: SampledValue) -> bool:
    room = len(field.cells) if field.cells else (field.constraints.max_length or len(sample.text))
    return bool(sample.text) and len(sample.text) <= room and not check_value(field, sample.value)


def _written(field: FormField, source: random.Random) -> SampledValue:
    rules = field.constraints
    if rules.values:
        return _as_written(field, source.choice(rules.values))
    if field.kind is FieldKind.DATE:
        return _date(field, source)
    if rules.pattern:
        return _as_written(field, rstr.Rstr(source).xeger(rules.pattern))
    if field.kind is FieldKind.NUMBER or (
        field.kind is FieldKind.DIGITS and (rules.minimum or rules.maximum)
    ):
        number = _number(field, source)
        return SampledValue(number, number)
    return _as_written(field, _characters(field, source))


def _as_written(field: FormField, text: str) -> SampledValue:
    case = field.constraints.case
    if case is Case.UPPER:
        text = text.upper()
    elif case is Case.LOWER:
        text = text.lower()
    return SampledValue(text, text)


def _date(field: FormField, source: random.Random) -> SampledValue:
    rules = field.constraints
    first = date.fromisoformat(rules.minimum) if rules.minimum else date(1940, 1, 1)
    last = date.fromisoformat(rules.maximum) if rules.maximum else date(2026, 12, 31)
    day = first + timedelta(days=source.randrange((last - first).days + 1))
    text = rules.format or "DDMMYYYY"
    for token, layout in (("YYYY", "%Y"), ("YY", "%y"), ("MM", "%m"), ("DD", "%d")):
        text = text.replace(token, day.strftime(layout))
    return SampledValue(day.isoformat(), text)


def _length(field: FormField, source: random.Random) -> int:
    rules = field.constraints
    most = min(rules.max_length or 10, len(field.cells) or 10)
    if field.kind is not FieldKind.DIGITS:
        return most
    least = rules.min_length or most
    return source.randint(min(least, most), most)


def _number(field: FormField, source: random.Random) -> str:
    rules = field.constraints
    low = Decimal(rules.minimum or "0")
    high = Decimal(rules.maximum or str(10 ** min(4, _length(field, source)) - 1))
    places = 1 if field.kind is FieldKind.NUMBER and source.random() < 0.5 else 0
    value = low + (high - low) * Decimal(source.random())
    return str(value.quantize(Decimal(1).scaleb(-places)))


def _characters(field: FormField, source: random.Random) -> str:
    length = _length(field, source)
    if field.kind is FieldKind.DIGITS:
        return "".join(source.choice(string.digits) for _ in range(length))
    fitting = [w for w in WORDS if _shortest(field) <= len(w) <= length]
    if not fitting:
        fitting = ["".join(source.choice(string.ascii_lowercase) for _ in range(length))]
    text = source.choice(fitting)
    if field.kind is FieldKind.TEXT and len(text) + 3 <= length and source.random() < 0.5:
        text = f"{text} {source.randint(1, 99)}"
    return text if source.random() < 0.3 else text.capitalize()


def _shortest(field: FormField) -> int:
    return field.constraints.min_length or 2
