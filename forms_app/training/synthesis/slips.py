"""What goes wrong while a form is filled: overwritten, struck and scribbled entries, with truth.

The truth of a spoilt field:

- overwritten: one character stands on another; the later one counts.
- struck cell: the writer struck a wrong character and went on in the next cell; the struck cell
  holds no character, the value is what the other cells hold.
- struck field: everything is struck out and nothing written instead: outcome `struck_out`.
- scribbled option: a mark was scribbled out and is not chosen; a lone scribbled mark is False.
- beside: the mark stands partly outside of its box and is still meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

import numpy as np

from forms_app.reading.form_template import FieldKind, FormField, Layout
from forms_app.reading.types import Outcome
from forms_app.training.synthesis.values import SampledValue


class Slip(StrEnum):
    """What went wrong, if anything."""

    NONE = ""
    OVERWRITTEN = "overwritten"
    STRUCK_CELL = "struck cell"
    STRUCK_FIELD = "struck field"
    SCRIBBLED = "scribbled option"
    BESIDE = "mark partly outside"


# Share of written fields and of marked fields that are spoilt in each way.
WRITTEN_SLIPS: Mapping[Slip, float] = {
    Slip.OVERWRITTEN: 0.015,
    Slip.STRUCK_CELL: 0.008,
    Slip.STRUCK_FIELD: 0.012,
}
MARK_SLIPS: Mapping[Slip, float] = {Slip.SCRIBBLED: 0.03, Slip.BESIDE: 0.04}


def spoil(
    field: FormField,
    sample: SampledValue,
    rng: np.random.Generator,
    written_slips: Mapping[Slip, float] = WRITTEN_SLIPS,
) -> SampledValue:
    """The same entry, seldom spoilt in a way that its field allows."""
    rates = written_slips if field.is_written else MARK_SLIPS
    slip = _drawn(rates, rng)
    if slip is Slip.NONE or is_blank(sample):
        return sample
    if slip is Slip.STRUCK_CELL:
        return _with_struck_cell(field, sample, rng)
    if slip is Slip.SCRIBBLED:
        return _with_scribble(field, sample, rng)
    if slip is Slip.OVERWRITTEN:
        places = [i for i, c in enumerate(sample.text) if c.isalnum()]
        at = int(rng.choice(places))
        return replace(sample, slip=slip, slip_at=at, spoilt=_other(sample.text[at], rng))
    return replace(sample, slip=slip)


def is_blank(sample: SampledValue) -> bool:
    return sample.value in ("", None, False, ())


def true_outcome(field: FormField, sample: SampledValue) -> Outcome:
    """What a faultless reader says of the field."""
    if sample.slip == Slip.STRUCK_FIELD:
        return Outcome.STRUCK_OUT
    if field.kind in (FieldKind.MARK, FieldKind.SIGNATURE) or not is_blank(sample):
        return Outcome.READ
    return Outcome.BLANK


def _drawn(rates: Mapping[Slip, float], rng: np.random.Generator) -> Slip:
    slips = [*rates, Slip.NONE]
    shares = [*rates.values(), 1 - sum(rates.values())]
    return slips[int(rng.choice(len(slips), p=shares))]


def _with_struck_cell(
    field: FormField, sample: SampledValue, rng: np.random.Generator
) -> SampledValue:
    """Needs a comb with a spare cell whose value may be of several lengths."""
    has_room = field.layout is Layout.COMB and len(sample.text) < len(field.cells)
    if not has_room or field.constraints.min_length == len(field.cells):
        return sample
    at = int(rng.integers(len(sample.text)))
    if not sample.text[at].isalnum():
        return sample
    wrong = _other(sample.text[at], rng)
    text = sample.text[:at] + wrong + sample.text[at:]
    return replace(sample, text=text, slip=Slip.STRUCK_CELL, slip_at=at)


def _with_scribble(
    field: FormField, sample: SampledValue, rng: np.random.Generator
) -> SampledValue:
    if field.kind is FieldKind.MARK:
        return replace(sample, value=False, slip=Slip.SCRIBBLED)
    chosen = sample.value if isinstance(sample.value, tuple) else (sample.value,)
    free = [o.value for o in field.options if o.value not in chosen]
    if not free:
        return sample
    return replace(sample, slip=Slip.SCRIBBLED, spoilt=str(rng.choice(free)))


def _other(character: str, rng: np.random.Generator) -> str:
    """Another character of the same alphabet."""
    alphabet = "0123456789" if character.isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return str(rng.choice([c for c in alphabet if c != character.upper()]))
