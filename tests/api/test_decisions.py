"""Decisions of programs beside those of people."""

from __future__ import annotations

from forms_app.services import around_field, review
from forms_app.services.application import Application
from forms_app.services.dto.review import ItemKey, Scope, Seat
from forms_app.services.people import add_person
from tests.api.program import Program


def test_a_field_is_decided_once_and_taken_back(program: Program, form_id: int) -> None:
    path = f"/submissions/{form_id}/fields/number/decisions"
    said = {"action": "correct", "value": "654321", "seen_decision_id": 0}
    first, again = program.post(path, said), program.post(path, said)
    assert first.status_code == again.status_code == 201
    told = again.get_json()["field"]
    assert (told["value"], told["provenance"], told["state"]) == ("654321", "corrected", "decided")
    assert told["decision"]["id"] == first.get_json()["field"]["decision"]["id"]
    undone = program.ask("DELETE", f"{path}/latest").get_json()
    assert undone["field"]["value"] == "123456"
    assert undone["field"]["state"] == "open"


def test_what_somebody_else_has_decided_is_not_overwritten_unseen(
    app: Application, program: Program, form_id: int
) -> None:
    person = add_person(app, "Ada")
    review.decide(app, form_id, "number", "confirm", user_id=person.id)
    path = f"/submissions/{form_id}/fields/number"
    late = {"action": "blank", "seen_decision_id": 0}
    answer = program.post(f"{path}/decisions", late)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "changed_meanwhile")
    seen = program.get(path).get_json()["decision"]["id"]
    assert program.post(f"{path}/decisions", late | {"seen_decision_id": seen}).status_code == 201


def test_a_field_on_somebodys_screen_is_left_to_them(
    app: Application, program: Program, form_id: int
) -> None:
    person = add_person(app, "Ada")
    scope, seat = Scope(user_id=person.id), Seat(person.id, "window")
    around_field.take_field(app, ItemKey(form_id, "number"), scope, seat)
    answer = program.post(f"/submissions/{form_id}/fields/number/decisions", {"action": "blank"})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "held_by_another")


def test_values_fit_their_fields(program: Program, form_id: int) -> None:
    path = f"/submissions/{form_id}/fields"
    wrong = [("number", "12"), ("consent", "perhaps"), ("number", {"a": 1}), ("number", 7)]
    for name, value in wrong:
        said = {"action": "correct", "value": value}
        answer = program.post(f"{path}/{name}/decisions", said)
        assert answer.status_code == 422, (name, value)
    kept = {"action": "correct", "value": "12", "override": True, "note": "So it stands there."}
    assert program.post(f"{path}/number/decisions", kept).status_code == 201
    assert program.post(f"{path}/nothing/decisions", {"action": "blank"}).status_code == 404
