"""Details and report of an evaluation, from answers that are known in advance."""

from __future__ import annotations

import base64
import re

import cv2
import numpy as np
import pytest

from forms_app.training.answers import answer_set
from forms_app.training.evaluate import evaluation_of
from forms_app.training.evaluation_data import EvaluationSet
from forms_app.training.evaluation_details import WORST_SHOWN, details_of
from forms_app.training.evaluation_report import (
    ReportHead,
    matrix_cells,
    matrix_characters,
    report_html,
    save_report,
)
from tests.training.test_evaluate import WrittenAnswers, answered

HEAD = ReportHead("a <b> set", "alnum", "fake", "fake", "2026-11-26")


class SaidSurely:
    """Answers the class in a glyph's first pixel with the percentage in its second."""

    engine, model_id = "fake", "fake"

    def __init__(self, characters: str) -> None:
        self.charset = WrittenAnswers(characters).charset

    def classify(self, glyphs):
        size = self.charset.size
        sure = glyphs[:, 0, 1] / 100
        p = np.repeat(((1 - sure) / (size - 1))[:, None], size, 1)
        p[np.arange(len(glyphs)), glyphs[:, 0, 0]] = sure
        return np.log(p).astype(np.float32)


def said(characters: str, rows: list[tuple[str, str, int]]) -> EvaluationSet:
    """Samples of (label, answer, percentage); the answer ! is reject."""
    images = np.zeros((len(rows), 28, 28), np.uint8)
    for image, (_, answer, percent) in zip(images, rows, strict=True):
        image[0, 0] = len(characters) if answer == "!" else characters.index(answer)
        image[0, 1] = percent
    return EvaluationSet(images, np.array([r[0] for r in rows]), np.ones(len(rows), bool))


def test_characters_and_confusions_are_counted():
    samples = answered("17aA", "111177aA", "1177" + "77" + "aa")
    details = details_of(answer_set(samples, "17aA", WrittenAnswers("17aA")))
    one, seven, capital, small = details.characters
    assert (one.character, one.n, one.accuracy) == ("1", 4, 0.5)
    assert (one.commonest_wrong, one.commonest_wrong_n) == ("7", 2)
    assert one.interval95[0] < 0.5 < one.interval95[1]
    assert (seven.accuracy, seven.commonest_wrong) == (1.0, "")
    assert (capital.character, small.character) == ("A", "a")
    found = [(c.label, c.read, c.n, c.share) for c in details.confusions]
    assert found == [("1", "7", 2, 0.5), ("A", "a", 1, 1.0)]


def test_a_label_of_unknown_case_is_no_confusion_and_both_cases_are_its_confidence():
    samples = answered("aA", "AA", "aA", known=False)
    answers = answer_set(samples, "aA", WrittenAnswers("aA"))
    assert details_of(answers).confusions == ()
    np.testing.assert_allclose(answers.confidence, 1.0)


def test_reliability_puts_answers_into_bins_and_weighs_the_gaps():
    rows = [("1", "1", 95)] * 3 + [("1", "7", 95)] + [("7", "7", 65), ("7", "1", 65)]
    classifier = SaidSurely("17abcdefg")
    details = details_of(answer_set(said("17abcdefg", rows), "17abcdefg", classifier))
    low, high = details.reliability
    assert (low.low, low.high, low.n, low.accuracy) == (0.6, 0.7, 2, 0.5)
    assert (high.n, high.accuracy) == (4, 0.75)
    # "No character", one of the nine other classes, is no answer: its ninth of the rest drops out.
    assert low.confidence == pytest.approx(0.65 / (0.65 + 0.35 * 8 / 9), abs=1e-4)
    expected = (2 * abs(low.confidence - 0.5) + 4 * abs(high.confidence - 0.75)) / 6
    assert details.calibration_error == pytest.approx(expected)


def test_ignoring_case_both_cases_are_one_answer_as_sure_as_both():
    rows = [("a", "A", 60), ("A", "A", 60), ("1", "a", 60)]
    details = details_of(answer_set(said("aA1", rows), "aA1", SaidSurely("aA1")))
    (found,) = details.reliability_ignoring_case
    # Of 60 % for one case, a third of the rest is "no character", a third the other case.
    assert found.confidence == pytest.approx((0.6 + 0.4 / 3) / (0.6 + 0.8 / 3), abs=1e-4)
    assert (found.n, found.accuracy) == (3, pytest.approx(2 / 3))
    gap = found.confidence - found.accuracy
    assert details.calibration_error_ignoring_case == pytest.approx(gap)
    by_label = {row.character: row for row in details.characters}
    assert (by_label["a"].accuracy, by_label["a"].accuracy_ignoring_case) == (0.0, 1.0)
    assert by_label["1"].accuracy_ignoring_case == 0.0


def test_progress_is_told_chunk_by_chunk_and_changes_no_answer():
    samples = answered("17", "17" * 5_000, "17" * 5_000)
    told: list[tuple[int, int]] = []
    answers = answer_set(
        samples, "17", WrittenAnswers("17"), lambda done, of: told.append((done, of))
    )
    assert told == [(4_096, 10_000), (8_192, 10_000), (10_000, 10_000)]
    assert answers.right.all() and len(answers.read) == 10_000


def test_rejected_glyphs_are_counted_and_still_answered():
    classifier = SaidSurely("17")
    details = details_of(answer_set(said("17", [("1", "!", 80), ("1", "1", 80)]), "17", classifier))
    assert details.rejected == 1
    assert sum(row.n for row in details.characters) == 2


def test_worst_errors_come_surest_first_and_are_limited():
    rows = [("1", "7", 50 + number % 50) for number in range(2 * WORST_SHOWN)]
    worst = details_of(answer_set(said("17ab", rows), "17ab", SaidSurely("17ab"))).worst
    assert len(worst) == WORST_SHOWN
    sure = [wrong.confidence for wrong in worst]
    assert sure == sorted(sure, reverse=True)
    assert (worst[0].label, worst[0].read, worst[0].image[0, 1]) == ("1", "7", 99)


def test_matrix_has_every_label_and_answer():
    details = details_of(answer_set(said("17a", [("1", "a", 90), ("7", "7", 90)]), "17a",
                                    SaidSurely("17a")))  # fmt: skip
    characters = matrix_characters(details)
    cells = {(characters[c.row], characters[c.column]): c.n for c in matrix_cells(details, "17a")}
    assert characters == "17a"
    assert cells == {("7", "7"): 1, ("1", "a"): 1}


def test_report_stands_alone_and_shows_the_figures(tmp_path):
    samples = said("17a", [("1", "7", 90), ("7", "7", 90), ("a", "a", 70)])
    samples.images[0, 10:18, 10:18] = 255
    answers = answer_set(samples, "17a", SaidSurely("17a"))
    page = save_report(HEAD, evaluation_of(answers), details_of(answers), tmp_path / "new")
    text = page.read_text(encoding="utf-8")
    assert "a &lt;b&gt; set" in text and "66.67 %" in text
    assert "prefers-color-scheme: dark" in text
    sources = re.findall(r'(?:src|href)="([^"]*)"', text)
    assert sources and all(s.startswith("data:image/png;base64,") for s in sources)
    assert not re.search(r"url\(|@import|<script", text)
    png = np.frombuffer(base64.b64decode(sources[0].split(",")[1]), np.uint8)
    drawn = cv2.imdecode(png, cv2.IMREAD_GRAYSCALE)
    np.testing.assert_array_equal(drawn, 255 - samples.images[0])
    assert text.count("<title>") == 1 + len(re.findall("<circle", text)) * 2 + 3


def test_report_of_faultless_answers_has_no_errors_to_show():
    answers = answer_set(said("17", [("1", "1", 90)]), "17", SaidSurely("17"))
    text = report_html(HEAD, evaluation_of(answers), details_of(answers))
    assert "every answer was right" in text
    assert "Worst errors" not in text
