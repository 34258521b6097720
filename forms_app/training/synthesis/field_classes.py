"""The classes of fields that the benchmark reports: what they look like and what is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from forms_app.reading.constraints import normalise_number
from forms_app.reading.form_template import Case, Constraints, FieldKind, FormField
from forms_app.training.synthesis.blank_forms import Entry
from forms_app.training.synthesis.values import SampledValue, sample_value

NAMES = Path(__file__).parent / "names"
LIST_LENGTH = 5_000
STREETS = ("ROAD", "STREET", "LANE", "AVENUE", "PARK", "HILL", "CLOSE", "SQUARE")
CODE_ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ23456789"
"""Careful issuers leave out 0, 1, I, O and Q: without a pattern nobody can tell them apart."""

Sampler = Callable[[FormField, np.random.Generator], SampledValue]


@dataclass(frozen=True, slots=True)
class FieldClass:
    """One line of the report; fields of it are named `NAME-NUMBER`.

    `sample` draws a value that is written; None takes what the constraints allow.
    """

    name: str
    title: str
    kind: FieldKind
    cells: int = 0
    label: str = ""
    constraints: Constraints = field(default_factory=Constraints)
    options: tuple[tuple[str, str], ...] = ()
    guides: str = ""
    sample: Sampler | None = None

    def entry(self, number: int, width_px: int, height_px: int) -> Entry:
        return Entry(
            f"{self.name}-{number}",
            self.label,
            self.kind,
            self.cells,
            self.options,
            width_px,
            height_px,
            self.constraints,
            self.guides,
        )


def class_of(field_name: str) -> str:
    """The name of the class that a field of the benchmark belongs to."""
    return field_name.rsplit("-", 1)[0]


@lru_cache(maxsize=2)
def load_names(file: str) -> tuple[str, ...]:
    """`surnames` or `given_names`, in capitals A-Z."""
    return tuple((NAMES / f"{file}.txt").read_text("ascii").split())


def value_list() -> tuple[str, ...]:
    """The entries of the list fields: every surname but each seventh, `LIST_LENGTH` in all."""
    return tuple(n for i, n in enumerate(load_names("surnames")) if i % 7)[:LIST_LENGTH]


def sample_field(field: FormField, rng: np.random.Generator, blank_share: float) -> SampledValue:
    """A realistic entry of a benchmark field; blank with `blank_share`."""
    if rng.random() < blank_share:
        return sample_value(field, rng, 1.0)
    sampler = CLASSES[class_of(field.name)].sample
    return sample_value(field, rng, 0.0) if sampler is None else sampler(field, rng)


def sample_unruly(field: FormField, rng: np.random.Generator) -> SampledValue:
    """An entry by somebody who heeds no list, pattern or check digit."""
    if field.constraints.values:
        return _capitals(field, rng)
    rules = replace(field.constraints, pattern=None, check=None)
    return sample_field(replace(field, constraints=rules), rng, 0.0)


def _capitals(field: FormField, rng: np.random.Generator) -> SampledValue:
    room = min(12, len(field.cells) or 12)
    names = load_names(str(rng.choice(["surnames", "given_names"])))
    while not 5 <= len(text := str(rng.choice(names))) <= room:
        continue
    return SampledValue(text, text)


def _words(field: FormField, rng: np.random.Generator) -> SampledValue:
    """One name, or now and then two."""
    text = _capitals(field, rng).text
    if rng.random() < 0.25:
        text = f"{rng.choice(load_names('given_names'))} {text}"
    return SampledValue(text, text)


def _mixed(field: FormField, rng: np.random.Generator) -> SampledValue:
    """A code without a known pattern, or a house number and its street."""
    room = len(field.cells)
    if rng.random() < 0.5:
        text = "".join(rng.choice(list(CODE_ALPHABET), int(rng.integers(6, room - 1))))
    else:
        name = str(rng.choice([n for n in load_names("surnames") if len(n) <= 6]))
        text = f"{rng.integers(1, 150)} {name}"
        street = str(rng.choice(STREETS))
        text = f"{text} {street}" if len(text) + 1 + len(street) <= room else text
    return SampledValue(text, text)


def _amount(field: FormField, rng: np.random.Generator) -> SampledValue:
    """With or without cents, with a point or comma, seldom grouped or negative."""
    whole = int(10 ** rng.uniform(0, 5))
    point = "." if rng.random() < 0.75 else ","
    grouped = whole >= 1000 and rng.random() < 0.25
    text = f"{whole:,}" if grouped else str(whole)
    if grouped and point == ",":
        text = text.replace(",", ".")
    if rng.random() < 0.7 or grouped:
        text += point + f"{int(rng.integers(100)):02d}"
    if rng.random() < 0.04:
        text = "-" + text
    return SampledValue(normalise_number(text), text)


def _line_date(field: FormField, rng: np.random.Generator) -> SampledValue:
    sample = sample_value(field, rng, 0.0)
    return SampledValue(sample.value, sample.text.replace("/", str(rng.choice(list("/.-")))))


_UPPER = Constraints(case=Case.UPPER)
_DATE = Constraints(format="DDMMYYYY", minimum="1930-01-01", maximum="2026-12-31")

CLASSES: Mapping[str, FieldClass] = {
    c.name: c
    for c in (
        FieldClass("comb_digits", "comb digits", FieldKind.DIGITS, 10, "Telephone",
                   Constraints(min_length=6, max_length=10)),
        FieldClass("comb_number", "comb digits, fixed length", FieldKind.DIGITS, 8,
                   "Policy number", Constraints(min_length=8, max_length=8)),
        FieldClass("comb_check", "comb digits, check digit", FieldKind.DIGITS, 9,
                   "Patient number", Constraints(min_length=9, max_length=9, check="luhn")),
        FieldClass("comb_capitals", "comb capitals, no list", FieldKind.LETTERS, 12,
                   "Name in capitals", _UPPER, sample=_capitals),
        FieldClass("comb_list", "comb capitals, list of 5,000", FieldKind.LETTERS, 12,
                   "Place", Constraints(case=Case.UPPER, values=value_list())),
        FieldClass("comb_mixed", "comb letters and digits", FieldKind.TEXT, 12,
                   "Address or code", _UPPER, sample=_mixed),
        FieldClass("comb_code", "comb code, known pattern", FieldKind.TEXT, 7, "Code",
                   Constraints(case=Case.UPPER, pattern="[A-Z]{2}[0-9]{4}[A-Z]")),
        FieldClass("comb_date", "comb dates", FieldKind.DATE, 8, "Date (DD MM YYYY)", _DATE,
                   guides="DDMMYYYY"),
        FieldClass("line_digits", "line digits", FieldKind.DIGITS, 0, "Reading of the meter",
                   Constraints(min_length=1, max_length=8)),
        FieldClass("line_amount", "line amounts", FieldKind.NUMBER, 0, "Amount", sample=_amount),
        FieldClass("line_capitals", "line capitals", FieldKind.LETTERS, 0, "Name of the contact",
                   _UPPER, sample=_words),
        FieldClass("line_date", "line dates", FieldKind.DATE, 0, "Date of birth",
                   Constraints(format="DD/MM/YYYY", minimum="1930-01-01", maximum="2026-12-31"),
                   sample=_line_date),
        FieldClass("mark", "marks", FieldKind.MARK, 0, "I agree"),
        FieldClass("choice", "choices, one", FieldKind.CHOICE, 0, "Vaccinated",
                   options=(("yes", "yes"), ("no", "no"), ("unknown", "not known"))),
        FieldClass("choices", "choices, several", FieldKind.CHOICES, 0, "Symptoms",
                   options=(("fever", "fever"), ("cough", "cough"), ("rash", "rash"),
                            ("pain", "pain"))),
    )
}  # fmt: skip
