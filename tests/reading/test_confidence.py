"""Verdicts on written fields: value, outcome, confidence, reasons."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from forms_app.reading.confidence import judge_written, missing_page
from forms_app.reading.decoding import decode
from forms_app.reading.doubts import ordinal
from forms_app.reading.evidence import Evidence
from forms_app.reading.form_template import FieldKind
from forms_app.reading.policy import ReviewPolicy, policy_for
from forms_app.reading.types import Decoded, FieldReading, InkState, Outcome
from tests.reading.made_fields import (
    CHARSET,
    CLEAN,
    comb,
    comb_field,
    likely,
    line_field,
    sure,
)

POLICY = ReviewPolicy()
EMPTY = replace(CLEAN, ink_share=0.0)


def written(
    text: str, evidence: Evidence = CLEAN, probability: float = 0.9999, **constraints: object
) -> FieldReading:
    field = comb_field("digits", **constraints)
    decoded = decode(field, comb("x" * len(text)), sure(text, probability), CHARSET)
    return judge_written(field, decoded, evidence, POLICY)


def test_clear_writing_is_accepted_without_reasons() -> None:
    reading = written("1234", probability=1.0)
    assert reading.value == "1234" and reading.confidence > 0.98
    assert not reading.needs_review and reading.reasons == ()


def test_a_doubtful_character_is_named_with_its_rivals() -> None:
    field = comb_field("text")
    log_p = likely({"A": 0.99}, {"U": 0.61, "V": 0.30})
    reading = judge_written(field, decode(field, comb("xx"), log_p, CHARSET), CLEAN, POLICY)
    assert reading.needs_review
    assert any(r.startswith("2nd character is doubtful: U 6") for r in reading.reasons)
    assert any(r.startswith("it could also be 'AV'") for r in reading.reasons)
    assert reading.alternatives[0][0] == "AV"


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (replace(CLEAN, residual_px=5.0), "the page is 5.0 px off its template here"),
        (replace(CLEAN, stray_ink=0.4), "40% of the ink belongs to no character read"),
        (replace(CLEAN, struck_cells=1), "a character is struck out"),
        (replace(CLEAN, perhaps_struck=1), "a character may be struck out"),
        (replace(CLEAN, inner_gaps=1), "there is an empty cell between the characters"),
        (replace(CLEAN, beside=0.3), "two characters seem to share a cell"),
        (
            replace(CLEAN, bars_on_print=1),
            "a printed line may hide the top of a character read as a bar",
        ),
        (
            replace(CLEAN, lost_ink=0.2),
            "there is writing in the scan that was taken for print or paper",
        ),
    ],
)
def test_clear_writing_in_a_doubtful_place_is_reviewed(evidence: Evidence, reason: str) -> None:
    reading = written("1234", evidence, probability=1.0)
    assert reading.needs_review and reason in reading.reasons


def test_a_letter_parted_from_its_word_is_reviewed_but_words_are_not() -> None:
    field, log_p = comb_field("letters"), sure("DUBE", 1.0)
    for cells, lone in (("x xxx", 1), ("xx xx", 0)):
        segmentation = comb(cells)
        decoded = decode(field, segmentation, log_p, CHARSET)
        evidence = replace(CLEAN, inner_gaps=1, lone_letters=lone)
        reading = judge_written(field, decoded, evidence, POLICY)
        sentence = "an empty cell parts a single character from the others"
        assert (sentence in reading.reasons) == bool(lone)


def test_a_point_in_a_cell_counts_in_a_number_only() -> None:
    point = replace(CLEAN, beside=0.03)
    for kind, is_reviewed in (("number", True), ("digits", False)):
        field = comb_field(kind)
        decoded = decode(field, comb("xxxx"), sure("1234", 1.0), CHARSET)
        assert judge_written(field, decoded, point, POLICY).needs_review == is_reviewed


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        ("letters", "GEN.URI", "a point among the letters may be a speck"),
        ("letters", "JUANA .", "a point among the letters may be a speck"),
        ("letters", "ST. JOHN", ""),
        ("number", "1.10395", "a point or comma of the number may have been missed"),
        ("number", "1.104", ""),
    ],
)
def test_points_that_hardly_anybody_writes_are_reviewed(
    kind: str, text: str, sentence: str
) -> None:
    decoded = Decoded(Outcome.READ, text, ((text, 0.999),), (), satisfied=True, unconstrained=text)
    reading = judge_written(line_field(kind), decoded, CLEAN, POLICY)
    assert [r for r in reading.reasons if "point" in r] == ([sentence] if sentence else [])


def test_a_value_that_breaks_the_rules_is_reviewed_however_clear() -> None:
    reading = written("1234", probability=1.0, check="luhn")
    assert reading.needs_review and "the check digit (luhn) is wrong" in reading.reasons


def test_a_forced_reading_says_what_it_looks_like() -> None:
    field = comb_field("text", values=("SMITH",))
    log_p = likely({"S": 0.99}, {"M": 0.99}, {"Y": 0.6, "I": 0.39}, {"T": 0.99}, {"H": 0.99})
    decoded = decode(field, comb("xxxxx"), log_p, CHARSET)
    reading = judge_written(field, decoded, CLEAN, POLICY)
    assert reading.value == "SMITH" and reading.needs_review
    assert "by itself the writing looks like 'SMYTH'" in reading.reasons


def test_another_threshold_changes_written_fields_alone() -> None:
    strict = policy_for(1.0)
    field = comb_field("digits")
    decoded = decode(field, comb("xx"), sure("12", 1.0), CHARSET)
    assert not judge_written(field, decoded, CLEAN, POLICY).needs_review
    reading = judge_written(field, decoded, CLEAN, strict)
    assert reading.needs_review and "100% are asked for" in reading.reasons[0]
    assert strict.threshold(FieldKind.MARK) == POLICY.threshold(FieldKind.MARK)


def test_what_falls_short_by_a_hair_does_not_look_as_if_it_did_not() -> None:
    field = comb_field("digits")
    decoded = decode(field, comb("xx"), sure("12", 1.0), CHARSET)
    confidence = judge_written(field, decoded, CLEAN, POLICY).confidence
    reading = judge_written(field, decoded, CLEAN, policy_for(confidence + 1e-5))
    certain, asked = (float(n) for n in re.findall(r"([\d.]+)%", reading.reasons[0]))
    assert reading.needs_review and certain < asked


def test_more_doubt_never_gives_more_confidence() -> None:
    steps = [written("1234", probability=p).confidence for p in (0.6, 0.9, 0.99, 0.9999)]
    assert steps == sorted(steps)
    strays = [written("12", replace(CLEAN, stray_ink=s)).confidence for s in (0.0, 0.1, 0.3)]
    assert strays == sorted(strays, reverse=True)


def test_blank_is_accepted_unless_required_or_inked() -> None:
    field, needed = comb_field("digits"), comb_field("digits", required=True)
    decoded = decode(field, comb("    "), sure(""), CHARSET)
    assert not judge_written(field, decoded, EMPTY, POLICY).needs_review
    assert judge_written(field, decoded, EMPTY, POLICY).outcome is Outcome.BLANK
    assert judge_written(needed, decoded, EMPTY, POLICY).reasons == ("a value is required",)
    pale = judge_written(field, decoded, replace(EMPTY, lost_ink=3.0), POLICY)
    assert pale.needs_review and "taken for print or paper" in pale.reasons[0]
    inked = judge_written(field, decoded, CLEAN, POLICY)
    assert inked.needs_review and "there is ink in the field" in inked.reasons[0]


def test_struck_out_and_unreadable_have_no_value_and_are_reviewed() -> None:
    field = comb_field("digits")
    struck = decode(field, replace(comb("##"), state=InkState.STRUCK_OUT), sure(""), CHARSET)
    smudge = decode(field, comb("x"), likely({"reject": 0.97}), CHARSET)
    for decoded, outcome in ((struck, Outcome.STRUCK_OUT), (smudge, Outcome.UNREADABLE)):
        reading = judge_written(field, decoded, CLEAN, POLICY)
        assert reading.outcome is outcome and reading.value is None and reading.needs_review


def test_a_missing_page_is_never_accepted_silently() -> None:
    reading = missing_page(comb_field("digits"))
    assert reading.outcome is Outcome.MISSING_PAGE
    assert reading.needs_review
    assert reading.reasons == ("page 1 of the form is missing",)


@pytest.mark.parametrize(
    ("number", "text"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (22, "22nd")]
)
def test_ordinals(number: int, text: str) -> None:
    assert ordinal(number) == text
