"""Two forms that people filled in by hand, read from file to values with the shipped model.

Nothing is tuned on them; the counts are what is reached, and may only rise.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from benchmarks.forms.make_tara_blank import make_blank
from forms_app.reading.classifier import load_classifier
from forms_app.reading.submissions import read_file
from forms_app.reading.types import FieldReading, Outcome
from forms_app.templating.blanks import load_references
from forms_app.templating.template_file import load_template
from tests.shared_data import shared_data_dir

FORMS = Path(__file__).parents[2] / "benchmarks" / "forms"
QUEXF_CHOICES = ("A1_A", "A1_B", "B1_A", "B1_B", "B1_C", "B3", "C1", "C2")


def _read(template_path: Path, scan: Path) -> dict[str, FieldReading]:
    template = load_template(template_path)
    references = load_references(template, template_path.parent)
    reading = read_file(
        scan.read_bytes(), scan.name, template, references, load_classifier("litert")
    )
    assert not reading.failures
    assert len(reading.submissions) == 1
    fields = reading.submissions[0].fields
    return {field.name: field for field in fields}


@cache
def _quexf() -> dict[str, FieldReading]:
    return _read(FORMS / "quexf.json", shared_data_dir() / "forms/quexf/filled.pdf")


@cache
def _tara(folder: Path) -> dict[str, FieldReading]:
    filled = shared_data_dir() / "forms/formhtr/logsheet_tara.pdf"
    return _read(make_blank(filled, folder), filled)


@pytest.fixture(scope="module")
def tara(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FieldReading]:
    return _tara(tmp_path_factory.mktemp("tara"))


def _quexf_truth() -> dict[str, str]:
    path = shared_data_dir() / "forms/quexf/truth.json"
    truth = json.loads(path.read_text())["truth"]
    return {name: value for name, value in truth.items() if not name.startswith("_")}


def _tara_truth() -> dict[str, str | bool]:
    truth: dict[str, str | bool] = json.loads((FORMS / "tara_truth.json").read_text())["truth"]
    return truth


def _is_right(field: FieldReading, truth: str | bool) -> bool:
    if truth == "":
        return field.outcome is Outcome.BLANK
    return field.outcome is Outcome.READ and field.value == truth


def test_quexf_choices_are_all_right_and_the_struck_box_is_not_chosen() -> None:
    truth = _quexf_truth()
    said = {name: _quexf()[name].value for name in QUEXF_CHOICES}
    assert said == {name: truth[name] for name in QUEXF_CHOICES}


def test_quexf_empty_combs_are_blank() -> None:
    assert _quexf()["B3O"].outcome is Outcome.BLANK
    assert _quexf()["C1O"].outcome is Outcome.BLANK


def test_quexf_written_fields() -> None:
    truth = _quexf_truth()
    right = [name for name in truth if _is_right(_quexf()[name], truth[name])]
    assert len(right) >= 11


def test_quexf_accepts_nothing_wrong_unseen() -> None:
    truth = _quexf_truth()
    accepted = [name for name in truth if not _quexf()[name].needs_review]
    assert len(accepted) >= 10
    assert [name for name in accepted if not _is_right(_quexf()[name], truth[name])] == []


def test_tara_marks_are_all_right(tara: dict[str, FieldReading]) -> None:
    truth = _tara_truth()
    marks = [n for n, v in truth.items() if isinstance(v, bool) or n.startswith(("site", "turb"))]
    assert len(marks) == 13
    assert [name for name in marks if not _is_right(tara[name], truth[name])] == []


def test_tara_empty_fields_are_blank(tara: dict[str, FieldReading]) -> None:
    empty = [name for name, value in _tara_truth().items() if value == ""]
    assert [name for name in empty if tara[name].outcome is not Outcome.BLANK] == []


def test_tara_written_fields(tara: dict[str, FieldReading]) -> None:
    truth = _tara_truth()
    assert sum(_is_right(tara[name], value) for name, value in truth.items()) >= 38
    wrong = [name for name, value in truth.items() if not _is_right(tara[name], value)]
    assert all(tara[name].needs_review for name in wrong)
