"""Slips of the pen: what is drawn, and what the truth of a spoilt field is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forms_app.reading.form_template import FormField
from forms_app.reading.types import Outcome
from forms_app.training.synthesis import slips
from forms_app.training.synthesis.filling import fill_page, pick_hand
from forms_app.training.synthesis.handwriting import FontHands
from forms_app.training.synthesis.layouts import draw_layout
from forms_app.training.synthesis.people import BenchmarkSet
from forms_app.training.synthesis.slips import Slip, spoil, true_outcome
from forms_app.training.synthesis.values import SampledValue

LAYOUT = draw_layout(BenchmarkSet.DEVELOPMENT, 0)
FIELDS = {f.name: f for f in LAYOUT.paper.fields}


def spoilt(
    name: str, sample: SampledValue, slip: Slip, monkeypatch: pytest.MonkeyPatch
) -> SampledValue:
    """The sample with this slip, whatever its usual rate."""
    monkeypatch.setattr(slips, "MARK_SLIPS", {slip: 1.0})
    return spoil(FIELDS[name], sample, np.random.default_rng(4), {slip: 1.0})


def ink_of(field: FormField, sample: SampledValue) -> int:
    """How many pixels of the page the entry darkens."""
    hands, rng = FontHands(), np.random.default_rng(2)
    hand = replace(pick_hand(hands, rng), darkness=20, mark_style="cross")
    page = fill_page(LAYOUT.blank, [field], [sample], hand, hands, rng)
    return int((page < LAYOUT.blank.astype(int) - 40).sum())


def test_a_struck_field_has_no_value_and_more_ink(monkeypatch: pytest.MonkeyPatch) -> None:
    clean = SampledValue("493817", "493817")
    sample = spoilt("comb_digits-0", clean, Slip.STRUCK_FIELD, monkeypatch)
    field = FIELDS["comb_digits-0"]
    assert true_outcome(field, clean) is Outcome.READ
    assert true_outcome(field, sample) is Outcome.STRUCK_OUT
    assert ink_of(field, sample) > 1.15 * ink_of(field, clean)


def test_an_overwritten_character_keeps_the_later_one(monkeypatch: pytest.MonkeyPatch) -> None:
    clean = SampledValue("493817", "493817")
    sample = spoilt("comb_digits-0", clean, Slip.OVERWRITTEN, monkeypatch)
    assert (sample.value, sample.text) == ("493817", "493817")
    assert sample.spoilt.isdigit()
    assert sample.spoilt != sample.text[sample.slip_at]
    assert ink_of(FIELDS["comb_digits-0"], sample) > ink_of(FIELDS["comb_digits-0"], clean)


def test_a_struck_cell_is_written_but_not_in_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = spoilt(
        "comb_digits-0", SampledValue("493817", "493817"), Slip.STRUCK_CELL, monkeypatch
    )
    without = sample.text[: sample.slip_at] + sample.text[sample.slip_at + 1 :]
    assert (sample.value, without, len(sample.text)) == ("493817", "493817", 7)


def test_a_full_comb_or_a_fixed_length_has_no_struck_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    clean = SampledValue("12345678", "12345678")
    assert spoilt("comb_number-0", clean, Slip.STRUCK_CELL, monkeypatch) == clean


def test_a_scribbled_mark_is_false_and_a_scribbled_option_not_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mark = spoilt("mark-0", SampledValue(True), Slip.SCRIBBLED, monkeypatch)
    assert mark.value is False
    assert ink_of(FIELDS["mark-0"], mark) > ink_of(FIELDS["mark-0"], SampledValue(True))
    choice = spoilt("choice-0", SampledValue("yes"), Slip.SCRIBBLED, monkeypatch)
    assert choice.value == "yes"
    assert choice.spoilt in {"no", "unknown"}


def test_blank_fields_are_never_spoilt(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, blank in (("comb_digits-0", SampledValue("")), ("mark-0", SampledValue(False))):
        assert spoilt(name, blank, Slip.STRUCK_FIELD, monkeypatch) == blank
    assert true_outcome(FIELDS["comb_digits-0"], SampledValue("")) is Outcome.BLANK
