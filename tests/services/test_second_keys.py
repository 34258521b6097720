"""High-risk fields: two people key them, the second without seeing the first one's word."""

from __future__ import annotations

from typing import Any

import pytest

from forms_app.errors import ChangedMeanwhileError, ConflictError, UserError
from forms_app.reading.types import Outcome, Value
from forms_app.services import batches, people, review
from forms_app.services.application import Application
from forms_app.services.decisions import decide
from forms_app.services.dto.review import Effort, ReviewItem, ReviewMode, Scope, Seat
from forms_app.services.handing_out import hand_out
from forms_app.services.seats import leave
from forms_app.services.taking_back import undo_decision
from forms_app.store.models import DecisionRow, SecondKeyRow
from tests import factories

RISKY: list[dict[str, Any]] = [
    factories.SURNAME,
    factories.NUMBER | {"second_key": True},
    factories.CONSENT,
]
NUMBER = factories.reading("number", "123456", 0.99, needs_review=True)
READINGS = (factories.reading("surname", "MILLER"), NUMBER, factories.reading("consent", True))
BY_THIRD = Effort(mode=ReviewMode.THIRD_KEY)


class Office:
    """A form with one high-risk field, and people."""

    def __init__(self, app: Application, names: str) -> None:
        self.app = app
        self.people = [people.add_person(app, name).id for name in names.split()]
        self.batch_id = factories.make_batch(app, RISKY).id
        self.form_id = factories.make_submission(app, self.batch_id, READINGS)

    def scope(self, mode: ReviewMode, user_id: int) -> Scope:
        return Scope(mode, self.batch_id, user_id=user_id)

    def waits_for(self, mode: ReviewMode, user_id: int) -> list[ReviewItem]:
        """What a person is handed in a window of their own."""
        seat = Seat(user_id, f"{mode}-{user_id}")
        items = hand_out(self.app, self.scope(mode, user_id), seat).items
        leave(self.app, seat)
        return list(items)

    def key(self, user_id: int, value: Value, action: str = "correct", **more: Any) -> str:
        return decide(
            self.app, self.form_id, "number", action, value, user_id=user_id, **more
        ).state

    def place(self) -> tuple[str, str]:
        item = review.get_item(self.app, self.form_id, "number")
        return item.current.state, item.stage

    def form_state(self) -> str:
        return review.get_submission(self.app, self.form_id).state


@pytest.fixture
def office(any_app: Application) -> Office:
    return Office(any_app, "Anna Ben Cleo")


def test_two_people_who_key_the_same_decide(office: Office) -> None:
    anna, ben, _ = office.people
    assert office.key(anna, None, "confirm") == "open"
    assert office.place() == ("open", "second_key")
    assert office.form_state() == "needs_review"
    assert office.waits_for(ReviewMode.FORMS, ben) == []
    assert office.waits_for(ReviewMode.SECOND_KEY, anna) == []
    [item] = office.waits_for(ReviewMode.SECOND_KEY, ben)
    assert item.key == (office.form_id, "number")
    assert office.key(ben, "123456") == "decided"
    assert office.form_state() == "done"
    assert batches.get_batch(office.app, office.batch_id).summary.reviewed == 1
    with office.app.session() as session:
        assert session.query(DecisionRow).one().user_id == anna
        second = session.query(SecondKeyRow).one()
        assert (second.user_id, second.action, second.value, second.agrees) == (
            ben,
            "correct",
            "123456",
            True,
        )


def test_the_second_person_is_told_nothing(office: Office) -> None:
    anna, ben, _ = office.people
    office.key(anna, "654321")
    for scope in (office.scope(ReviewMode.SECOND_KEY, ben), office.scope(ReviewMode.FORMS, ben)):
        item = review.get_item(office.app, office.form_id, "number", scope)
        assert item.is_blind and item.current.decision is None and item.rules == ()
        told = repr(item)
        assert "654321" not in told and "123456" not in told and "Anna" not in told
        assert "not sure" not in told
    shown = {
        value.field.name: value
        for value in review.get_submission(office.app, office.form_id, ben).fields
    }
    assert shown["number"].value is None and shown["number"].decision is None
    own = review.get_item(office.app, office.form_id, "number", user_id=anna)
    assert own.current.value == "654321"


def test_a_difference_is_for_a_third_person(office: Office) -> None:
    anna, ben, cleo = office.people
    office.key(anna, "654321")
    assert office.key(ben, "654327") == "open"
    assert office.place() == ("open", "third_key")
    for user_id in (anna, ben):
        assert office.waits_for(ReviewMode.THIRD_KEY, user_id) == []
    [item] = office.waits_for(ReviewMode.THIRD_KEY, cleo)
    assert [keyed.value for keyed in item.keyed] == ["654321", "654327"]
    told = repr(item)
    assert "Anna" not in told and "Ben" not in told and "123456" not in told
    for _ in range(2):
        assert office.key(cleo, "654327", effort=BY_THIRD, is_blind=True) == "decided"
    assert office.form_state() == "done"
    with office.app.session() as session:
        rows = session.query(DecisionRow).order_by(DecisionRow.id).all()
        assert [(row.user_id, row.value, row.mode) for row in rows] == [
            (anna, "654321", None),
            (cleo, "654327", "third_key"),
        ]


def test_the_first_two_cannot_settle_their_difference_while_others_can(office: Office) -> None:
    anna, ben, _ = office.people
    office.key(anna, "654321")
    office.key(ben, "654327")
    assert office.key(anna, "654327", effort=BY_THIRD) == "open"
    assert office.place() == ("open", "second_key")
    assert office.key(ben, "654327") == "decided"


def test_where_only_two_people_work_either_settles(any_app: Application) -> None:
    office = Office(any_app, "Anna Ben")
    anna, ben = office.people
    office.key(anna, "654321")
    office.key(ben, "654327")
    [item] = office.waits_for(ReviewMode.THIRD_KEY, anna)
    assert len(item.keyed) == 2
    assert office.key(anna, "654321", effort=BY_THIRD) == "decided"


def test_alone_the_field_waits(any_app: Application) -> None:
    office = Office(any_app, "Anna")
    [anna] = office.people
    office.key(anna, "123456")
    assert office.key(anna, "123456") == "open"
    assert office.waits_for(ReviewMode.SECOND_KEY, anna) == []
    assert office.place() == ("open", "second_key")


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [
        (("blank", None), ("blank", None), "decided"),
        (("unreadable", None), ("unreadable", None), "decided"),
        (("blank", None), ("unreadable", None), "open"),
        (("correct", "111111"), ("blank", None), "open"),
        (("correct", "111111"), ("correct", " 111111 "), "decided"),
    ],
)
def test_what_counts_as_the_same(
    office: Office, first: tuple[str, Value], second: tuple[str, Value], state: str
) -> None:
    anna, ben, _ = office.people
    office.key(anna, first[1], first[0])
    assert office.key(ben, second[1], second[0]) == state


def test_the_second_key_keeps_the_fields_rule(office: Office) -> None:
    anna, ben, _ = office.people
    office.key(anna, "12", override=True, note="as on paper")
    with pytest.raises(UserError, match="Number"):
        office.key(ben, "12")
    assert office.place() == ("open", "second_key")
    assert office.key(ben, "12", override=True, note="as on paper") == "decided"


def test_a_second_key_that_comes_too_late_changes_nothing(office: Office) -> None:
    anna, ben, cleo = office.people
    office.key(anna, "123456")
    office.key(ben, "123456", is_blind=True)
    # Sent once more, as after an answer that was lost.
    assert office.key(ben, "123456", is_blind=True) == "decided"
    with pytest.raises(ChangedMeanwhileError, match="meanwhile"):
        office.key(cleo, "123456", is_blind=True)
    assert office.place() == ("decided", "review")


def test_what_was_not_seen_cannot_be_confirmed(office: Office) -> None:
    anna, ben, _ = office.people
    office.key(anna, "123456")
    with pytest.raises(UserError, match="nothing to confirm"):
        office.key(ben, None, "confirm")


def test_a_new_first_word_needs_a_new_second_one(office: Office) -> None:
    anna, ben, _ = office.people
    office.key(anna, "111111")
    office.key(ben, "111111")
    assert office.key(anna, "222222") == "open"
    assert office.place() == ("open", "second_key")
    assert office.form_state() == "needs_review"
    assert office.key(ben, "222222") == "decided"


def test_the_first_word_taken_back_takes_the_second_along(office: Office) -> None:
    anna, ben, _ = office.people
    office.key(anna, "111111")
    office.key(ben, "222222")
    undo_decision(office.app, office.form_id, "number", anna)
    assert office.place() == ("open", "review")
    office.key(anna, "222222")
    assert office.place() == ("open", "second_key")


def test_the_second_word_taken_back_is_asked_for_again(office: Office) -> None:
    anna, ben, cleo = office.people
    office.key(anna, "111111")
    office.key(ben, "111111")
    assert undo_decision(office.app, office.form_id, "number", ben).state == "open"
    assert office.place() == ("open", "second_key")
    assert len(office.waits_for(ReviewMode.SECOND_KEY, cleo)) == 1
    office.key(cleo, "333333")
    assert office.place() == ("open", "third_key")
    with office.app.session() as session:
        rows = session.query(SecondKeyRow).order_by(SecondKeyRow.id)
        assert [row.action for row in rows] == ["correct", "restore", "correct"]


def test_nobody_takes_a_third_persons_or_the_first_ones_word_back(office: Office) -> None:
    anna, ben, cleo = office.people
    office.key(anna, "111111")
    office.key(ben, "111111")
    office.key(anna, "222222")
    office.key(cleo, "222222")
    with pytest.raises(ChangedMeanwhileError, match="Anna"):
        undo_decision(office.app, office.form_id, "number", ben, is_own=True)
    assert office.place() == ("decided", "review")
    undo_decision(office.app, office.form_id, "number", cleo, is_own=True)
    assert office.place() == ("open", "second_key")


def test_what_the_third_settled_taken_back_is_a_difference_again(office: Office) -> None:
    anna, ben, cleo = office.people
    office.key(anna, "111111")
    office.key(ben, "222222")
    office.key(cleo, "222222")
    undo_decision(office.app, office.form_id, "number", cleo)
    assert office.place() == ("open", "third_key")
    assert office.key(cleo, "111111") == "decided"
    undo_decision(office.app, office.form_id, "number", cleo)
    undo_decision(office.app, office.form_id, "number", anna)
    assert office.place() == ("open", "review")
    with pytest.raises(ConflictError):
        undo_decision(office.app, office.form_id, "number", anna)


def test_nobody_keys_a_page_that_is_not_there(any_app: Application) -> None:
    office = Office(any_app, "Anna Ben")
    lost = factories.reading("number", None, 1.0, needs_review=True, outcome=Outcome.MISSING_PAGE)
    office.form_id = factories.make_submission(
        any_app, office.batch_id, (READINGS[0], lost, READINGS[2]), name="b.png"
    )
    assert office.key(office.people[0], None, "confirm") == "decided"


def test_reading_again_keeps_what_people_keyed(office: Office) -> None:
    anna, ben, _ = office.people
    office.key(anna, "111111")
    item = review.get_item(office.app, office.form_id, "number")
    assert item.page_id is not None
    factories.save_page(office.app, item.page_id, READINGS, "another-model-0000000000")
    assert office.place() == ("open", "second_key")
    assert office.key(ben, "111111") == "decided"
