"""Sheets of one character by their addresses, without a browser."""

from __future__ import annotations

import json
import re
from typing import Any

import cv2
import numpy as np
import pytest

from forms_app.services import batches, review
from forms_app.services.application import Application
from forms_app.services.glyph_pictures import TILE_HEIGHT_PX, TILE_WIDTH_PX
from tests import factories
from tests.services.glyph_forms import drawn_page, make_batch, mark, number
from tests.web.visitor import Visitor

SHEETS = "/review/sheets"


@pytest.fixture
def batch_id(app: Application) -> int:
    """Two forms: one with doubtful sevens, one accepted."""
    batch = make_batch(app)
    page = drawn_page([0, 5])
    readings = [number("723457", {0: 0.7, 5: 0.8}), mark("sex", "m")]
    factories.make_submission(app, batch.id, readings, grey=page)
    factories.make_submission(app, batch.id, [number("123457", reasons=())], name="b.png")
    return batch.id


def sheet(visitor: Visitor, batch_id: int, more: str = "&character=7") -> dict[str, Any]:
    found: dict[str, Any] = visitor.get(f"{SHEETS}/next?batch={batch_id}{more}").json
    return found


def answers(sheet: dict[str, Any], right: bool = True) -> dict[str, Any]:
    return {"glyphs": [tile["key"] | {"right": right} for tile in sheet["tiles"]]}


def test_the_page_names_its_sheets(visitor: Visitor, batch_id: int) -> None:
    page = visitor.get(f"{SHEETS}?batch={batch_id}&source=all&character=7").text
    data = json.loads(re.findall(r'id="sheets-data">(.*?)</script>', page)[0])
    assert data["character"] == "7" and "source=all" in data["urls"]["next"]
    assert f"{SHEETS}?batch={batch_id}" in visitor.get(f"/batches/{batch_id}").text
    assert visitor.get(f"{SHEETS}?batch=99").status_code == 404
    assert visitor.get(SHEETS).status_code == 404


def test_the_characters_with_their_counts(
    visitor: Visitor, app: Application, batch_id: int
) -> None:
    def listed(batch_id: int, more: str = "") -> list[tuple[str, int, int]]:
        found = visitor.get(f"{SHEETS}/characters?batch={batch_id}{more}").json["characters"]
        return [(each["character"], each["left"], each["doubtful"]) for each in found]

    assert listed(batch_id) == [
        ("2", 1, 0),
        ("3", 1, 0),
        ("4", 1, 0),
        ("5", 1, 0),
        ("7", 2, 2),
    ]
    assert ("ticked", 1, 1) in listed(batch_id, "&source=all")
    assert listed(make_batch(app).id) == []


def test_a_sheet_with_one_strip_for_each_page(visitor: Visitor, batch_id: int) -> None:
    found = sheet(visitor, batch_id)
    assert [(tile["form"], tile["field"]) for tile in found["tiles"]] == [
        ("scan.png", "Number"),
        ("scan.png", "Number"),
    ]
    assert [tile["strip_place"] for tile in found["tiles"]] == [0, 1] and found["after"] is None
    [url] = found["strips"].values()
    picture = visitor.get(f"{url}&scale=2")
    assert picture.mimetype == "image/png"
    assert picture.headers["Cache-Control"].startswith("private")
    pixels = cv2.imdecode(np.frombuffer(picture.data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert pixels is not None
    assert pixels.shape == (2 * TILE_HEIGHT_PX, 2 * 2 * TILE_WIDTH_PX)
    assert visitor.get(found["tiles"][0]["station"]).status_code == 200


def test_the_strip_of_a_page_that_is_read_anew_has_another_address(
    visitor: Visitor, app: Application, batch_id: int
) -> None:
    before = sheet(visitor, batch_id)
    page_id = before["tiles"][0]["strip"]
    factories.save_page(app, page_id, [number("723457", {0: 0.7, 5: 0.8})])
    assert sheet(visitor, batch_id)["strips"][str(page_id)] != before["strips"][str(page_id)]


def test_the_next_sheet_starts_where_one_ends(visitor: Visitor, app: Application) -> None:
    batch = make_batch(app)
    for i in range(25):
        readings = [number("777777", dict.fromkeys(range(6), 0.5 + i / 100))]
        factories.make_submission(app, batch.id, readings, name=f"{i}.png")
    first = sheet(visitor, batch.id)
    assert len(first["tiles"]) == 120
    last = sheet(visitor, batch.id, f"&character=7&after={first['after']}")
    assert len(last["tiles"]) == 30 and last["after"] is None
    keys = {(tile["form"], tile["key"]["place"]) for tile in first["tiles"] + last["tiles"]}
    assert len(keys) == 150


def test_answering_and_taking_back(visitor: Visitor, app: Application, batch_id: int) -> None:
    found = sheet(visitor, batch_id)
    [form] = {tile["key"]["submission_id"] for tile in found["tiles"]}
    answer = visitor.send_json(f"{SHEETS}/answer?batch={batch_id}", answers(found)).json
    assert (answer["right"], answer["decided"], answer["left_alone"]) == (2, 1, 0)
    assert answer["waiting"] == 0
    current = review.get_item(app, form, "number").current
    assert (current.state, current.value) == ("decided", "723457")
    undone = visitor.send_json(f"{SHEETS}/undo?batch={batch_id}", answers(found)).json
    assert undone["waiting"] == 1
    assert review.get_item(app, form, "number").current.state == "open"


def test_the_station_says_that_a_glyph_was_picked_out(visitor: Visitor, batch_id: int) -> None:
    found = sheet(visitor, batch_id, "&character=7&source=all")
    answer = visitor.send_json(f"{SHEETS}/answer?batch={batch_id}", answers(found, right=False))
    assert answer.json["opened"] == 2
    form = found["tiles"][-1]["key"]["submission_id"]
    item = visitor.get(f"/review/{form}/item?field=number").json
    assert item["reading"]["reasons"] == ["picked out of the sheet of “7”"]


@pytest.mark.parametrize("query", ["", "&glyphs=", "&glyphs=a.b", "&glyphs=1.0&scale=9"])
def test_strips_of_nothing(visitor: Visitor, batch_id: int, query: str) -> None:
    page_id = sheet(visitor, batch_id)["tiles"][0]["strip"]
    assert visitor.get(f"{SHEETS}/pages/{page_id}.png?page=1{query}").status_code == 404
    assert visitor.get(f"{SHEETS}/pages/{page_id}.png?glyphs=1.99").status_code == 404


@pytest.mark.parametrize(
    "after", ["", "x", "nan,1,1", "0.5,99999999999999999999,0", "1,2", "1.2.3,1,1"]
)
def test_a_start_that_is_none_is_the_first(visitor: Visitor, batch_id: int, after: str) -> None:
    assert len(sheet(visitor, batch_id, f"&character=7&after={after}")["tiles"]) == 2


def test_characters_that_nobody_wrote(visitor: Visitor, batch_id: int) -> None:
    for character in ("", "x", "%00", "77"):
        assert sheet(visitor, batch_id, f"&character={character}")["tiles"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"right": 1},
        {"place": "0"},
        {"place": True},
        {"submission_id": -1},
        {"submission_id": 2**70},
        {"field_name": None},
        {"seen": 3},
    ],
)
def test_a_senseless_answer_is_refused(
    visitor: Visitor, batch_id: int, change: dict[str, Any]
) -> None:
    body = answers(sheet(visitor, batch_id))
    body["glyphs"][0] |= change
    answer = visitor.send_json(f"{SHEETS}/answer?batch={batch_id}", body)
    assert answer.status_code == 422 and "not understood" in answer.json["message"]


@pytest.mark.parametrize(
    "body", [None, {}, {"glyphs": 1}, {"glyphs": [1]}, {"glyphs": [{}] * 1001}]
)
def test_no_answer_at_all_is_refused(visitor: Visitor, batch_id: int, body: object) -> None:
    for what in ("answer", "undo"):
        answer = visitor.send_json(f"{SHEETS}/{what}?batch={batch_id}", body)
        assert answer.status_code == 422 and answer.json["message"]


def test_answers_for_a_batch_that_is_gone_are_refused(
    visitor: Visitor, app: Application, batch_id: int
) -> None:
    body = answers(sheet(visitor, batch_id))
    batches.delete_batch(app, batch_id)
    assert visitor.send_json(f"{SHEETS}/answer?batch={batch_id}", body).status_code == 404
