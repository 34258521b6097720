"""What the supervisor sees of review, and how work goes from one to another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from forms_app.errors import NotFoundError
from forms_app.services import people, review, review_notes, team
from forms_app.services.application import Application
from forms_app.services.dto.review import ItemKey, ReviewMode, Scope, Seat
from forms_app.services.handing_out import hand_out
from forms_app.services.returning import send_back
from forms_app.services.seats import leave
from forms_app.store.base import utc_now
from forms_app.store.models import AuditEventRow, FieldLeaseRow
from forms_app.store.team import Done
from tests import factories


@pytest.fixture
def batch_id(any_app: Application) -> int:
    """A batch of three forms, in each of which two fields wait."""
    batch = factories.make_batch(any_app)
    for number in range(3):
        factories.make_submission(any_app, batch.id, name=f"scan-{number}.png")
    return batch.id


@pytest.fixture
def anna(any_app: Application) -> Seat:
    return Seat(people.add_person(any_app, "Anna").id, "a")


@pytest.fixture
def ben(any_app: Application) -> Seat:
    return Seat(people.add_person(any_app, "Ben").id, "b")


def keys(app: Application, seat: Seat, batch_id: int, count: int = 20) -> list[ItemKey]:
    scope = Scope(batch_id=batch_id, user_id=seat.user_id)
    return [item.key for item in hand_out(app, scope, seat, None, count).items]


def test_who_has_what_and_who_did_what(
    any_app: Application, batch_id: int, anna: Seat, ben: Seat
) -> None:
    held = keys(any_app, anna, batch_id, 2)
    by_field = Scope(ReviewMode.FIELD, batch_id, "number", ben.user_id)
    [item] = hand_out(any_app, by_field, ben).items
    review.decide(any_app, *item.key, "confirm", user_id=ben.user_id, seat=ben)
    first, second = team.get_team(any_app, batch_id).members
    assert (first.name, first.today, first.last_at, first.an_hour) == ("Anna", 0, None, None)
    [work] = first.works
    assert (work.batch_id, work.mode, work.fields) == (batch_id, "forms", len(held))
    assert utc_now() - work.since < timedelta(minutes=1)
    assert (second.name, second.works, second.today) == ("Ben", (), 1)
    assert second.last_at is not None
    found = team.get_team(any_app)
    assert (found.waiting, found.with_people, found.kept_for) == (5, 2, "")
    [form] = found.decided
    assert (form.submission_id, form.user_name, form.fields) == (item.key[0], "Ben", 1)
    other = factories.make_batch(any_app).id
    assert team.get_team(any_app, other).members == ()


def test_since_when_somebody_sits_there_outlasts_single_fields(
    any_app: Application, batch_id: int, anna: Seat
) -> None:
    first, *_ = keys(any_app, anna, batch_id)
    earlier = utc_now() - timedelta(minutes=20)
    with any_app.session() as session:
        session.execute(update(FieldLeaseRow).values(seated_at=earlier))
    review.decide(any_app, *first, "confirm", user_id=anna.user_id, seat=anna)
    keys(any_app, anna, batch_id)
    [member] = team.get_team(any_app).members
    assert {work.since for work in member.works} == {earlier}
    leave(any_app, anna)
    keys(any_app, anna, batch_id)
    [member] = team.get_team(any_app).members
    assert member.works[0].since > earlier


def test_fields_are_taken_away_and_go_to_others(
    any_app: Application, batch_id: int, anna: Seat, ben: Seat
) -> None:
    held = keys(any_app, anna, batch_id)
    assert team.take_away(any_app, anna.user_id, batch_id, ben.user_id) == len(held)
    assert team.take_away(any_app, anna.user_id, None, ben.user_id) == 0
    [taken] = keys(any_app, ben, batch_id, 1)
    assert taken in held
    # What nobody took yet counts all the same when it comes.
    left = next(key for key in held if key != taken)
    review.decide(any_app, *left, "confirm", user_id=anna.user_id, seat=anna)
    with any_app.session() as session:
        events = select(AuditEventRow).where(AuditEventRow.verb == "take_away")
        first, _ = session.scalars(events.order_by(AuditEventRow.id)).all()
    assert (first.user_id, first.subject_id) == (ben.user_id, anna.user_id)
    assert first.detail == {"fields": len(held)}


def test_the_rest_of_a_batch_is_kept_for_one(
    any_app: Application, batch_id: int, anna: Seat, ben: Seat
) -> None:
    held = keys(any_app, ben, batch_id, 1)
    assert team.keep_for(any_app, batch_id, anna.user_id, ben.user_id) == "Anna"
    assert team.get_team(any_app, batch_id).kept_for == "Anna"
    review.decide(any_app, *held[0], "confirm", user_id=ben.user_id, seat=ben)
    scope = Scope(batch_id=batch_id, user_id=ben.user_id)
    nothing = hand_out(any_app, scope, ben, None, 20)
    assert (nothing.items, nothing.kept_for) == ((), "Anna")
    assert hand_out(any_app, Scope(user_id=ben.user_id), ben).items == ()
    assert keys(any_app, anna, batch_id)
    team.keep_for_all(any_app, batch_id, ben.user_id)
    assert keys(any_app, ben, batch_id)
    with any_app.session() as session:
        kept = select(AuditEventRow.detail).where(AuditEventRow.verb == "keep")
        assert session.scalars(kept.order_by(AuditEventRow.id)).all() == [
            {"kept_for": anna.user_id},
            {"kept_for": None},
        ]


def test_what_waits_for_the_supervisor(
    any_app: Application, batch_id: int, anna: Seat, ben: Seat
) -> None:
    first, second, *_ = keys(any_app, anna, batch_id)
    review_notes.refer(any_app, first, "A 1 or a 7?", anna.user_id, anna)
    review.decide(any_app, *second, "confirm", user_id=anna.user_id, seat=anna)
    send_back(any_app, second.submission_id, "Once more, please.", ben.user_id)
    found = team.get_team(any_app, batch_id)
    [asked] = found.referred
    assert (asked.note.text, asked.note.user_name, asked.has_picture) == (
        "A 1 or a 7?",
        "Anna",
        True,
    )
    [back] = found.sent_back
    assert (back.note.text, back.fields) == ("Once more, please.", ("consent",))
    assert found.misaligned == ()
    review_notes.resolve(any_app, asked.note.id, "A 7.", ben.user_id)
    assert team.get_team(any_app).referred == ()


def test_a_pace_needs_some_minutes(any_app: Application, batch_id: int, anna: Seat) -> None:
    now = utc_now()
    done = Done(anna.user_id, 61, now, 61, now - timedelta(minutes=30))
    assert team.pace(done) == 120
    short = Done(anna.user_id, 9, now, 9, now - timedelta(seconds=30))
    assert team.pace(short) is None


def test_nobody_and_nothing(any_app: Application, batch_id: int) -> None:
    for act in (
        lambda: team.get_team(any_app, 99),
        lambda: team.take_away(any_app, 99, None, 1),
        lambda: team.take_away(any_app, 1, 99, 1),
        lambda: team.keep_for(any_app, batch_id, 99, 1),
        lambda: team.keep_for(any_app, 99, 1, 1),
        lambda: team.keep_for_all(any_app, 99, 1),
    ):
        with pytest.raises(NotFoundError):
            act()
