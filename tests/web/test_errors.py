"""Failures as a page and as a JSON problem."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue

from forms_app.errors import StorageUnavailableError, TemplateError
from forms_app.reading.errors import EncryptedFileError
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.services.permissions import Permission
from forms_app.web import create_app
from forms_app.web.gate_rules import RULES, Rule
from tests.web.visitor import FETCH, HTMX, Visitor


@pytest.fixture(autouse=True)
def _the_failing_page_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, "fails", Rule(Permission.SEE))


def test_a_missing_batch_is_a_page_in_the_look_of_the_house(visitor: Visitor) -> None:
    answer = visitor.get("/batches/999")
    assert answer.status_code == 404
    assert "<h1>There is nothing here</h1>" in answer.text
    assert 'class="topbar"' in answer.text


@pytest.mark.parametrize("headers", [FETCH, HTMX, {"Accept": "application/json"}])
def test_scripts_get_a_json_problem(visitor: Visitor, headers: dict[str, str]) -> None:
    answer = visitor.get("/batches/999", headers=headers)
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["error"] == "not_found"
    assert answer.json["message"].endswith(".")


def test_an_unknown_address_says_what_may_have_happened(visitor: Visitor) -> None:
    answer = visitor.get("/no/such/page")
    assert answer.status_code == 404
    assert "mistyped" in answer.text


def test_a_wrong_method_is_explained(visitor: Visitor) -> None:
    answer = visitor.get("/batches/1/delete")
    assert answer.status_code == 405
    assert "use the buttons" in answer.text


def test_too_large_an_upload_names_the_limit_and_its_setting(
    app: Application, batch: BatchSummary
) -> None:
    small = replace(app, settings=replace(app.settings, max_file_mb=2, max_page_mb=1))
    visitor = Visitor(create_app(small))
    content = b"x" * (5 << 19)
    answers = [
        visitor.upload(batch.id, ("large.pdf", content), headers=FETCH),
        visitor.post("/templates/new", {"blank": (BytesIO(content), "blank.png")}, headers=FETCH),
    ]
    for answer, limit in zip(
        answers, ("2.2 MB here (setting max_file_mb", "1.1 MB here"), strict=True
    ):
        answer.request.environ["wsgi.input"].close()
        assert answer.status_code == 413
        assert answer.json is not None
        assert limit in answer.json["message"].replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (StorageUnavailableError("The bucket does not answer."), 503, "The bucket does not"),
        (EncryptedFileError("a.pdf asks for a password."), 422, "a.pdf asks for a password."),
        (TemplateError(["Field a: no box.", "Field b: no name."]), 422, "Field b: no name."),
    ],
)
def test_the_class_decides_the_status(
    flask_app: Flask, visitor: Visitor, error: Exception, status: int, text: str
) -> None:
    flask_app.add_url_rule("/fails", "fails", lambda: _raise(error))
    answer = visitor.get("/fails")
    assert answer.status_code == status
    assert text in answer.text


def test_a_bug_shows_nothing_of_itself_but_its_number(flask_app: Flask, visitor: Visitor) -> None:
    flask_app.add_url_rule("/fails", "fails", lambda: _raise(KeyError("secret detail")))
    answer = visitor.get("/fails", headers={"X-Request-ID": "number-of-this"})
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "number-of-this" in answer.text
    assert "Nothing of yours was lost" in answer.text


def _raise(error: Exception) -> ResponseReturnValue:
    raise error
