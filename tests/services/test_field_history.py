"""A field's history, and what a newer model says against a person's word."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from forms_app.reading.types import Outcome
from forms_app.services import around_field, review, review_notes
from forms_app.services.application import Application
from forms_app.services.dto.review import ItemKey, Scope, Seat
from forms_app.services.field_history import field_history
from forms_app.services.people import add_person
from forms_app.store.models import LOCAL_USER_ID, PageRow
from tests import factories

NEWER = "newer-model-000000000000"


@pytest.fixture
def key(app: Application) -> ItemKey:
    """A field that waits."""
    return ItemKey(factories.make_submission(app, factories.make_batch(app).id), "number")


def _read_again(app: Application, value: str | None, outcome: Outcome = Outcome.READ) -> None:
    with app.session() as session:
        page_id = session.scalars(select(PageRow.id)).one()
    reading = factories.reading("number", value, 0.9, outcome=outcome)
    factories.save_page(app, page_id, (reading,), NEWER)


def test_all_that_was_ever_said(app: Application, key: ItemKey) -> None:
    ann, bea = add_person(app, "Ann").id, add_person(app, "Bea").id
    review_notes.refer(app, key, "Is this a 7?", ann)
    note = "The paper says so"
    review.decide(app, *key, "correct", "12", user_id=bea, override=True, note=note)
    review.undo_decision(app, *key, user_id=ann)
    _read_again(app, "654321")
    found = field_history(app, key, Scope())
    steps = [(s.user_name, s.action, s.before, s.after, s.note) for s in found.steps]
    assert steps == [
        ("Bea", "correct", "123456", "12", "The paper says so"),
        ("Ann", "restore", "12", "123456", ""),
    ]
    assert (found.steps[0].read_as, found.steps[0].model_id) == ("123456", factories.MODEL_ID)
    assert found.steps[0].overridden and not found.steps[1].overridden
    readings = [(r.model_id, r.value, r.is_current) for r in found.readings]
    assert readings == [(factories.MODEL_ID, "123456", False), (NEWER, "654321", True)]
    assert [(note.text, note.resolved_by) for note in found.notes] == [("Is this a 7?", "Bea")]


def test_a_newer_reading_is_a_proposal_beside_the_decision(app: Application, key: ItemKey) -> None:
    review.decide(app, *key, "confirm")
    assert review.get_item(app, *key).current.proposal is None
    _read_again(app, "654321")
    current = review.get_item(app, *key).current
    assert (current.value, current.state) == ("123456", "decided")
    assert current.proposal is not None
    assert (current.proposal.model_id, current.proposal.value) == (NEWER, "654321")

    review.decide(app, *key, "confirm")
    kept = review.get_item(app, *key).current
    assert (kept.value, kept.proposal) == ("123456", None)
    assert len(field_history(app, key, Scope()).steps) == 2


def test_a_proposal_that_is_taken_is_none_any_more(app: Application, key: ItemKey) -> None:
    review.decide(app, *key, "confirm")
    _read_again(app, "654321")
    review.decide(app, *key, "correct", "654321")
    current = review.get_item(app, *key).current
    assert (current.value, current.proposal) == ("654321", None)


@pytest.mark.parametrize(
    ("value", "outcome"),
    [("123456", Outcome.READ), (None, Outcome.UNREADABLE), (None, Outcome.MISSING_PAGE)],
)
def test_nothing_new_is_no_proposal(
    app: Application, key: ItemKey, value: str | None, outcome: Outcome
) -> None:
    review.decide(app, *key, "confirm")
    _read_again(app, value, outcome)
    assert review.get_item(app, *key).current.proposal is None


def test_the_form_before(app: Application, key: ItemKey) -> None:
    assert around_field.value_before(app, key, Scope()) is None
    batch_id = review.get_submission(app, key.submission_id).batch_id
    second = factories.make_submission(app, batch_id, name="b.png")
    review.decide(app, *key, "correct", "111111")
    found = around_field.value_before(app, ItemKey(second, "number"), Scope())
    assert found is not None and (found.value, found.form_label) == ("111111", "scan.png, form 1")


def test_a_field_is_one_windows_at_a_time(app: Application, key: ItemKey) -> None:
    ann = Seat(add_person(app, "Ann").id, "hers")
    assert around_field.take_field(app, key, Scope(), ann).held_by == ""
    mine = Seat(LOCAL_USER_ID, "mine")
    assert around_field.take_field(app, key, None, mine).held_by == "Ann"
    assert around_field.take_field(app, key, Scope(), ann).held_by == ""


def test_what_a_form_still_needs(app: Application, key: ItemKey) -> None:
    form = key.submission_id
    consent = ItemKey(form, "consent")
    assert around_field.waiting_in_form(app, form, Scope()) == [key, consent]
    review_notes.postpone(app, key, LOCAL_USER_ID)
    assert around_field.waiting_in_form(app, form, Scope()) == [consent, key]
    review.decide(app, *consent, "confirm")
    review_notes.refer(app, key, "Which?", LOCAL_USER_ID)
    assert around_field.waiting_in_form(app, form, Scope()) == []
