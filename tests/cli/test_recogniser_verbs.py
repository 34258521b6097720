"""`classify`, `evaluate` and `train` as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from forms_app.training.synthesis.handwriting import FontHands
from tests.cli.program import fieldhand


def written_line(text: str, path: Path) -> Path:
    """A picture of the text, dark on light paper, in one of the shipped hands."""
    rng = np.random.default_rng(5)
    writer = FontHands().pick(rng)
    page = np.full((260, 160 * len(text) + 200), 235, np.uint8)
    for place, character in enumerate(text):
        alpha = writer.draw(character, rng).alpha
        left = 100 + 160 * place
        part = page[80 : 80 + alpha.shape[0], left : left + alpha.shape[1]]
        np.minimum(part, 235 - (alpha * 0.8).astype(np.uint8), out=part)
    cv2.imwrite(str(path), page)
    return path


def test_classify_reads_a_picture(tmp_path: Path) -> None:
    picture = written_line("2468", tmp_path / "digits.png")
    result = fieldhand("classify", picture, "--json")
    assert result.returncode == 0, result.stderr
    (found,) = json.loads(result.stdout)
    assert found["text"] == "2468"
    assert [c["value"] for c in found["characters"]] == list("2468")
    assert all(len(c["box"]) == 4 for c in found["characters"])


def test_classify_names_what_it_cannot_read_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("not a picture")
    picture = written_line("35", tmp_path / "digits.png")
    result = fieldhand("classify", tmp_path / "notes.png", picture)
    assert result.returncode == 3
    assert "notes.png" in result.stderr
    assert "35" in result.stdout.splitlines()[0]


def glyph_set(path: Path) -> Path:
    rng = np.random.default_rng(6)
    images, labels = np.zeros((30, 28, 28), np.uint8), []
    for row in range(30):
        digit = str(row % 10)
        alpha = FontHands().pick(rng).draw(digit, rng).alpha
        scale = 20 / max(alpha.shape)
        small = cv2.resize(alpha, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        top, left = (28 - small.shape[0]) // 2, (28 - small.shape[1]) // 2
        images[row, top : top + small.shape[0], left : left + small.shape[1]] = small
        labels.append(digit)
    np.savez(path, images=images, labels=np.array(labels))
    return path


def test_evaluate_writes_the_public_figures(tmp_path: Path) -> None:
    data = glyph_set(tmp_path / "digits.npz")
    result = fieldhand("evaluate", data, "--charset", "digits", "--json", tmp_path / "f.json")
    assert result.returncode == 0, result.stderr
    figures = json.loads((tmp_path / "f.json").read_text())
    assert {"n", "accuracy", "accuracy_ignoring_case", "interval95"} < set(figures)
    assert figures["n"] == 30 == sum(row["n"] for row in figures["per_character"])
    assert sum(row["n"] for row in figures["reliability"]) == 30
    assert figures["accuracy"] > 0.8
    low, high = figures["interval95"]
    assert low < figures["accuracy"] <= high + 1e-9


def test_evaluate_reports_as_html(tmp_path: Path) -> None:
    data = glyph_set(tmp_path / "digits.npz")
    result = fieldhand("evaluate", data, "--charset", "digits", "--report", tmp_path / "report")
    assert result.returncode == 0, result.stderr
    page = tmp_path / "report" / "report.html"
    assert str(page) in result.stdout
    assert "digits.npz" in page.read_text(encoding="utf-8")
    refused = fieldhand("evaluate", data, "--report", data)
    assert refused.returncode == 2
    assert "the report cannot be written there" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("evaluate", "nothing.npz"), "nothing.npz"),
        (("train", "--config", "missing.toml"), "missing.toml"),
        (("classify",), "Missing argument"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(arguments: tuple[str, ...], said: str) -> None:
    result = fieldhand(*arguments)
    assert result.returncode == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr
