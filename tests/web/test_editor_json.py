"""What the editor's scripts ask, without a browser."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from forms_app.services import templates
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from forms_app.services.images import encode_png
from tests.reading.test_page_codes import sheet_with_code
from tests.services.two_page_scans import filled_page
from tests.web.drawn import blank_png
from tests.web.visitor import FETCH, Visitor

FIELD = {"name": "code", "kind": "digits", "layout": "line", "box": [1, 1, 99, 20]}


@pytest.fixture
def draft(app: Application) -> TemplateVersion:
    return templates.create_template(app, "Survey", blank_png(), "blank.png")


def test_a_rule_is_explained(visitor: Visitor) -> None:
    rule = FIELD | {"max_length": 4}
    found = visitor.send_json("/templates/explain", {"field": rule}).json
    assert found["sentence"] == "Accepts 1 to 4 digits, or nothing."
    assert found["accepts"] and found["refuses"][0].keys() == {"value", "reason"}
    tried = visitor.send_json("/templates/try", {"field": rule, "text": "12345"}).json
    assert tried["accepted"] is False and "at most 4" in tried["reasons"][0]


def test_faults_of_the_rule_are_its_problems(visitor: Visitor) -> None:
    broken = FIELD | {"pattern": "[A-Z"}
    found = visitor.send_json("/templates/explain", {"field": broken}).json
    assert found["sentence"] == "" and found["problems"][0].startswith("The pattern '[A-Z' is")
    assert visitor.send_json("/templates/try", {"field": broken, "text": "1"}).status_code == 422


def test_a_code_is_explained_and_tried(visitor: Visitor) -> None:
    sent = {"code": "page:submission", "text": "1:A7", "name": "Survey", "pages": 1}
    found = visitor.send_json("/templates/code", sent).json
    assert found["meaning"]["example"] == "1:000123" and found["meaning"]["problem"] == ""
    assert found["verdict"]["parts"] == [["page", "1"], ["submission", "A7"]]
    assert visitor.send_json("/templates/code", sent | {"text": " "}).json["verdict"] is None
    wrong = visitor.send_json("/templates/code", sent | {"code": "number"}).json
    assert wrong["meaning"]["problem"] and wrong["verdict"] is None
    assert visitor.send_json("/templates/code", sent | {"pages": "2"}).status_code == 422


def test_the_codes_on_a_blank_are_read(
    visitor: Visitor, app: Application, draft: TemplateVersion
) -> None:
    address = f"/templates/versions/{draft.id}/pages/1/codes.json"
    assert visitor.get(address).json == {"codes": []}
    blank = encode_png(sheet_with_code(filled_page(1), "Coded:1"))
    coded = templates.create_template(app, "Coded", blank, "blank.png")
    address = f"/templates/versions/{coded.id}/pages/1/codes.json"
    assert visitor.get(address).json == {"codes": ["Coded:1"]}
    assert visitor.get(f"/templates/versions/{coded.id}/pages/2/codes.json").status_code == 404


@pytest.mark.parametrize("body", [None, [], {}, {"field": 7}, {"field": {}, "text": "x"}])
def test_nonsense_is_refused(visitor: Visitor, body: object) -> None:
    assert visitor.send_json("/templates/try", body).status_code == 422


def test_a_value_list_is_read(visitor: Visitor) -> None:
    def read(content: bytes, **more: str) -> Any:
        form = {"file": (io.BytesIO(content), "v.csv"), "field": json.dumps(FIELD), **more}
        return visitor.post("/templates/values", form, headers=FETCH)

    found = read(b"Code,Name\n17,Kabul\n18,Herat\n18,Herat\n").json
    assert (found["count"], found["values"], found["has_heading"]) == (2, ["17", "18"], True)
    assert found["duplicates"] == {"count": 1, "examples": ["18"]}
    names = read(b"Code,Name\n17,Kabul\n", column="1", heading="0").json
    assert names["unfit"] == [
        {"reason": "may hold digits only", "count": 2, "examples": ["Name", "Kabul"]}
    ]
    assert read(b"").status_code == 422
    assert read(b"1\n2", column="9").status_code == 422
    assert visitor.post("/templates/values", {"field": "{}"}, headers=FETCH).status_code == 422
    broken = {"file": (io.BytesIO(b"1"), "v.csv"), "field": "{"}
    assert visitor.post("/templates/values", broken, headers=FETCH).status_code == 422


def test_printed_lines_are_kept_by_browsers(visitor: Visitor, draft: TemplateVersion) -> None:
    path = f"/templates/versions/{draft.id}/pages"
    answer = visitor.get(f"{path}/1/lines.json")
    assert answer.json.keys() == {"vertical", "horizontal"}
    assert answer.cache_control.max_age and answer.cache_control.private
    assert visitor.get(f"{path}/2/lines.json").status_code == 404


def test_who_else_is_there(visitor: Visitor, draft: TemplateVersion) -> None:
    path = f"/templates/versions/{draft.id}/presence"

    def stay(window: str, browser: str, agent: str = "Mozilla/5.0 (X11; Linux) Firefox/150") -> Any:
        sent = {"window": window, "browser": browser, "fields": ["code"], "has_changed": True}
        headers = FETCH | {"X-CSRFToken": visitor.token(), "User-Agent": agent}
        return visitor.post_without_token(path, json=sent, headers=headers)

    assert stay("a", "one").json["others"] == []
    [mine] = stay("b", "one").json["others"]
    assert mine["who"] == "Another window of yours" and mine["fields"] == ["code"]
    others = stay("c", "two", "Mozilla/5.0 (Windows NT) Edg/150").json["others"]
    assert [other["who"] for other in others] == ["Somebody with Firefox on Linux"] * 2
    end = visitor.send_json(f"{path}/end", {"window": "a"})
    assert end.status_code == 204
    assert len(stay("c", "two").json["others"]) == 1
    assert stay("", "").status_code == 422
