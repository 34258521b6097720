"""Two forms that people filled in by hand, read from file to values with the shipped model.

Nothing is tuned on them; the counts are what is reached, and may only rise.
"""

from __future__ import annotations

import pytest

from benchmarks.real_forms import Fields, Truth, is_right, read_quexf, read_tara
from forms_app.reading.types import FieldReading, Outcome, Value
from tests.shared_data import shared_data_dir

QUEXF_CHOICES = ("A1_A", "A1_B", "B1_A", "B1_B", "B1_C", "B3", "C1", "C2")

Form = tuple[Fields, Truth]


@pytest.fixture(scope="module")
def quexf() -> Form:
    return read_quexf(shared_data_dir() / "forms")


@pytest.fixture(scope="module")
def tara(tmp_path_factory: pytest.TempPathFactory) -> Form:
    return read_tara(shared_data_dir() / "forms", tmp_path_factory.mktemp("tara"))


def _wrong(form: Form) -> list[str]:
    fields, truth = form
    return [name for name, value in truth.items() if not is_right(fields[name], value)]


def _candidates(field: FieldReading) -> list[tuple[Value, float]]:
    return [(field.value, field.confidence), *field.alternatives]


def test_quexf_choices_are_all_right_and_the_struck_box_is_not_chosen(quexf: Form) -> None:
    fields, truth = quexf
    said = {name: fields[name].value for name in QUEXF_CHOICES}
    assert said == {name: truth[name] for name in QUEXF_CHOICES}


def test_quexf_empty_combs_are_blank(quexf: Form) -> None:
    fields, _ = quexf
    assert fields["B3O"].outcome is Outcome.BLANK
    assert fields["C1O"].outcome is Outcome.BLANK


def test_quexf_fields_right(quexf: Form) -> None:
    fields, truth = quexf
    assert len(truth) == 13
    # A character of B4 is written over another; either may come out first.
    assert set(_wrong(quexf)) <= {"B4"}
    assert fields["B4"].needs_review and truth["B4"] in dict(_candidates(fields["B4"]))


def test_quexf_accepts_nothing_wrong_unseen(quexf: Form) -> None:
    fields, _ = quexf
    assert sum(not field.needs_review for field in fields.values()) >= 10
    assert all(fields[name].needs_review for name in _wrong(quexf))


def test_tara_marks_are_all_right(tara: Form) -> None:
    _, truth = tara
    marks = [n for n, v in truth.items() if isinstance(v, bool) or n.startswith(("site", "turb"))]
    assert len(marks) == 13
    assert set(marks).isdisjoint(_wrong(tara))


def test_tara_empty_fields_are_blank(tara: Form) -> None:
    fields, truth = tara
    empty = [name for name, value in truth.items() if value == ""]
    assert [name for name in empty if fields[name].outcome is not Outcome.BLANK] == []


def test_tara_fields_right_and_nothing_wrong_accepted_unseen(tara: Form) -> None:
    fields, truth = tara
    assert len(truth) == 41
    assert len(_wrong(tara)) <= 1
    assert all(fields[name].needs_review for name in _wrong(tara))
