"""A random sample of what the machine accepted by itself, keyed blind."""

from __future__ import annotations

import pytest

from forms_app.errors import ChangedMeanwhileError, ConflictError, UserError
from forms_app.reading.types import Value
from forms_app.services import people, review
from forms_app.services.application import Application
from forms_app.services.dto.review import ItemKey, ReviewMode, Scope, Seat
from forms_app.services.handing_out import hand_out
from forms_app.services.quality_samples import (
    check_sampled,
    draw_sample,
    sample_status,
    take_check_back,
)
from forms_app.store.models import DecisionRow, QualitySampleRow
from tests import factories

ACCEPTED = (
    factories.reading("surname", "MILLER"),
    factories.reading("number", "123456"),
    factories.reading("consent", True),
)


def make_accepted(app: Application, forms: int) -> int:
    """A batch whose fields are all accepted: three a form."""
    batch_id = factories.make_batch(app).id
    for i in range(forms):
        factories.make_submission(app, batch_id, ACCEPTED, name=f"{i}.png")
    return batch_id


def test_drawing_twice_adds_what_is_missing(any_app: Application) -> None:
    batch_id = make_accepted(any_app, 9)
    assert (sample_status(any_app, batch_id).drawn, sample_status(any_app, batch_id).suggested) == (
        0,
        20,
    )
    assert draw_sample(any_app, batch_id).drawn == 20
    assert draw_sample(any_app, batch_id).drawn == 20
    assert draw_sample(any_app, batch_id, 22).drawn == 22
    assert draw_sample(any_app, batch_id, 5).drawn == 22
    status = draw_sample(any_app, batch_id, 500)
    assert (status.drawn, status.accepted, status.waiting) == (27, 27, 27)
    with any_app.session() as session:
        rows = session.query(QualitySampleRow).all()
        assert len({(row.submission_id, row.field_name) for row in rows}) == 27


def test_a_sample_has_a_size_and_something_to_draw_from(app: Application) -> None:
    batch_id = make_accepted(app, 1)
    for size in (0, -1, 10_001):
        with pytest.raises(UserError, match="1 to 10,000"):
            draw_sample(app, batch_id, size)
    empty = factories.make_batch(app).id
    with pytest.raises(UserError, match="accepted no field"):
        draw_sample(app, empty)


def test_what_agrees_stays_accepted(any_app: Application) -> None:
    batch_id = make_accepted(any_app, 1)
    draw_sample(any_app, batch_id)
    scope = Scope(ReviewMode.SAMPLE, batch_id)
    items = hand_out(any_app, scope, Seat(1, "w"), count=3).items
    assert [item.key.field_name for item in items] == ["surname", "number"] or len(items) == 3
    assert all(item.is_blind and item.current.value is None for item in items)
    assert "MILLER" not in repr(items) and "123456" not in repr(items)
    for name, value in (("surname", "miller"), ("number", "123456"), ("consent", True)):
        check_sampled(any_app, ItemKey(1, name), "correct", value, seat=Seat(1, "w"))
    status = sample_status(any_app, batch_id)
    assert (status.checked, status.wrong, status.waiting) == (3, 0, 0)
    assert status.low == 0 and 0.5 < status.high < 0.6
    detail = review.get_submission(any_app, 1)
    assert [value.state for value in detail.fields] == ["accepted"] * 3
    assert detail.state == "done"
    with any_app.session() as session:
        assert session.query(DecisionRow).count() == 0


@pytest.mark.parametrize(
    ("action", "value"), [("correct", "123457"), ("blank", None), ("unreadable", None)]
)
def test_a_difference_opens_the_field(any_app: Application, action: str, value: Value) -> None:
    batch_id = make_accepted(any_app, 1)
    draw_sample(any_app, batch_id)
    key = ItemKey(1, "number")
    assert check_sampled(any_app, key, action, value).state == "open"
    assert check_sampled(any_app, key, action, value).state == "open"
    item = review.next_item(any_app, batch_id)
    assert item is not None and item.key == key
    assert item.current.value == "123456"
    assert item.current.reading.reasons == ("a quality check read it differently",)
    assert review.get_submission(any_app, 1).state == "needs_review"
    assert sample_status(any_app, batch_id).wrong == 1
    with pytest.raises(ChangedMeanwhileError):
        check_sampled(any_app, key, "correct", "999999")
    review.decide(any_app, *key, "confirm")
    status = sample_status(any_app, batch_id)
    assert (status.checked, status.wrong) == (1, 0)


def test_a_difference_that_people_uphold_was_wrong(any_app: Application) -> None:
    batch_id = make_accepted(any_app, 1)
    draw_sample(any_app, batch_id)
    check_sampled(any_app, ItemKey(1, "number"), "correct", "123457")
    review.decide(any_app, 1, "number", "correct", "123457")
    status = sample_status(any_app, batch_id)
    assert (status.checked, status.wrong) == (1, 1)
    assert 0.2 < status.low < 0.21 and status.high == 1


def test_a_check_taken_back_is_asked_for_again(any_app: Application) -> None:
    batch_id = make_accepted(any_app, 1)
    ben = people.add_person(any_app, "Ben").id
    draw_sample(any_app, batch_id)
    key = ItemKey(1, "number")
    check_sampled(any_app, key, "correct", "123457")
    with pytest.raises(ConflictError, match="not checked"):
        take_check_back(any_app, key, ben)
    assert take_check_back(any_app, key).state == "accepted"
    assert review.get_submission(any_app, 1).state == "done"
    assert sample_status(any_app, batch_id).waiting == 3
    check_sampled(any_app, key, "correct", "123457")
    review.decide(any_app, *key, "confirm")
    with pytest.raises(ConflictError, match="decided this field since"):
        take_check_back(any_app, key)


def test_what_was_not_seen_cannot_be_confirmed_nor_break_the_rule(app: Application) -> None:
    batch_id = make_accepted(app, 1)
    draw_sample(app, batch_id)
    with pytest.raises(UserError, match="nothing to confirm"):
        check_sampled(app, ItemKey(1, "number"), "confirm")
    with pytest.raises(UserError, match="Number"):
        check_sampled(app, ItemKey(1, "number"), "correct", "12")
    assert check_sampled(app, ItemKey(1, "number"), "correct", "12", override=True).state == "open"


def test_a_box_without_a_tick_is_as_good_as_blank(app: Application) -> None:
    batch_id = factories.make_batch(app).id
    unticked = (*ACCEPTED[:2], factories.reading("consent", False))
    factories.make_submission(app, batch_id, unticked)
    draw_sample(app, batch_id)
    assert check_sampled(app, ItemKey(1, "consent"), "blank").state == "accepted"


def test_only_what_was_drawn_and_still_stands_is_checked(app: Application) -> None:
    batch_id = make_accepted(app, 1)
    with pytest.raises(ChangedMeanwhileError):
        check_sampled(app, ItemKey(1, "number"), "correct", "123456")
    draw_sample(app, batch_id)
    review.decide(app, 1, "number", "correct", "123457")
    with pytest.raises(ChangedMeanwhileError):
        check_sampled(app, ItemKey(1, "number"), "correct", "123456")


def test_a_difference_outlasts_reading_again_as_the_same(any_app: Application) -> None:
    batch_id = make_accepted(any_app, 1)
    draw_sample(any_app, batch_id)
    check_sampled(any_app, ItemKey(1, "number"), "correct", "123457")
    page_id = review.get_item(any_app, 1, "number").page_id
    assert page_id is not None
    factories.save_page(any_app, page_id, ACCEPTED, "another-model-0000000000")
    assert review.get_item(any_app, 1, "number").current.state == "open"
    better = (ACCEPTED[0], factories.reading("number", "123457"), ACCEPTED[2])
    factories.save_page(any_app, page_id, better, "another-model-0000000000")
    assert review.get_item(any_app, 1, "number").current.state == "accepted"
