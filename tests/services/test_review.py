"""Review: the queue, decisions, rules, taking back."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_app.errors import ConflictError, NotFoundError, UserError
from forms_app.reading.types import Outcome, Value
from forms_app.services import batches, review
from forms_app.services.application import Application
from forms_app.services.dto.review import ItemKey
from forms_app.store.models import AuditEventRow, DecisionRow
from tests import factories


def _decoded(png: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)


def test_the_queue_goes_through_open_fields_in_order(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    first = factories.make_submission(any_app, batch.id, name="a.png")
    second = factories.make_submission(any_app, batch.id, name="b.png")
    keys = [ref.key for ref in review.list_items(any_app, batch.id)]
    assert keys == [(first, "number"), (first, "consent"), (second, "number"), (second, "consent")]
    item = review.next_item(any_app, batch.id)
    assert item is not None and item.key == keys[0]
    assert (item.position, item.total, item.open_count) == (1, 4, 4)
    assert (item.file_name, item.submission_label, item.page_number) == ("a.png", "a.png", 1)
    following = review.next_item(any_app, batch.id, after=keys[2])
    assert following is not None and following.key == keys[3]
    assert following.position == 4
    around = review.next_item(any_app, batch.id, after=keys[3])
    assert around is not None and around.key == keys[0]
    back = review.previous_item(any_app, batch.id, keys[2])
    assert back is not None and back.key == keys[1]
    assert review.previous_item(any_app, batch.id, keys[0]) is None


def test_the_queue_over_all_batches(app: Application) -> None:
    for name in ("a.png", "b.png"):
        factories.make_submission(app, factories.make_batch(app).id, name=name)
    item = review.next_item(app, None, after=ItemKey(1, "consent"))
    assert item is not None and item.key == (2, "number")
    assert batches.home_summary(app).waiting_fields == 4


def test_confirming_and_correcting_until_nothing_is_open(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    submission_id = factories.make_submission(any_app, batch.id)
    result = review.decide(any_app, submission_id, "number", "confirm")
    assert (result.state, result.value) == ("decided", "123456")
    assert (result.open_in_submission, result.submission_state) == (1, "needs_review")
    result = review.decide(any_app, submission_id, "consent", "correct", "no")
    assert (result.value, result.submission_state, result.open_in_batch) == (False, "done", 0)
    assert review.next_item(any_app, batch.id) is None
    summary = batches.get_batch(any_app, batch.id).summary
    assert (summary.auto_accepted, summary.needs_review, summary.reviewed) == (1, 0, 2)
    assert (summary.state, summary.submissions_done) == ("done", 1)
    values = {v.field.name: v for v in review.get_submission(any_app, submission_id).fields}
    assert [(v.value, v.provenance) for v in values.values()] == [
        ("MILLER", "machine"),
        ("123456", "confirmed"),
        (False, "corrected"),
    ]
    decision = values["consent"].decision
    assert decision is not None and decision.user_name == "Somebody"
    assert values["consent"].reading.value is True


@pytest.mark.parametrize(("action", "outcome"), [("blank", "blank"), ("unreadable", "unreadable")])
def test_saying_that_there_is_nothing_to_read(app: Application, action: str, outcome: str) -> None:
    submission_id = factories.make_submission(app, factories.make_batch(app).id)
    review.decide(app, submission_id, "number", action)
    current = review.get_item(app, submission_id, "number").current
    assert (current.value, current.outcome, current.state) == (None, outcome, "decided")


def test_confirming_a_blank_keeps_it_blank(app: Application) -> None:
    blank = factories.reading("number", None, 0.6, needs_review=True, outcome=Outcome.BLANK)
    submission_id = factories.make_submission(app, factories.make_batch(app).id, [blank])
    review.decide(app, submission_id, "number", "confirm")
    current = review.get_item(app, submission_id, "number").current
    assert (current.value, current.outcome, current.provenance) == (None, "blank", "confirmed")


def test_a_value_against_the_rule_is_refused_unless_overridden(any_app: Application) -> None:
    submission_id = factories.make_submission(any_app, factories.make_batch(any_app).id)
    with pytest.raises(UserError, match=r"Number: .*6"):
        review.decide(any_app, submission_id, "number", "correct", "12")
    assert review.get_item(any_app, submission_id, "number").current.state == "open"
    review.decide(
        any_app, submission_id, "number", "correct", "12", override=True, note="as on paper"
    )
    assert review.get_item(any_app, submission_id, "number").current.value == "12"
    with any_app.session() as session:
        assert session.query(DecisionRow).one().overridden


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("number", True, "must be text"),
        ("number", (), "does not fit"),
        ("consent", "perhaps", "must be true or false"),
    ],
)
def test_a_value_of_another_kind_is_refused_whatever_happens(
    app: Application, name: str, value: Value, reason: str
) -> None:
    submission_id = factories.make_submission(app, factories.make_batch(app).id)
    with pytest.raises(UserError, match=reason):
        review.decide(app, submission_id, name, "correct", value, override=True, note="as on paper")


def test_typed_values_take_their_canonical_form(app: Application) -> None:
    submission_id = factories.make_submission(app, factories.make_batch(app).id)
    result = review.decide(app, submission_id, "surname", "correct", " smith ")
    assert result.value == "SMITH"


def test_control_characters_are_left_out(any_app: Application) -> None:
    """PostgreSQL keeps no NUL."""
    submission_id = factories.make_submission(any_app, factories.make_batch(any_app).id)
    result = review.decide(any_app, submission_id, "surname", "correct", "SM\x00ITH\x07")
    assert result.value == "SMITH"


def test_the_same_decision_sent_twice_counts_once(any_app: Application) -> None:
    """The browser sends again what was not answered in time; `undo` then has one step to go."""
    submission_id = factories.make_submission(any_app, factories.make_batch(any_app).id)
    for _ in range(2):
        result = review.decide(any_app, submission_id, "number", "correct", "111111")
        assert (result.value, result.open_in_submission) == ("111111", 1)
    for _ in range(2):
        review.decide(any_app, submission_id, "number", "confirm")
    with any_app.session() as session:
        actions = [row.action for row in session.query(DecisionRow).order_by(DecisionRow.id)]
    assert actions == ["correct", "confirm"]
    review.undo_decision(any_app, submission_id, "number")
    assert review.undo_decision(any_app, submission_id, "number").state == "open"


def test_taking_decisions_back_one_by_one(any_app: Application) -> None:
    submission_id = factories.make_submission(any_app, factories.make_batch(any_app).id)
    review.decide(any_app, submission_id, "number", "correct", "111111")
    review.decide(any_app, submission_id, "number", "correct", "222222")
    assert review.undo_decision(any_app, submission_id, "number").value == "111111"
    result = review.undo_decision(any_app, submission_id, "number")
    assert (result.value, result.state) == ("123456", "open")
    with pytest.raises(ConflictError, match="nothing to take back"):
        review.undo_decision(any_app, submission_id, "number")
    with any_app.session() as session:
        actions = [row.action for row in session.query(DecisionRow).order_by(DecisionRow.id)]
    assert actions == ["correct", "correct", "restore", "restore"]


def test_taking_back_opens_a_finished_form_again(app: Application) -> None:
    submission_id = factories.make_submission(app, factories.make_batch(app).id)
    for name in ("number", "consent"):
        result = review.decide(app, submission_id, name, "confirm")
    assert result.submission_state == "done"
    assert review.undo_decision(app, submission_id, "number").submission_state == "needs_review"


def test_what_cannot_be_decided(app: Application) -> None:
    submission_id = factories.make_submission(app, factories.make_batch(app).id)
    with pytest.raises(UserError, match="restore"):
        review.decide(app, submission_id, "number", "restore")
    with pytest.raises(NotFoundError, match="nickname"):
        review.decide(app, submission_id, "nickname", "confirm")
    with pytest.raises(NotFoundError):
        review.get_item(app, 99, "number")


def test_the_crop_is_the_field_with_its_margin(app: Application) -> None:
    page = np.full((factories.HEIGHT_PX, factories.WIDTH_PX), 250, np.uint8)
    x, y, width, height = factories.NUMBER["box"]
    page[y : y + height, x : x + width] = 90
    submission_id = factories.make_submission(app, factories.make_batch(app).id, grey=page)
    item = review.get_item(app, submission_id, "number")
    left, top, crop_width, crop_height = item.crop_box_px
    crop = _decoded(review.crop_image(app, submission_id, "number"))
    assert crop.shape == (crop_height, crop_width)
    assert np.array_equal(crop, page[top : top + crop_height, left : left + crop_width])
    assert left < x and top < y and left + crop_width > x + width
    whole = _decoded(review.page_image(app, submission_id, 1))
    assert np.array_equal(whole, page)


def test_a_tick_box_is_shown_with_the_words_around_it(app: Application) -> None:
    submission_id = factories.make_submission(app, factories.make_batch(app).id)
    x, y, width, height = factories.CONSENT["box"]
    item = review.get_item(app, submission_id, "consent")
    left, top, shown_width, shown_height = item.crop_box_px
    assert left <= x - 4 * width and left + shown_width >= x + 5 * width
    assert top <= y - height and top + shown_height >= y + 2 * height
    crop = _decoded(review.crop_image(app, submission_id, "consent"))
    assert crop.shape == (shown_height, shown_width)


def test_images_that_are_not_there(app: Application) -> None:
    submission_id = factories.make_submission(app, factories.make_batch(app).id)
    with pytest.raises(NotFoundError, match="Page 2"):
        review.page_image(app, submission_id, 2)
    with pytest.raises(NotFoundError, match="nickname"):
        review.crop_image(app, submission_id, "nickname")


def test_rules_are_told_in_words(app: Application) -> None:
    submission_id = factories.make_submission(app, factories.make_batch(app).id)
    field = review.get_item(app, submission_id, "number").current.field
    assert (field.label, field.kind, field.cells) == ("Number", "digits", 6)
    assert field.rule == "digits only, at least 6 characters"
    assert len(field.cell_boxes_px) == 6


def test_decisions_leave_a_trace_without_values(app: Application) -> None:
    submission_id = factories.make_submission(app, factories.make_batch(app).id)
    review.decide(app, submission_id, "surname", "correct", "SECRET")
    with app.session() as session:
        events = session.query(AuditEventRow).filter_by(verb="decide").all()
    assert [(event.subject_id, event.detail) for event in events] == [
        (submission_id, {"field": "surname", "action": "correct"})
    ]
