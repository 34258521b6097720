"""A supervisor sends a form back: its fields wait again until somebody decides them anew."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from forms_app.errors import ConflictError, NotFoundError, UserError
from forms_app.services import batches, people, review, review_notes
from forms_app.services.application import Application
from forms_app.services.dto.review import ItemKey, Scope, Seat
from forms_app.services.export_building import build_export
from forms_app.services.exports import list_exports, request_export
from forms_app.services.handing_out import hand_out
from forms_app.services.returning import send_back, take_back_return
from forms_app.store.models import AuditEventRow, PageRow, SubmissionFieldRow
from tests import factories
from tests.factories import READINGS

LOOK = "Look at the 7 again."


@pytest.fixture
def form(any_app: Application) -> int:
    """A form of which people have decided the two fields that waited."""
    form_id = factories.make_submission(any_app, factories.make_batch(any_app).id)
    review.decide(any_app, form_id, "number", "correct", "765432")
    review.decide(any_app, form_id, "consent", "confirm")
    return form_id


@pytest.fixture
def ben(any_app: Application) -> int:
    """The supervisor."""
    return people.add_person(any_app, "Ben").id


def state(app: Application, form: int, name: str) -> tuple[str, bool]:
    with app.session() as session:
        row = session.scalars(
            select(SubmissionFieldRow).where(
                SubmissionFieldRow.submission_id == form, SubmissionFieldRow.field_name == name
            )
        ).one()
        return row.state, row.flagged


def handed(app: Application) -> list[str]:
    """Names of the fields that a person is handed."""
    seat = Seat(people.add_person(app, "Whoever").id, "w")
    items = hand_out(app, Scope(user_id=seat.user_id), seat, None, 20).items
    return [item.key.field_name for item in items]


def test_all_that_was_decided_waits_again_with_the_note(
    any_app: Application, form: int, ben: int
) -> None:
    assert review.get_submission(any_app, form).state == "done"
    assert send_back(any_app, form, f"  {LOOK} ", ben) == 2
    assert review.get_submission(any_app, form).state == "needs_review"
    item = review.get_item(any_app, form, "number")
    assert (item.current.state, item.current.value) == ("open", "765432")
    assert item.current.decision and item.current.decision.action == "correct"
    assert any(LOOK in reason and "Ben" in reason for reason in item.current.reading.reasons)
    assert state(any_app, form, "surname") == ("accepted", False)
    assert handed(any_app) == ["number", "consent"]
    with any_app.session() as session:
        event = session.scalars(select(AuditEventRow).where(AuditEventRow.verb == "return")).one()
    assert (event.user_id, event.subject_id, event.detail) == (ben, form, {"fields": 2})


def test_the_same_word_again_settles_it(any_app: Application, form: int, ben: int) -> None:
    send_back(any_app, form, LOOK, ben, ["number"])
    review.decide(any_app, form, "number", "correct", "765432")
    assert state(any_app, form, "number")[0] == "decided"
    assert review_notes.open_notes(any_app) == ()
    assert review.get_submission(any_app, form).state == "done"


def test_undoing_the_new_word_leaves_the_field_sent_back(
    any_app: Application, form: int, ben: int
) -> None:
    send_back(any_app, form, LOOK, ben, ["number"])
    review.decide(any_app, form, "number", "correct", "111111")
    review.undo_decision(any_app, form, "number")
    assert state(any_app, form, "number") == ("open", True)
    [note] = review_notes.open_notes(any_app)
    assert (note.kind, note.text, note.field_label) == ("return", LOOK, "Number")


def test_reading_again_does_not_close_it(any_app: Application, form: int, ben: int) -> None:
    send_back(any_app, form, LOOK, ben, ["number", "surname"])
    sure = [factories.reading(each.name, each.value) for each in READINGS]
    with any_app.session() as session:
        page_id = session.scalars(select(PageRow.id)).one()
    factories.save_page(any_app, page_id, sure)
    assert state(any_app, form, "number") == ("open", True)
    assert state(any_app, form, "surname") == ("open", True)
    assert state(any_app, form, "consent") == ("decided", False)
    assert review.get_item(any_app, form, "number").current.value == "765432"


def test_a_field_that_the_machine_was_sure_of(any_app: Application, form: int, ben: int) -> None:
    assert send_back(any_app, form, LOOK, ben, ["surname"]) == 1
    assert handed(any_app) == ["surname"]
    review.decide(any_app, form, "surname", "confirm")
    review.undo_decision(any_app, form, "surname")
    assert state(any_app, form, "surname") == ("open", True)


def test_what_was_sent_back_can_be_taken_back(any_app: Application, form: int, ben: int) -> None:
    send_back(any_app, form, LOOK, ben, ["number", "surname"])
    review.decide(any_app, form, "number", "correct", "111111")
    assert take_back_return(any_app, form, ben) == 1
    assert state(any_app, form, "surname") == ("accepted", False)
    assert review.get_item(any_app, form, "number").current.value == "111111"
    assert review.get_submission(any_app, form).state == "done"
    with pytest.raises(ConflictError, match="Nothing of this form waits"):
        take_back_return(any_app, form, ben)


def test_a_field_taken_back_stays_so_when_its_decision_is_undone(
    any_app: Application, form: int, ben: int
) -> None:
    send_back(any_app, form, LOOK, ben, ["number"])
    take_back_return(any_app, form, ben)
    assert state(any_app, form, "number")[0] == "decided"
    review.decide(any_app, form, "number", "correct", "111111")
    review.undo_decision(any_app, form, "number")
    assert state(any_app, form, "number")[0] == "decided"


def test_exports_say_so(any_app: Application, form: int, ben: int) -> None:
    send_back(any_app, form, LOOK, ben)
    batch_id = review.get_submission(any_app, form).batch_id
    export = request_export(any_app, batch_id, "jsonl")
    build_export(any_app, export.id)
    [built] = list_exports(any_app, batch_id)
    assert built.open_fields == 2
    assert batches.get_batch(any_app, batch_id).summary.state == "needs_review"


def test_what_cannot_be_sent_back(any_app: Application, form: int, ben: int) -> None:
    with pytest.raises(UserError, match="Say what whoever gets the form should look at"):
        send_back(any_app, form, "  ", ben)
    with pytest.raises(UserError, match="at most 500"):
        send_back(any_app, form, "x" * 501, ben)
    with pytest.raises(NotFoundError, match="no field weight"):
        send_back(any_app, form, LOOK, ben, ["weight"])
    with pytest.raises(NotFoundError):
        send_back(any_app, 99, LOOK, ben)
    untouched = factories.make_submission(
        any_app, review.get_submission(any_app, form).batch_id, name="other.png"
    )
    with pytest.raises(ConflictError, match="Nobody has decided"):
        send_back(any_app, untouched, LOOK, ben)
    assert review.get_item(any_app, *ItemKey(form, "number")).current.state == "decided"
