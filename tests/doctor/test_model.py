"""The recogniser as the doctor sees it: the shipped one, damaged ones, and how it may end."""

from __future__ import annotations

import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from forms_app.config import Settings
from forms_app.doctor.model import check_model, check_model_files, judge_end, judge_probe
from forms_app.doctor.model_probe import Probe
from forms_app.reading.classifier import default_model_directory
from tests.doctor.asking import by_name, verdicts


@pytest.fixture
def copied_model(tmp_path: Path) -> Path:
    """The shipped model in a folder of one's own."""
    folder = tmp_path / "model"
    shutil.copytree(default_model_directory(), folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_the_shipped_model_reads_the_shipped_form(settings: Settings) -> None:
    found = by_name(check_model(replace(settings, engine="litert")))
    assert {name: finding.verdict for name, finding in found.items()} == {
        "files": "ok",
        "reads": "ok",
    }
    assert "19 of 19 fields" in found["reads"].said


def test_damaged_weights_are_found_before_they_are_loaded(
    settings: Settings, copied_model: Path
) -> None:
    asked = replace(settings, model_dir=str(copied_model))
    assert verdicts(check_model_files(asked)) == {"files": "ok"}
    weights = copied_model / "glyphs.tflite"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    found = by_name(check_model(asked))
    assert set(found) == {"files"}
    assert found["files"].verdict == "failed" and "glyphs.tflite" in found["files"].said


def test_a_folder_without_a_model(settings: Settings, tmp_path: Path) -> None:
    found = by_name(check_model_files(replace(settings, model_dir=str(tmp_path))))["files"]
    assert found.verdict == "failed" and "model_card.json" in found.said


@pytest.mark.parametrize(
    ("right", "is_shipped", "verdict"),
    [(19, True, "ok"), (16, True, "ok"), (10, True, "failed"), (10, False, "warning")],
)
def test_too_many_wrong_fields(right: int, is_shipped: bool, verdict: str) -> None:
    assert judge_probe(Probe("litert", right, 19, 0.5), is_shipped).verdict == verdict


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (-signal.SIGILL, "instructions that this processor does not have"),
        (-signal.SIGKILL, "signal 9 (SIGKILL)"),
        (1, "TensorFlow and Keras are not installed"),
    ],
)
def test_how_a_library_may_end_the_probe(code: int, said: str) -> None:
    found = judge_end(code, "TensorFlow and Keras are not installed.")
    assert found.verdict == "failed" and said in found.said
