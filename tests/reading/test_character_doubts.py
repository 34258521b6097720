"""Which reasons a look at single characters settles, and at which of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forms_app.reading.character_doubts import is_of_characters, places_to_look_at
from forms_app.reading.confidence import judge_choice, judge_mark, judge_written, without_trust
from forms_app.reading.decoding import decode
from forms_app.reading.evidence import Evidence
from forms_app.reading.form_template import FormField
from forms_app.reading.policy import ReviewPolicy, policy_for
from forms_app.reading.types import FieldReading, InkState, LogProbabilities, MarkReading
from tests.reading.made_fields import CHARSET, CLEAN, choice_field, comb, comb_field, likely, sure

POLICY = ReviewPolicy()
FAINT = MarkReading(0.6, InkState.WRITTEN, 0.03)
CROSS = MarkReading(0.995, InkState.WRITTEN, 0.12)
SEEMS_1934 = likely({"1": 0.99}, {"9": 0.6, "5": 0.39}, {"3": 0.99}, {"4": 0.99})
STRUCK = MarkReading(0.04, InkState.STRUCK_OUT, 0.7)


def judged(
    field: FormField, log_p: LogProbabilities, pattern: str, evidence: Evidence = CLEAN
) -> FieldReading:
    return judge_written(field, decode(field, comb(pattern), log_p, CHARSET), evidence, POLICY)


def wanted(field: FormField, reading: FieldReading) -> frozenset[int] | None:
    rivals = [value for value, _ in reading.alternatives]
    return places_to_look_at(field, reading.characters, reading.reasons, rivals)


def test_doubts_about_characters_and_no_others() -> None:
    field = comb_field("digits")
    doubtful = judged(field, likely({"1": 0.99}, {"4": 0.55, "9": 0.44}), "xx")
    assert len(doubtful.reasons) == 2 and all(map(is_of_characters, doubtful.reasons))
    decoded = decode(field, comb("xxxx"), sure("1234"), CHARSET)
    unsure = judge_written(field, decoded, CLEAN, policy_for(1.0))
    assert unsure.reasons and all(map(is_of_characters, unsure.reasons))
    forced = judged(comb_field("digits", values=("1534",)), SEEMS_1934, "xxxx")
    assert any(reason.startswith("by itself") for reason in forced.reasons)
    assert all(map(is_of_characters, forced.reasons))
    for mark in (
        judge_mark(comb_field("mark"), FAINT, 0.3, POLICY),
        judge_choice(choice_field(), [FAINT, STRUCK, FAINT], 0.3, POLICY),
    ):
        assert any(map(is_of_characters, mark.reasons))


@pytest.mark.parametrize(
    "evidence",
    [
        replace(CLEAN, residual_px=2.5),
        replace(CLEAN, residual_px=5.0),
        replace(CLEAN, stray_ink=0.4),
        replace(CLEAN, struck_cells=1),
        replace(CLEAN, inner_gaps=1),
        replace(CLEAN, lost_ink=0.3),
        replace(CLEAN, beside=0.3),
    ],
)
def test_doubts_that_need_the_field(evidence: Evidence) -> None:
    reading = judged(
        comb_field("digits"), likely({"1": 0.99}, {"4": 0.55, "9": 0.44}), "xx", evidence
    )
    assert not all(map(is_of_characters, reading.reasons))


def test_other_doubts_about_marks_need_the_field() -> None:
    two = judge_choice(choice_field(), [CROSS, CROSS, FAINT], 0.3, POLICY)
    struck = judge_mark(comb_field("mark"), STRUCK, 0.3, POLICY)
    beside = judge_mark(comb_field("mark"), CROSS, 0.3, POLICY, is_beside=True)
    laid_badly = judge_mark(comb_field("mark"), CROSS, 9.0, POLICY)
    empty = judge_choice(choice_field(required=True), [STRUCK] * 3, 0.3, POLICY)
    for reading in (two, struck, beside, laid_badly, empty, without_trust(two, "another form")):
        assert not all(map(is_of_characters, reading.reasons))


def test_doubtful_characters_and_those_that_may_be_others() -> None:
    field = comb_field("digits")
    reading = judged(field, likely({"1": 0.99}, {"4": 0.55, "9": 0.44}, {"7": 0.99}), "xxx")
    assert wanted(field, reading) == {1}
    both = judged(field, likely({"1": 0.9, "7": 0.08}, {"4": 0.55, "9": 0.44}, {"7": 0.99}), "xxx")
    assert wanted(field, both) == {0, 1}


def test_all_where_none_is_doubtful_or_a_rule_has_decided() -> None:
    field = comb_field("digits")
    assert wanted(field, judged(field, sure("123", 0.985), "xxx")) == {0, 1, 2}
    listed = comb_field("digits", values=("1534",))
    assert wanted(listed, judged(listed, SEEMS_1934, "xxxx")) == {0, 1, 2, 3}


def test_dates_are_compared_as_they_are_written() -> None:
    field = comb_field("date", format="DDMMYYYY")
    log_p = likely(
        *({digit: 0.99} for digit in "18021"), {"9": 0.6, "4": 0.39}, {"9": 0.99}, {"6": 0.99}
    )
    reading = judged(field, log_p, "xxxxxxxx")
    assert reading.value == "1996-02-18" and "'1496-02-18'" in reading.reasons[-1]
    assert wanted(field, reading) == {5}


def test_another_number_of_characters_is_not_settled_by_looking() -> None:
    field = comb_field("digits")
    reading = judged(field, likely({"1": 0.99}, {"4": 0.55, "9": 0.44}), "xx")
    longer = [str(reading.value) + "1"]
    assert places_to_look_at(field, reading.characters, reading.reasons, longer) is None
    assert places_to_look_at(field, (), reading.reasons[:1], ()) is None
