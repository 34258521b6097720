"""The pages of form templates and their drafts, without a browser."""

from __future__ import annotations

from typing import Any

import pytest

from forms_app.services import templates
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from forms_app.web.field_shapes import PageShapes, describe_fields
from tests.web.drawn import BOX_PX, blank_png
from tests.web.visitor import FETCH, Visitor

FIELD: dict[str, Any] = {
    "name": "surname", "page": 1, "kind": "text", "layout": "line", "box": BOX_PX,
}  # fmt: skip


@pytest.fixture
def draft(app: Application) -> TemplateVersion:
    return templates.create_template(app, "Survey", blank_png(), "blank.png")


def put_draft(
    visitor: Visitor, version: TemplateVersion, body: object, with_token: bool = True
) -> Any:
    path = f"/templates/versions/{version.id}/draft"
    return visitor.send_json(path, body, "PUT", with_token)


def test_an_empty_list_says_what_to_do(visitor: Visitor) -> None:
    page = visitor.get("/templates/").text
    assert "No form yet" in page and "Upload a blank form" in page


def test_a_draft_is_saved_with_its_problems(visitor: Visitor, draft: TemplateVersion) -> None:
    body = {"fields": [FIELD | {"pattern": "["}], "revision": draft.revision, "name": "Renamed"}
    answer = put_draft(visitor, draft, body)
    assert answer.status_code == 200
    assert answer.json["name"] == "Renamed" and answer.json["revision"] == draft.revision + 1
    (problem,) = answer.json["problems"]
    assert "surname" in problem and "regular expression" in problem
    stale = put_draft(visitor, draft, body)
    assert stale.status_code == 409 and stale.json["error"] == "conflict"


@pytest.mark.parametrize("body", [None, [], {"fields": []}, {"fields": 7, "revision": 0}])
def test_a_senseless_draft_is_refused(
    visitor: Visitor, draft: TemplateVersion, body: object
) -> None:
    answer = put_draft(visitor, draft, body)
    assert answer.status_code == 422 and answer.json["message"]


def test_drafts_need_the_token(visitor: Visitor, draft: TemplateVersion) -> None:
    answer = put_draft(visitor, draft, {"fields": [], "revision": 0}, with_token=False)
    assert answer.status_code == 400 and answer.json["error"] == "stale_page"


def test_publishing_an_empty_draft_leads_to_the_editor(
    visitor: Visitor, draft: TemplateVersion
) -> None:
    path = f"/templates/versions/{draft.id}"
    assert "draw at least one" in visitor.get(path).text
    answer = visitor.post(f"{path}/publish")
    assert answer.status_code == 303 and answer.location.endswith("/edit")
    answer = visitor.post(f"{path}/publish", headers=FETCH)
    assert answer.status_code == 422 and answer.json["error"] == "template"


def test_a_published_version_and_its_next_draft(
    visitor: Visitor, published: TemplateVersion
) -> None:
    path = f"/templates/versions/{published.id}"
    page = visitor.get(path).text
    assert "Upload filled forms" in page and "New version" in page and "surname" in page
    assert "Published versions never change" in visitor.get(f"{path}/edit").text
    answer = visitor.post(f"/templates/{published.template_id}/draft")
    assert answer.status_code == 303 and "v2 draft" in visitor.get(answer.location).text
    assert "Go on with the draft" in visitor.get(path).text


def test_an_archived_template_leaves_the_list(visitor: Visitor, published: TemplateVersion) -> None:
    answer = visitor.post(f"/templates/{published.template_id}/archive")
    page = visitor.get(answer.location).text
    assert "was archived" in page and "No form yet" in page
    assert visitor.get(f"/templates/versions/{published.id}").status_code == 200


def test_page_images_are_kept_by_the_browser(visitor: Visitor, published: TemplateVersion) -> None:
    path = f"/templates/versions/{published.id}/pages/1.png"
    answer = visitor.get(path)
    assert answer.mimetype == "image/png" and "private" in answer.headers["Cache-Control"]
    again = visitor.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert visitor.get(path.replace("1.png", "2.png")).status_code == 404
    assert visitor.get("/templates/versions/99").status_code == 404


def test_fields_in_words_and_boxes(published: TemplateVersion) -> None:
    comb = {"name": "n", "kind": "digits", "box": [0, 0, 90, 20], "cells": 3, "min_length": 3,
            "max_length": 3, "range": [None, 500], "check": "luhn", "required": True}  # fmt: skip
    woman = {"value": "F", "box": [0, 50, 20, 20]}
    man = {"value": "M", "label": "man", "box": [40, 50, 20, 20]}
    choice = {"name": "c", "kind": "choice", "options": [woman, man]}
    line, options, broken = describe_fields([comb, choice, {"kind": 3, "box": "?"}])
    assert (line.form, options.form) == ("3 cells", "F, man")
    rules = ", ".join(line.rules)
    assert rules == "required, exactly 3 characters, from any to 500, check digit luhn"
    assert broken.kind == "3"
    shapes = PageShapes.of(published.pages[0], [comb, choice, {"kind": 3, "box": "?"}]).shapes
    assert [(shape.x, shape.width) for shape in shapes] == [
        (0, 90), (0, 30), (30, 30), (60, 30), (0, 20), (40, 20),
    ]  # fmt: skip


def test_differences_between_versions_in_words_and_on_the_page(
    visitor: Visitor, app: Application, published: TemplateVersion
) -> None:
    draft = templates.new_draft(app, published.template_id)
    moved = dict(draft.definition["fields"][0])
    moved["box"] = [moved["box"][0] + 12, *moved["box"][1:]]
    added = {"name": "ok", "page": 1, "kind": "mark", "box": [10, 10, 30, 30]}
    templates.save_draft(app, draft.id, [moved, added], draft.revision)
    address = f"/templates/versions/{published.id}/differences"
    page = visitor.get(f"{address}?against={draft.id}").text
    assert "Version 1 to 2" in page and "moved 12 px right" in page
    for change in ("moved", "added", "before"):
        assert f"change-{change}" in page
    shown = visitor.get(f"/templates/versions/{draft.id}").text
    assert f"/templates/versions/{draft.id}/differences?against={published.id}" in shown
    assert visitor.get(address).status_code == 404
    assert visitor.get(f"{address}?against=999").status_code == 404
