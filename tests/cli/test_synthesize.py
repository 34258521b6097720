"""`fieldhand synthesize` and `read`: what was drawn is what is read."""

from __future__ import annotations

import json
from pathlib import Path

from forms_app import demo
from tests.cli.program import fieldhand


def test_drawn_forms_are_read_as_their_truth(tmp_path: Path) -> None:
    drawn = fieldhand(
        "synthesize", "--template", demo.TEMPLATE, "--count", 2, "--out", tmp_path / "scans",
        "--seed", 3, "--profile", "clean",
    )  # fmt: skip
    assert drawn.returncode == 0, drawn.stderr
    truth = json.loads((tmp_path / "scans" / "truth.json").read_text())
    assert len(truth) == 2

    output = tmp_path / "read.json"
    read = fieldhand("read", "--template", demo.TEMPLATE, tmp_path / "scans", "--output", output)
    assert read.returncode == 0, read.stderr
    right, accepted_wrong, total = 0, [], 0
    for form, true in zip(json.loads(output.read_text()), truth, strict=True):
        for name, value in true["fields"].items():
            if value is None:
                continue
            field = form["fields"][name]
            total += 1
            right += field["value"] == value
            if field["value"] != value and not field["needs_review"]:
                accepted_wrong.append((name, value, field["value"]))
    assert accepted_wrong == []
    assert right / total > 0.85


def test_an_existing_truth_is_for_the_same_seed(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        result = fieldhand(
            "synthesize", "--template", demo.TEMPLATE, "--count", 1, "--out", tmp_path / folder
        )
        assert result.returncode == 0
    scans = [next((tmp_path / folder).glob("form-*")) for folder in ("one", "two")]
    assert scans[0].read_bytes() == scans[1].read_bytes()


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    result = fieldhand("synthesize", "--template", tmp_path / "no.json", "--out", tmp_path)
    assert result.returncode == 2
    assert "no.json" in result.stderr
