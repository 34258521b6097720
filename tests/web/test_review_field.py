"""What the station asks about one field: whose it is, its history, the form before, notes, keys."""

from __future__ import annotations

from typing import Any

import pytest

from forms_app.services import review, review_notes
from forms_app.services.application import Application
from forms_app.services.people import add_person
from forms_app.services.preferences import review_keys
from forms_app.store.models import LOCAL_USER_ID
from tests import factories
from tests.web.visitor import Visitor

WINDOW = {"window": "w1"}


@pytest.fixture
def form(app: Application) -> int:
    """A form whose number and consent wait."""
    return factories.make_submission(app, factories.make_batch(app).id)


def _ask(visitor: Visitor, form: int, what: str, body: dict[str, Any] | None = None) -> Any:
    path = f"/review/{form}/{what}?field=number"
    return visitor.get(path) if body is None else visitor.send_json(path, body)


def test_a_field_is_taken_with_all_its_addresses(visitor: Visitor, form: int) -> None:
    item = _ask(visitor, form, "take", WINDOW).json
    assert (item["field"]["name"], item["held_by"], item["proposal"]) == ("number", "", None)
    for name in ("history", "value_before", "waiting"):
        assert visitor.get(item["urls"][name]).status_code == 200
    assert _ask(visitor, form, "take", {"window": "w2"}).json["held_by"]
    assert _ask(visitor, form, "take", {}).status_code == 422


def test_the_history_tells_all_but_to_those_who_key_unseen(
    visitor: Visitor, app: Application, form: int
) -> None:
    ann = add_person(app, "Ann").id
    kept = {"override": True, "note": "as on paper"}
    review.decide(app, form, "number", "correct", "12", user_id=ann, **kept)  # type: ignore[arg-type]
    found = _ask(visitor, form, "history").json
    [step] = found["steps"]
    assert (step["user_name"], step["before"], step["after"]) == ("Ann", "123456", "12")
    assert (step["overridden"], step["note"]) == (True, "as on paper")
    assert step["at"].startswith("20") and found["readings"][0]["is_current"]
    unseen = visitor.get(f"/review/{form}/history?field=number&mode=sample")
    assert unseen.status_code == 409 and "without seeing" in unseen.text


def test_the_form_before(visitor: Visitor, app: Application, form: int) -> None:
    assert _ask(visitor, form, "before").json == {"found": False}
    batch_id = review.get_submission(app, form).batch_id
    second = factories.make_submission(app, batch_id, name="b.png")
    answer = _ask(visitor, second, "before").json
    assert answer == {"found": True, "value": "123456", "form": "scan.png, form 1"}


def test_a_field_is_put_off_taken_up_and_referred(
    visitor: Visitor, app: Application, form: int
) -> None:
    waiting = [key["field_name"] for key in _ask(visitor, form, "waiting").json["keys"]]
    assert waiting == ["number", "consent"]
    assert _ask(visitor, form, "postpone", WINDOW).status_code == 204
    assert review.get_item(app, form, "number").stage == "postponed"
    assert _ask(visitor, form, "take-up", WINDOW).status_code == 204
    assert _ask(visitor, form, "refer", WINDOW | {"text": ""}).status_code == 422
    assert _ask(visitor, form, "refer", WINDOW | {"text": ["x"]}).status_code == 422
    assert _ask(visitor, form, "refer", WINDOW | {"text": "Which ward?"}).status_code == 204
    assert [note.text for note in review_notes.open_notes(app)] == ["Which ward?"]
    assert _ask(visitor, form, "postpone", WINDOW).status_code == 409


def test_a_page_is_reported(visitor: Visitor, app: Application, form: int) -> None:
    assert _ask(visitor, form, "misaligned", {"text": "one cell off"}).status_code == 204
    assert review.get_item(app, form, "number").stage == "page"
    assert _ask(visitor, form, "misaligned", {"text": ""}).status_code == 409


def test_keys_are_kept(visitor: Visitor, app: Application, form: int) -> None:
    keys = {"blank": "Alt+KeyX"}
    assert visitor.send_json("/review/keys", {"keys": keys}, "PUT").status_code == 204
    assert review_keys(app, LOCAL_USER_ID) == keys
    page = visitor.get(f"/review/{form}?field=number").text
    assert '"keys": {"blank": "Alt+KeyX"}' in page
    for body in ({}, {"keys": []}, {"keys": {"blank": "x"}}):
        assert visitor.send_json("/review/keys", body, "PUT").status_code == 422


def test_a_very_doubtful_reading_is_a_question(
    visitor: Visitor, app: Application, form: int
) -> None:
    batch_id = review.get_submission(app, form).batch_id
    readings = (factories.reading("number", "123456", 0.4, needs_review=True),)
    doubtful = factories.make_submission(app, batch_id, readings, "b.png")
    body = WINDOW | {"action": "confirm"}
    answer = _ask(visitor, doubtful, "decision", body).json
    assert answer["reason"] == "very_doubtful" and "Character 1" in answer["refused"]
    answer = _ask(visitor, doubtful, "decision", body | {"keyed": [0, 1, 2, 3, 4, 5]}).json
    assert answer["state"] == "decided"
