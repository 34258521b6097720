"""Verdicts on choices, marks, signatures and images."""

from __future__ import annotations

import pytest

from forms_app.reading.confidence import judge_choice, judge_image, judge_mark
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.geometry import Box
from forms_app.reading.policy import ReviewPolicy
from forms_app.reading.types import InkState, MarkReading, Outcome
from tests.reading.made_fields import choice_field, comb_field

POLICY = ReviewPolicy()
MARK = FormField("consent", 1, FieldKind.MARK, Box(0, 0, 40, 40))
SIGNATURE = FormField("signature", 1, FieldKind.SIGNATURE, Box(0, 0, 400, 90))
IMAGE = FormField("remarks", 1, FieldKind.IMAGE, Box(0, 0, 400, 90))
CROSS = MarkReading(0.995, InkState.WRITTEN, 0.12)
NONE = MarkReading(0.01, InkState.EMPTY, 0.0)
FAINT = MarkReading(0.6, InkState.WRITTEN, 0.03)
STRUCK = MarkReading(0.04, InkState.STRUCK_OUT, 0.7)


def test_one_mark_is_the_choice() -> None:
    reading = judge_choice(choice_field(), [NONE, CROSS, NONE], 0.3, POLICY)
    assert (reading.value, reading.outcome, reading.needs_review) == ("B", Outcome.READ, False)


def test_a_mark_beside_the_boxes_is_reviewed() -> None:
    beside = "there is a mark beside the boxes"
    for marks in ([NONE, NONE, NONE], [NONE, CROSS, NONE]):
        assert judge_choice(choice_field(), marks, 0.3, POLICY, True).reasons == (beside,)
    assert judge_mark(comb_field("mark"), NONE, 0.3, POLICY, True).reasons == (beside,)


def test_no_mark_is_blank_and_reviewed_only_where_required() -> None:
    reading = judge_choice(choice_field(), [NONE, NONE, NONE], 0.3, POLICY)
    assert (reading.value, reading.outcome, reading.needs_review) == (None, Outcome.BLANK, False)
    assert judge_choice(choice_field(required=True), [NONE] * 3, 0.3, POLICY).needs_review


def test_two_marks_of_a_choice_are_reviewed() -> None:
    reading = judge_choice(choice_field(), [CROSS, CROSS, NONE], 0.3, POLICY)
    assert reading.needs_review and reading.reasons[0] == "2 boxes are marked: A, B"
    assert reading.confidence < 0.95


def test_a_struck_mark_is_not_chosen() -> None:
    reading = judge_choice(choice_field(), [CROSS, STRUCK, NONE], 0.3, POLICY)
    assert reading.value == "A" and not reading.needs_review
    alone = judge_choice(choice_field(), [NONE, STRUCK, NONE], 0.3, POLICY)
    assert alone.value is None and "the mark at 'B' is struck out" in alone.reasons


def test_a_faint_mark_is_reviewed_and_named() -> None:
    reading = judge_choice(choice_field(), [NONE, FAINT, NONE], 0.3, POLICY)
    assert reading.needs_review and "the mark at 'B' is doubtful (60%)" in reading.reasons


def test_choices_take_every_mark() -> None:
    reading = judge_choice(choice_field("choices"), [CROSS, NONE, CROSS], 0.3, POLICY)
    assert reading.value == ("A", "C") and not reading.needs_review
    empty = judge_choice(choice_field("choices"), [NONE] * 3, 0.3, POLICY)
    assert empty.value == () and empty.outcome is Outcome.BLANK


@pytest.mark.parametrize(
    ("field", "mark", "value", "reviewed"),
    [
        (MARK, CROSS, True, False),
        (MARK, NONE, False, False),
        (MARK, FAINT, True, True),
        (MARK, STRUCK, False, True),
        (SIGNATURE, CROSS, True, False),
        (SIGNATURE, NONE, False, False),
    ],
)
def test_marks_and_signatures(
    field: FormField, mark: MarkReading, value: bool, reviewed: bool
) -> None:
    reading = judge_mark(field, mark, 0.3, POLICY)
    assert reading.value is value and reading.needs_review is reviewed


def test_a_badly_laid_page_sends_marks_to_review() -> None:
    reading = judge_mark(MARK, CROSS, 6.0, POLICY)
    assert reading.needs_review and "6.0 px off" in reading.reasons[0]


def test_images_are_keyed_by_a_person_unless_empty() -> None:
    assert judge_image(IMAGE, 0.0, 0.3, POLICY).outcome is Outcome.BLANK
    reading = judge_image(IMAGE, 0.08, 0.3, POLICY)
    assert reading.needs_review and reading.reasons == ("to be keyed by a person",)
