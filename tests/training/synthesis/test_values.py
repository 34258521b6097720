"""Sampled values satisfy the rules of their field."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from forms_app.errors import TemplateError
from forms_app.reading.constraints import check_value
from forms_app.reading.form_template import (
    Case,
    Constraints,
    FieldKind,
    FormField,
    Layout,
    Option,
)
from forms_app.reading.geometry import Box
from forms_app.training.synthesis.values import sample_value

BOX = Box(100, 100, 600, 70)


def comb(kind: FieldKind, cells: int, **rules: object) -> FormField:
    boxes = tuple(Box(100 + 60 * i, 100, 60, 70) for i in range(cells))
    constraints = Constraints(**rules)  # type: ignore[arg-type]
    return FormField("f", 1, kind, BOX, "F", Layout.COMB, boxes, constraints=constraints)


FIELDS = {
    "luhn": comb(FieldKind.DIGITS, 9, min_length=9, max_length=9, check="luhn"),
    "pattern": comb(FieldKind.TEXT, 5, pattern="[A-Z]{2}[0-9]{3}", case=Case.UPPER),
    "values": comb(FieldKind.LETTERS, 8, values=("NORTH", "SOUTH"), case=Case.UPPER),
    "letters": comb(FieldKind.LETTERS, 12, min_length=3, case=Case.UPPER),
    "range": comb(FieldKind.DIGITS, 3, minimum="35", maximum="220"),
    "number": comb(FieldKind.NUMBER, 6, minimum="-5", maximum="40"),
}


@pytest.mark.parametrize("name", FIELDS)
def test_values_satisfy_their_rules(name: str) -> None:
    field = FIELDS[name]
    rng = np.random.default_rng(1)
    for _ in range(50):
        sample = sample_value(field, rng, blank_share=0.0)
        assert sample.text
        assert len(sample.text) <= len(field.cells)
        assert check_value(field, sample.value) == ()


def test_dates_are_iso_in_the_data_and_in_the_fields_format_on_paper() -> None:
    field = comb(FieldKind.DATE, 8, format="DDMMYYYY", minimum="2026-01-01", maximum="2026-12-31")
    rng = np.random.default_rng(2)
    for _ in range(30):
        sample = sample_value(field, rng, blank_share=0.0)
        day = date.fromisoformat(str(sample.value))
        assert day.year == 2026
        assert sample.text == day.strftime("%d%m%Y")


def test_optional_fields_are_sometimes_blank_and_required_ones_never() -> None:
    rng = np.random.default_rng(3)
    optional = comb(FieldKind.DIGITS, 4)
    required = comb(FieldKind.DIGITS, 4, required=True)
    blanks = sum(not sample_value(optional, rng, 0.5).text for _ in range(200))
    assert 60 < blanks < 140
    assert all(sample_value(required, rng, 0.5).text for _ in range(50))


def test_choices_choose_among_their_options() -> None:
    options = tuple(Option(v, Box(0, 60 * i, 40, 40)) for i, v in enumerate("ABC"))
    field = FormField("c", 1, FieldKind.CHOICES, BOX, options=options)
    rng = np.random.default_rng(4)
    chosen = {sample_value(field, rng, 0.0).value for _ in range(100)}
    assert len(chosen) > 3
    assert all(set(value) <= set("ABC") and value for value in chosen)  # type: ignore[arg-type]


def test_rules_that_contradict_each_other_are_named() -> None:
    field = comb(FieldKind.DIGITS, 4, pattern="[0-9]{6}", max_length=4)
    with pytest.raises(TemplateError, match="Field f: no value was found"):
        sample_value(field, np.random.default_rng(5), 0.0)
