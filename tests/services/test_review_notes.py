"""Referring, putting off, reporting a page: none of it decides, and each comes to an end."""

from __future__ import annotations

import pytest

from forms_app.errors import ConflictError, UserError
from forms_app.services import page_actions, page_images, page_queue, review, review_notes
from forms_app.services.application import Application
from forms_app.services.dto.review import ItemKey, ReviewMode, Scope, Seat
from forms_app.services.handing_out import hand_out
from forms_app.services.page_placements import PagePlacement
from forms_app.services.people import add_person
from forms_app.store.models import LOCAL_USER_ID, SubmissionFieldRow
from forms_app.store.review_queue import find_field
from tests import factories
from tests.fakes import run_sent_tasks
from tests.services.two_page_scans import FIELDS, filled_page, tiff_of

SEAT = Seat(LOCAL_USER_ID, "one")


def _next_keys(app: Application, mode: ReviewMode = ReviewMode.FORMS) -> list[ItemKey]:
    return [item.key for item in hand_out(app, Scope(mode), SEAT, count=9).items]


def _field(app: Application, key: ItemKey) -> SubmissionFieldRow:
    with app.session() as session:
        row = find_field(session, *key)
        assert row is not None
        return row


@pytest.fixture
def number(app: Application) -> ItemKey:
    """A field that waits; `consent` of the same form does too."""
    return _number(app)


def _number(app: Application) -> ItemKey:
    return ItemKey(factories.make_submission(app, factories.make_batch(app).id), "number")


def test_a_referred_field_waits_for_who_knows_better(any_app: Application) -> None:
    app, number, ann = any_app, _number(any_app), add_person(any_app, "Ann").id
    note = review_notes.refer(app, number, "  Which\n ward? ", ann)
    assert (note.kind, note.text, note.user_name) == ("refer", "Which ward?", "Ann")
    assert (note.form_label, note.field_label) == ("scan.png, form 1", "Number")
    assert _next_keys(app) == [(number.submission_id, "consent")]
    assert _next_keys(app, ReviewMode.REFERRED) == [number]
    assert [each.id for each in review_notes.open_notes(app, note.batch_id)] == [note.id]
    assert review_notes.open_notes(app, note.batch_id + 1) == ()

    review.decide(app, *number, "correct", "654321")
    assert review_notes.open_notes(app) == ()
    assert _next_keys(app, ReviewMode.REFERRED) == []


def test_a_note_is_answered_without_a_decision(app: Application, number: ItemKey) -> None:
    bea = add_person(app, "Bea").id
    note = review_notes.refer(app, number, "Is this a 7?", LOCAL_USER_ID)
    answered = review_notes.resolve(app, note.id, "Read it as 7.", bea)
    assert (answered.answer, answered.resolved_by) == ("Read it as 7.", "Bea")
    assert _next_keys(app)[0] == number
    with pytest.raises(ConflictError, match="has answered this note already"):
        review_notes.resolve(app, note.id, "Again.", bea)


def test_a_field_put_off_comes_last_and_can_be_taken_up(app: Application, number: ItemKey) -> None:
    review_notes.postpone(app, number, LOCAL_USER_ID)
    assert _next_keys(app) == [(number.submission_id, "consent"), number]
    review_notes.take_up(app, number, LOCAL_USER_ID)
    assert _next_keys(app) == [number, (number.submission_id, "consent")]
    with pytest.raises(ConflictError, match="neither put off nor referred"):
        review_notes.take_up(app, number, LOCAL_USER_ID)


def test_taking_up_what_was_referred_closes_its_note(app: Application, number: ItemKey) -> None:
    review_notes.refer(app, number, "Which ward?", LOCAL_USER_ID)
    review_notes.take_up(app, number, LOCAL_USER_ID)
    assert review_notes.open_notes(app) == ()
    assert _next_keys(app)[0] == number


@pytest.mark.parametrize(
    ("text", "complaint"), [(" \n", "Say what"), ("x" * 501, "at most 500 characters")]
)
def test_a_note_has_some_words_but_not_too_many(
    app: Application, number: ItemKey, text: str, complaint: str
) -> None:
    with pytest.raises(UserError, match=complaint):
        review_notes.refer(app, number, text, LOCAL_USER_ID)
    assert _field(app, number).stage == "review"


def test_what_is_decided_is_neither_referred_nor_put_off(app: Application, number: ItemKey) -> None:
    review.decide(app, *number, "confirm")
    with pytest.raises(ConflictError, match="does not wait"):
        review_notes.refer(app, number, "Which ward?", LOCAL_USER_ID)
    with pytest.raises(ConflictError, match="does not wait"):
        review_notes.postpone(app, number, LOCAL_USER_ID)


@pytest.fixture
def reported(app: Application) -> ItemKey:
    """A field of the first page of a two-page form, whose boxes somebody says lie off."""
    batch = factories.make_batch(app, FIELDS, pages=2)
    factories.upload(app, batch.id, tiff_of([filled_page(1), filled_page(2)]), "scan.tiff")
    run_sent_tasks(app)
    key = ItemKey(1, "surname")
    review.decide(app, 1, "number", "correct", "654321")
    review_notes.report_misaligned(app, key, "all one cell to the left", LOCAL_USER_ID)
    return key


def _queued(app: Application) -> list[tuple[int, str]]:
    batch_id = 1
    return [(page.number, page.reason) for page in page_queue.get_queue(app, batch_id).pages]


def test_a_reported_page_waits_in_the_page_queue(app: Application, reported: ItemKey) -> None:
    [page] = page_queue.get_queue(app, 1).pages
    assert (page.number, page.reason, page.submission_id) == (1, "misaligned_page", 1)
    assert "all one cell to the left" in page.message
    assert reported not in _next_keys(app)
    assert _field(app, reported).stage == "page"
    [note] = review_notes.open_notes(app)
    assert note.kind == "misaligned"
    with pytest.raises(ConflictError, match="page queue settles this"):
        review_notes.resolve(app, note.id, "", LOCAL_USER_ID)
    with pytest.raises(ConflictError, match="in the page queue already"):
        review_notes.report_misaligned(app, reported, "", LOCAL_USER_ID)
    # The other page being read again does not count this one as lost.
    page_actions.lay_page(app, 2, _as_it_lies(app, 2))
    run_sent_tasks(app)
    assert _field(app, reported).stage == "page"
    assert _queued(app) == [(1, "misaligned_page")]


def _as_it_lies(app: Application, page_id: int) -> PagePlacement:
    start = page_images.start_points(app, page_id)
    return PagePlacement(start.version_id, start.template_page, start.points)


@pytest.mark.parametrize("how", ["lay", "check", "assign"])
def test_once_it_is_settled_its_fields_come_back(
    app: Application, reported: ItemKey, how: str
) -> None:
    if how == "lay":
        page_actions.lay_page(app, 1, _as_it_lies(app, 1))
    elif how == "check":
        page_actions.check_page(app, 1)
    else:
        page_actions.assign_page(app, 1, reported.submission_id)
    run_sent_tasks(app)
    assert _queued(app) == []
    assert review_notes.open_notes(app) == ()
    assert _field(app, reported).stage == "review"
    assert _field(app, reported).reading.outcome == "blank"
    kept = {value.field.name: value for value in review.get_submission(app, 1).fields}["number"]
    assert (kept.value, kept.provenance) == ("654321", "corrected")


def test_a_page_that_is_not_there_cannot_lie_badly(app: Application) -> None:
    batch = factories.make_batch(app, FIELDS, pages=2)
    factories.upload(app, batch.id, tiff_of([filled_page(2)]), "scan.tiff")
    run_sent_tasks(app)
    with pytest.raises(ConflictError, match="not among the scans"):
        review_notes.report_misaligned(app, ItemKey(1, "surname"), "", LOCAL_USER_ID)
