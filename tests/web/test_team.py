"""The supervisor's page by its addresses, without a browser."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from forms_app.services import people, review, review_notes, team
from forms_app.services.application import Application
from forms_app.services.dto.review import ItemKey, Scope, Seat
from forms_app.services.handing_out import hand_out
from forms_app.services.seats import leave
from tests import factories
from tests.web.visitor import HTMX, Visitor


@pytest.fixture
def forms(app: Application) -> list[int]:
    """Two forms of a batch, in each of which two fields wait."""
    batch = factories.make_batch(app)
    return [factories.make_submission(app, batch.id, name=f"scan-{n}.png") for n in range(2)]


@pytest.fixture
def batch_id(app: Application, forms: list[int]) -> int:
    return review.get_submission(app, forms[0]).batch_id


@pytest.fixture
def anna(app: Application) -> Seat:
    return Seat(people.add_person(app, "Anna").id, "a")


@pytest.fixture
def boss(flask_app: Flask, app: Application) -> Visitor:
    """The supervisor, who has said so."""
    visitor = Visitor(flask_app)
    visitor.post("/people/choose", {"user_id": people.add_person(app, "Ben").id})
    return visitor


def test_nobody_is_there_yet(visitor: Visitor, batch_id: int) -> None:
    for address in ("/review/team", f"/review/team?batch={batch_id}"):
        page = visitor.get(address).text
        assert "Nobody has reviewed anything today" in page
        assert "Nobody has left a field" in page
    assert visitor.get("/review/team?batch=99").status_code == 404


def test_who_has_what_is_shown_and_taken_back(
    boss: Visitor, app: Application, batch_id: int, anna: Seat
) -> None:
    handed = hand_out(app, Scope(batch_id=batch_id, user_id=anna.user_id), anna, None, 20).items
    page = boss.get(f"/review/team/live?batch={batch_id}", headers=HTMX).text
    assert "Anna" in page and f"{len(handed)}\N{NO-BREAK SPACE}fields" in page
    assert "Form by form" in page
    away = f"/review/team/take-away?batch={batch_id}"
    answer = boss.post(away, {"user_id": anna.user_id}, headers=HTMX)
    assert f"{len(handed)} of the fields that Anna had are free" in answer.text
    assert "Give to others" not in answer.text
    assert boss.post("/review/team/take-away", {"user_id": 99}).status_code == 404


def test_the_rest_is_handed_to_one_and_to_all_again(
    boss: Visitor, app: Application, batch_id: int, anna: Seat
) -> None:
    keep = f"/review/team/keep?batch={batch_id}"
    boss.post(keep, {"user_id": anna.user_id})
    page = boss.get(f"/review/team?batch={batch_id}").text
    assert "Only Anna is handed more" in page
    assert "Everybody is handed" in boss.post(keep, headers=HTMX).text
    assert team.get_team(app, batch_id).kept_for == ""


def test_who_gets_nothing_waits_for_what_lies_with_others(
    boss: Visitor, app: Application, batch_id: int, anna: Seat
) -> None:
    scope = Scope(batch_id=batch_id, user_id=anna.user_id)
    for _ in range(4):
        for item in hand_out(app, scope, Seat(anna.user_id, "a"), None, 20).items[:-1]:
            review.decide(app, *item.key, "confirm", user_id=anna.user_id)
    [left] = hand_out(app, scope, anna).items
    address = f"/review/done?batch={batch_id}"
    page = boss.get(address).text
    assert "1 field is with others" in page and "/review/done/live" in page
    live = f"/review/done/live?batch={batch_id}"
    assert "1 field is with others" in boss.get(live, headers=HTMX).text
    leave(app, anna)
    station = boss.get(live, headers=HTMX).headers["HX-Redirect"]
    assert station == f"/review/station?batch={batch_id}"
    assert "still wait" in boss.get(address).text
    review.decide(app, *left.key, "confirm")
    assert boss.get(live, headers=HTMX).headers["HX-Redirect"] == address


def test_a_referred_field_is_answered_once(
    boss: Visitor, app: Application, forms: list[int], anna: Seat
) -> None:
    note = review_notes.refer(app, ItemKey(forms[0], "number"), "A 1 or a 7?", anna.user_id)
    page = boss.get("/review/team").text
    assert "A 1 or a 7?" in page and "mode=referred" in page and "crop.png" in page
    address = f"/review/team/notes/{note.id}/answer"
    boss.post(address, {"answer": "A 7."})
    assert review.get_item(app, forms[0], "number").stage == "review"
    answer = boss.post(address, {"answer": "A 1."})
    assert "Somebody has answered this note already" in boss.get(answer.location).text
    assert boss.post("/review/team/notes/99/answer").status_code == 404


def test_a_page_that_lies_badly_leads_to_the_page_queue(
    boss: Visitor, app: Application, forms: list[int], batch_id: int, anna: Seat
) -> None:
    review_notes.report_misaligned(app, ItemKey(forms[0], "number"), "", anna.user_id)
    page = boss.get(f"/review/team?batch={batch_id}").text
    assert f"/batches/{batch_id}/pages" in page and "The boxes do not lie on the writing" in page


def test_a_form_is_sent_back_and_taken_back(
    boss: Visitor, app: Application, forms: list[int]
) -> None:
    review.decide(app, forms[0], "number", "confirm")
    review.decide(app, forms[0], "consent", "confirm")
    whole = f"/review/forms/{forms[0]}"
    assert "Send this form back" in boss.get(whole).text
    sent = {"text": "Look again.", "field": ["number"], "next": whole}
    answer = boss.post(f"{whole}/return", sent)
    assert answer.location == whole
    assert "wait again: 1." in boss.get(whole).text
    assert review.get_item(app, forms[0], "number").current.state == "open"
    assert review.get_item(app, forms[0], "consent").current.state == "decided"
    assert "Look again." in boss.get("/review/team").text
    boss.post(f"{whole}/return/take-back")
    assert review.get_submission(app, forms[0]).state == "done"
    answer = boss.post(f"{whole}/return/take-back")
    assert "Nothing of this form waits" in boss.get(answer.location).text
    answer = boss.post(f"{whole}/return", {"text": ""})
    assert "Say what whoever gets the form" in boss.get(answer.location).text
    assert boss.post("/review/forms/99/return", {"text": "x"}).status_code == 404


def test_a_word_on_what_another_has_decided_meanwhile_is_refused(
    boss: Visitor, app: Application, forms: list[int], anna: Seat
) -> None:
    """The window still shows the field as it was, for instance after a night."""
    item: Any = boss.get(f"/review/{forms[0]}/item?field=number").json
    review.decide(app, forms[0], "number", "correct", "111111", user_id=anna.user_id)
    late = {"window": "w", "action": "blank"}
    answer = boss.send_json(item["decide_url"], late)
    assert answer.status_code == 409
    assert "Anna has decided this field meanwhile" in answer.text
    fresh: Any = boss.get(f"/review/{forms[0]}/item?field=number").json
    assert boss.send_json(fresh["decide_url"], late).status_code == 200
