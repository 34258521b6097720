"""`fieldhand evaluate fields`: the same forms every time, figures and pictures of errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from forms_app import demo
from forms_app.training.field_benchmark import fill_form
from forms_app.training.synthesis.people import BenchmarkSet
from tests.cli.program import fieldhand
from tests.training.small_data import FOR_PEOPLE, make_small_data


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some of the handwriting."""
    return make_small_data(tmp_path_factory.mktemp("data"), FOR_PEOPLE)


@pytest.mark.slow
def test_a_short_run_writes_figures_report_and_failures(tmp_path: Path, data: Path) -> None:
    scan, truth = next(demo.FILLED.glob("form-0001*")), tmp_path / "truth.json"
    rows = json.loads((demo.FILLED / "truth.json").read_text())
    true = next(row["fields"] for row in rows if row["source"] == scan.name)
    truth.write_text(json.dumps({"truth": {"_who": "drawn", "born": true["born"]}}))
    run = fieldhand(
        "evaluate", "fields", "--set", "development", "--data", data,
        "--submissions", 3, "--workers", 2, "--keep", tmp_path / "keep",
        "--json", tmp_path / "figures.json", "--report", tmp_path / "report",
        "--form", demo.TEMPLATE, scan, truth,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "comb capitals, no list" in run.stdout
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert figures["about"]["set"] == "development"
    assert figures["submissions"] == 4
    assert figures["classes"]["Clinic intake"]["n"] == 1
    assert figures["curves"]["written"]["by_confidence"][0]["error"] < 0.4
    report = (tmp_path / "report" / "report.md").read_text()
    assert "risk_curve.svg" in report
    assert (tmp_path / "report" / "risk_curve.svg").exists()
    lines = [json.loads(x) for x in (tmp_path / "keep" / "results.jsonl").read_text().splitlines()]
    assert len(lines) == figures["fields"]
    drawn = [r for r in lines if r["profile"] != "real paper"]
    pictures = list((tmp_path / "keep").glob("*/*.png"))
    assert len(pictures) == sum(not r["is_right"] for r in drawn)


def test_a_submission_is_the_same_every_time_and_differs_between_the_sets(data: Path) -> None:
    first, again = (fill_form(BenchmarkSet.DEVELOPMENT, data, 5) for _ in range(2))
    assert first == again
    assert fill_form(BenchmarkSet.BENCH, data, 5).data != first.data


def test_without_handwriting_the_reason_is_given(tmp_path: Path) -> None:
    run = fieldhand("evaluate", "fields", "--data", tmp_path, "--submissions", 1)
    assert run.returncode == 2
    assert "unipen_train" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [("[1]", "JSON object"), ("{", "no truth file"), ('{"nobody": "1"}', "nobody")],
)
def test_a_truth_that_fits_no_form_is_refused(
    tmp_path: Path, data: Path, text: str, said: str
) -> None:
    scan, truth = next(demo.FILLED.glob("form-0001*")), tmp_path / "truth.json"
    truth.write_text(text)
    run = fieldhand(
        "evaluate", "fields", "--data", data, "--submissions", 1,
        "--form", demo.TEMPLATE, scan, truth,
    )  # fmt: skip
    assert run.returncode == 2
    assert said in run.stderr
