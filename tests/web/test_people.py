"""Who works here: people say so in the top bar, and what they do is kept under their names."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from forms_app.errors import ConflictError, UserError
from forms_app.services import batches, editing, people
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.services.editing import Editor
from forms_app.store.models import LOCAL_USER_ID, AuditEventRow, BatchRow
from tests import factories
from tests.web.visitor import Visitor


def who(visitor: Visitor) -> str:
    """What stands on the button."""
    found = re.search(r'id="who".*?<span>(.*?)</span>', visitor.get("/batches/").text, re.S)
    assert found
    return found[1]


def test_a_new_name_is_kept_by_the_browser(visitor: Visitor, flask_app: Flask) -> None:
    assert who(visitor) == "Who are you?"
    answer = visitor.post("/people/add", {"name": "  Anna   Berg ", "next": "/batches/?older=3"})
    assert (answer.status_code, answer.location) == (303, "/batches/?older=3")
    assert who(visitor) == "Anna Berg"
    assert who(Visitor(flask_app)) == "Who are you?"


def test_somebody_known_is_chosen_and_left_again(visitor: Visitor, app: Application) -> None:
    anna = people.add_person(app, "Anna")
    assert "Anna" in visitor.get("/").text
    visitor.post("/people/choose", {"user_id": anna.id})
    assert who(visitor) == "Anna"
    visitor.post("/people/choose", {"user_id": LOCAL_USER_ID})
    assert who(visitor) == "Who are you?"
    assert visitor.post("/people/choose", {"user_id": 99}).status_code == 404


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org", "/\\example.org", ""]
)
def test_nobody_is_led_elsewhere(visitor: Visitor, elsewhere: str) -> None:
    answer = visitor.post("/people/add", {"name": "Anna", "next": elsewhere})
    assert answer.location == "/"


def test_a_name_that_cannot_be_taken_is_told(visitor: Visitor, app: Application) -> None:
    people.add_person(app, "Anna")
    for name, said in (
        ("anna", "Somebody is called anna already"),
        (" ", "Type the name that others are to see"),
        ("x" * 61, "at most 60 characters"),
        ("Somebody", "Somebody is called Somebody already"),
    ):
        visitor.post("/people/add", {"name": name})
        assert said in visitor.get("/").text
        with pytest.raises((ConflictError, UserError), match=said):
            people.add_person(app, name)
    assert who(visitor) == "Who are you?"


def test_what_is_done_is_kept_under_the_name(
    visitor: Visitor, app: Application, batch: BatchSummary
) -> None:
    visitor.post("/people/add", {"name": "Anna"})
    [anna] = people.list_people(app)
    visitor.post("/batches/", {"version_id": batch.version_id, "name": "Hers"})
    visitor.post(f"/batches/{batch.id}/delete")
    with app.session() as session:
        assert session.scalar(select(BatchRow.created_by).where(BatchRow.name == "Hers")) == anna.id
        deleted = select(AuditEventRow.user_id).where(AuditEventRow.verb == "delete")
        assert session.scalar(deleted) == anna.id
    assert [each.name for each in batches.list_batches(app)] == ["Hers"]


def test_a_draft_names_who_else_has_it_open(visitor: Visitor, app: Application) -> None:
    version = factories.make_draft(app)
    visitor.post("/people/add", {"name": "Anna"})
    sent = {"window": "w", "browser": "b", "fields": []}
    visitor.send_json(f"/templates/versions/{version.id}/presence", sent)
    [other] = editing.stay(app, version.id, Editor("mine", "here", "Firefox")).others
    assert other.user_name == "Anna"
