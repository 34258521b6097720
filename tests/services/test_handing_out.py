"""Fields are handed to one window of one person, and lapse: two people, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from forms_app.errors import ChangedMeanwhileError, HeldByAnotherError
from forms_app.services import people, review, seats
from forms_app.services.application import Application
from forms_app.services.dto.review import ItemKey, Scope, Seat
from forms_app.services.handing_out import hand_out
from forms_app.services.sweeping import sweep
from forms_app.store import field_leases
from forms_app.store.models import FieldLeaseRow
from tests.services.meanwhile import suspend
from tests.services.reviewers import make_lapse, make_work


@pytest.fixture
def two(any_app: Application) -> tuple[Seat, Seat]:
    """Two people."""
    anna, ben = (people.add_person(any_app, name).id for name in ("Anna", "Ben"))
    return Seat(anna, "a"), Seat(ben, "b")


def keys_of(
    app: Application, seat: Seat, batch_id: int, count: int = 20, after: ItemKey | None = None
) -> list[ItemKey]:
    scope = Scope(batch_id=batch_id, user_id=seat.user_id)
    return [item.key for item in hand_out(app, scope, seat, after, count).items]


def test_a_lapsed_lease_is_taken_over_and_the_late_word_refused(
    any_app: Application, two: tuple[Seat, Seat]
) -> None:
    anna, ben = two
    batch_id = make_work(any_app, 1)
    [first, second] = keys_of(any_app, anna, batch_id)
    make_lapse(any_app, anna)
    assert first in keys_of(any_app, ben, batch_id)
    with pytest.raises(HeldByAnotherError, match="Ben has this field on screen"):
        review.decide(any_app, *first, "confirm", user_id=anna.user_id, seat=anna, seen=0)
    review.decide(any_app, *first, "correct", "ROE", user_id=ben.user_id, seat=ben, seen=0)
    with pytest.raises(ChangedMeanwhileError, match="Ben has decided this field meanwhile"):
        review.decide(any_app, *first, "confirm", user_id=anna.user_id, seat=anna, seen=0)
    seats.leave(any_app, ben)
    # Nobody took it: that it came late does no harm.
    review.decide(any_app, *second, "confirm", user_id=anna.user_id, seat=anna, seen=0)
    assert review.get_item(any_app, *first).current.value == "ROE"
    assert review.get_item(any_app, *second).current.state == "decided"


def test_who_is_at_work_keeps_the_fields_and_the_sweeper_drops_what_lapsed(
    any_app: Application, two: tuple[Seat, Seat]
) -> None:
    anna, ben = two
    batch_id = make_work(any_app, 1)
    held = keys_of(any_app, anna, batch_id)
    make_lapse(any_app, anna)
    seats.stay(any_app, anna)
    assert not set(held) & set(keys_of(any_app, ben, batch_id))
    make_lapse(any_app, anna)
    sweep(any_app)
    with any_app.session() as session:
        assert set(session.scalars(select(FieldLeaseRow.user_id))) == {ben.user_id}


def test_nobody_takes_everything_when_little_is_left(
    any_app: Application, two: tuple[Seat, Seat]
) -> None:
    anna, ben = two
    batch_id = make_work(any_app, 4)
    assert len(keys_of(any_app, anna, batch_id)) == 6  # half of what there is
    theirs = keys_of(any_app, ben, batch_id)
    assert len(theirs) == 2 and len({key.submission_id for key in theirs}) == 1
    # Asking once more brings nothing beyond the share.
    assert len(keys_of(any_app, ben, batch_id)) == 2


def test_a_form_that_somebody_is_in_is_passed_over_while_there_are_others(
    any_app: Application, two: tuple[Seat, Seat]
) -> None:
    anna, ben = two
    batch_id = make_work(any_app, 2)
    [first] = keys_of(any_app, anna, batch_id, 1)
    [other] = keys_of(any_app, ben, batch_id, 1)
    assert first.submission_id != other.submission_id
    review.decide(any_app, *other, "confirm", user_id=ben.user_id, seat=ben)


def test_who_gets_nothing_hears_how_much_lies_with_others(
    any_app: Application, two: tuple[Seat, Seat]
) -> None:
    anna, ben = two
    batch_id = make_work(any_app, 1)
    held = keys_of(any_app, anna, batch_id)
    [last] = keys_of(any_app, ben, batch_id)
    third = Seat(ben.user_id, "another window of the same person")
    scope = Scope(batch_id=batch_id, user_id=ben.user_id)
    nothing = hand_out(any_app, scope, third, None, 20)
    assert (nothing.items, nothing.with_others) == ((), 3)
    for key in held:
        review.decide(any_app, *key, "confirm", user_id=anna.user_id, seat=anna)
    assert hand_out(any_app, scope, third).with_others == 1
    seats.leave(any_app, ben)
    assert keys_of(any_app, third, batch_id) == [last]


def test_a_window_is_handed_its_own_fields_again_after_a_reload(
    any_app: Application, two: tuple[Seat, Seat]
) -> None:
    anna, _ = two
    batch_id = make_work(any_app, 3)
    held = keys_of(any_app, anna, batch_id)
    assert keys_of(any_app, anna, batch_id) == held
    assert keys_of(any_app, anna, batch_id, 1, held[0]) == [held[1]]
    # Past the last one it comes round to what was passed over.
    assert keys_of(any_app, anna, batch_id, 20, held[-1])[-1] in held


def test_a_seat_whose_last_word_comes_in_between_is_handed_more(
    any_app: Application, two: tuple[Seat, Seat], monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, _ = two
    batch_id = make_work(any_app, 2)
    [first] = keys_of(any_app, anna, batch_id, 1)

    suspend(monkeypatch, field_leases, "count_seats", lambda: seats.leave(any_app, anna))
    assert keys_of(any_app, anna, batch_id, 3, after=first)
