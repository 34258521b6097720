"""The page to write on and its two JSON routes, with everything that can be sent wrongly."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image
from werkzeug.test import TestResponse

from forms_app.services.drawing import MAX_STROKES, comb_surface
from tests.drawn_strokes import STROKES, placed
from tests.own_pictures import as_jpeg, written_sheet
from tests.reading.file_bytes import encrypted_pdf, huge_png, pdf_of_images
from tests.web.visitor import FETCH, Visitor

DOT = [[50, 60, 0.5]]


def drawing(**changes: Any) -> dict[str, Any]:
    """A 7 and a 4 in a row of five boxes."""
    cells = comb_surface(5).cells
    strokes = [
        [[round(x, 1), round(y, 1), 0.5] for x, y in stroke]
        for character, cell in zip("74", cells, strict=False)
        for stroke in placed(STROKES[character], cell.x + 20, cell.y + 15, 64)
    ]
    return {"surface": "comb", "cells": 5, "characters": "digits", "strokes": strokes} | changes


def send_picture(
    visitor: Visitor, content: bytes, name: str = "notes.jpg", characters: str = "digits"
) -> TestResponse:
    data = {"picture": (io.BytesIO(content), name), "characters": characters}
    return visitor.post("/draw/picture", data, headers=FETCH)


def test_the_page_has_its_surfaces_sets_and_a_place_in_the_navigation(visitor: Visitor) -> None:
    page = visitor.get("/draw/")
    assert page.status_code == 200
    assert 'aria-current="page">Write' in page.text
    for name in ("digits", "upper", "lower", "letters", "alnum", "all", "comb", "line", "picture"):
        assert f'value="{name}"' in page.text
    start = page.text.index('id="draw-data">') + len('id="draw-data">')
    surfaces = json.loads(page.text[start : page.text.index("</script>", start)])
    assert len(surfaces["comb"]["cells"]) == 10 and surfaces["line"]["cells"] == []
    assert " style=" not in page.text


def test_the_address_without_a_slash_leads_there(visitor: Visitor) -> None:
    assert visitor.get("/draw").headers["Location"].endswith("/draw/")


def test_strokes_are_read(visitor: Visitor) -> None:
    answer = visitor.send_json("/draw/reading", drawing())
    assert answer.status_code == 200
    found = answer.json
    assert (found["text"], found["outcome"]) == ("74", "read")
    assert [c["cell"] for c in found["characters"]] == [0, 1]
    first = found["characters"][0]
    assert first["value"] == "7" and 0.5 < first["probability"] <= 1
    assert len(first["box"]) == 4
    assert set(found) >= {"confidence", "needs_review", "reasons", "alternatives", "elapsed_ms"}


def test_nothing_drawn_is_blank(visitor: Visitor) -> None:
    answer = visitor.send_json("/draw/reading", drawing(strokes=[]))
    assert (answer.json["text"], answer.json["outcome"]) == ("", "blank")


def test_pressure_may_be_missing_and_points_may_lie_outside(visitor: Visitor) -> None:
    strokes = [[[50, 60], [60, 70]], [[-1e9, 1e12], [1e300, -5]]]
    answer = visitor.send_json("/draw/reading", drawing(strokes=strokes))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "strokes",
        {},
        drawing(strokes=None),
        drawing(strokes={"0": DOT}),
        drawing(strokes=[[]]),
        drawing(strokes=[[50, 60]]),
        drawing(strokes=[[[50]]]),
        drawing(strokes=[[[50, 60, 0.5, 1]]]),
        drawing(strokes=[[["a", "b"]]]),
        drawing(strokes=[[[50, 60], [70]]]),
        drawing(strokes=[[[None, 60, 0.5]]]),
        drawing(strokes=[[[10**400, 60, 0.5]]]),
        drawing(surface="wall"),
        drawing(cells="5"),
        drawing(cells=True),
        drawing(cells=2.5),
        drawing(surface="line"),
    ],
)
def test_what_is_no_drawing_is_not_understood(visitor: Visitor, body: object) -> None:
    answer = visitor.send_json("/draw/reading", body)
    assert answer.status_code == 422
    assert answer.json["error"] == "drawing"
    assert "Reload the page" in answer.json["message"]


def test_numbers_that_are_none_are_refused(visitor: Visitor) -> None:
    body = json.dumps(drawing(strokes=[[[float("nan"), 60, 0.5]]]))
    headers = {"X-CSRFToken": visitor.token(), "Content-Type": "application/json"} | FETCH
    answer = visitor._client.post("/draw/reading", data=body, headers=headers)
    assert (answer.status_code, answer.json["error"]) == (422, "drawing")  # type: ignore[index]


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"characters": "runes"}, "drawing", "'runes'; choose digits, upper"),
        ({"characters": None}, "drawing", "choose digits"),
        ({"characters": ["digits"]}, "drawing", "choose digits"),
        ({"cells": 0}, "drawing", "1 to 20 boxes, not 0"),
        ({"cells": 4000}, "drawing", "1 to 20 boxes, not 4000"),
        ({"surface": "line", "width": 90_000}, "drawing", "200 to 3000 pixels"),
        ({"strokes": [DOT] * (MAX_STROKES + 1)}, "drawing_too_large", "Clear the paper"),
        ({"strokes": [[[1, 2, 0.5]] * 20_001]}, "drawing_too_large", "20,001"),
        ({"strokes": [[[1.12345, 2.12345, 0.5]] * 60_000]}, "drawing_too_large", "too large"),
    ],
)
def test_limits_are_told(visitor: Visitor, changes: dict[str, Any], code: str, words: str) -> None:
    answer = visitor.send_json("/draw/reading", drawing(**changes))
    assert answer.status_code == 422
    assert answer.json["error"] == code
    assert words in answer.json["message"]


def test_both_routes_want_the_pages_token(visitor: Visitor) -> None:
    answer = visitor.send_json("/draw/reading", drawing(), with_token=False)
    assert (answer.status_code, answer.json["error"]) == (400, "stale_page")
    data = {"picture": (io.BytesIO(b"x"), "x.png"), "characters": "all"}
    assert visitor.post_without_token("/draw/picture", data=data).status_code == 400


def test_a_picture_is_read_and_comes_back(visitor: Visitor) -> None:
    sheet = written_sheet(["2468", "13"])
    found = send_picture(visitor, as_jpeg(sheet)).json
    assert found["text"] == "2468\n13"
    assert (found["width"], found["height"]) == (sheet.shape[1], sheet.shape[0])
    assert [c["line"] for c in found["characters"]] == [0, 0, 0, 0, 1, 1]
    head, _, content = found["picture"].partition(",")
    assert head == "data:image/jpeg;base64"
    with Image.open(io.BytesIO(base64.b64decode(content))) as shown:
        assert shown.size == (found["width"], found["height"])


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_turned_photograph_is_read_upright(visitor: Visitor, orientation: int) -> None:
    sheet = written_sheet(["2468"])
    found = send_picture(visitor, as_jpeg(sheet, orientation)).json
    assert found["text"] == "2468"
    assert (found["width"], found["height"]) == (sheet.shape[1], sheet.shape[0])


def test_only_the_first_page_of_a_pdf_is_read(visitor: Visitor) -> None:
    grey = written_sheet(["357"], (250, 250, 250)).mean(2).astype(np.uint8)
    pdf = pdf_of_images([grey, grey], dpi=150)
    found = send_picture(visitor, pdf, "notes.pdf").json
    assert (found["text"], found["pages"]) == ("357", 2)


def test_paper_without_writing_has_no_characters(visitor: Visitor) -> None:
    blank = np.full((300, 400, 3), 230, np.uint8)
    found = send_picture(visitor, as_jpeg(blank), characters="all").json
    assert (found["text"], found["characters"]) == ("", [])


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.png", b"", "empty_file"),
        ("letter.txt", b"Dear reader,", "unsupported_file"),
        ("cut off.jpg", as_jpeg(written_sheet(["24"]))[:4000], "damaged_file"),
        ("locked.pdf", encrypted_pdf(), "encrypted_file"),
        ("poster.png", huge_png(30_000, 30_000), "image_too_large"),
    ],
)
def test_bad_pictures_are_named_with_their_reason(
    visitor: Visitor, name: str, content: bytes, code: str
) -> None:
    answer = send_picture(visitor, content, name)
    assert (answer.status_code, answer.json["error"]) == (422, code)  # type: ignore[index]
    assert name in answer.json["message"]  # type: ignore[index]


def test_no_picture_and_no_set_are_told(visitor: Visitor) -> None:
    answer = visitor.post("/draw/picture", {"characters": "all"}, headers=FETCH)
    assert answer.status_code == 422 and "No picture was chosen" in answer.text
    answer = send_picture(visitor, as_jpeg(written_sheet(["2"])), characters="runes")
    assert answer.status_code == 422 and "choose digits" in answer.text
