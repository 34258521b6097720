"""Sensitive fields and programs: a token sees them only with the scope for that."""

from __future__ import annotations

import pytest
from flask import Flask

from forms_app.services import exports, review_notes
from forms_app.services.application import Application
from forms_app.services.dto.review import ItemKey
from forms_app.services.images import decode_grey
from forms_app.store.models import LOCAL_USER_ID
from tests import factories
from tests.api.program import ALL, Program, new_token
from tests.fakes import run_sent_tasks
from tests.services.test_redaction import FIELDS, WITHIN

FORM = "/submissions/1"


@pytest.fixture
def narrow(app: Application, flask_app: Flask) -> Program:
    """A program that may do everything but see what is sensitive, and a form with such a field."""
    batch = factories.make_batch(app, FIELDS)
    factories.make_submission(app, batch.id)
    return Program(flask_app, new_token(app, [one for one in ALL if one != "see_sensitive"]))


def test_values_and_pictures_are_hidden(narrow: Program, app: Application) -> None:
    for address in (FORM, f"{FORM}/fields/surname"):
        said = repr(narrow.get(address).get_json())
        assert "MILLER" not in said and "•••" in said
    assert narrow.get(f"{FORM}/fields/surname/history").status_code == 403
    assert narrow.get(f"{FORM}/fields/number/history").status_code == 200
    note = review_notes.refer(app, ItemKey(1, "number"), "MILLER?", LOCAL_USER_ID)
    assert [each["text"] for each in narrow.get("/team").get_json()["notes"]] == ["•••"]
    answered = narrow.post(f"/notes/{note.id}/answer", {"answer": "MILLER."}).get_json()
    assert (answered["text"], answered["answer"]) == ("•••", "•••")
    crop = decode_grey(narrow.get(f"{FORM}/fields/surname/image").data)
    assert (crop == 128).mean() > 0.95
    assert decode_grey(narrow.get("/pages/1/image").data)[WITHIN] == 128


def test_exports_are_without_them(narrow: Program, app: Application, flask_app: Flask) -> None:
    whole = exports.request_export(app, 1, "csv").id
    made = narrow.post("/batches/1/exports", {"format": "csv"}).get_json()["id"]
    assert "MILLER" not in narrow.post("/batches/1/exports/preview", {"format": "csv"}).text
    run_sent_tasks(app)
    assert narrow.get(f"/exports/{whole}/file").status_code == 403
    assert b"MILLER" not in narrow.get(f"/exports/{made}/file").data
    assert b"MILLER" in Program(flask_app, new_token(app)).get(f"/exports/{whole}/file").data
