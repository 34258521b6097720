"""Exports of pictures: a searchable PDF whose text lies where it is written, a ZIP of crops."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import cv2
import numpy as np
import pypdfium2 as pdfium
import pytest

from forms_app.cells import without_formula
from forms_app.reading.form_template import (
    FieldKind,
    FormField,
    FormTemplate,
    Layout,
    TemplatePage,
)
from forms_app.reading.geometry import Box, bounding_box
from forms_app.reading.types import CharacterReading, FieldReading, GreyImage, Outcome
from forms_app.services import exports, review
from forms_app.services.application import Application
from forms_app.services.dto.export_choices import ExportChoice, ExportColumn
from forms_app.services.images import decode_grey
from forms_app.services.pdf_images import is_black_and_white, pdf_image
from forms_app.services.pdf_text import PlacedText
from forms_app.services.pdf_writing import PAGES_OF_NODE, PdfPage, PdfWriter
from forms_app.services.value_places import placed_texts
from forms_app.services.zip_writing import zip_writer
from tests import factories
from tests.fakes import run_sent_tasks

BORN = {
    "name": "born",
    "page": 1,
    "kind": "date",
    "format": "DDMMYYYY",
    "layout": "comb",
    "box": [100, 300, 400, 40],
    "cells": 8,
}
PLACE = {"name": "place", "page": 1, "kind": "text", "layout": "line", "box": [100, 450, 300, 40]}
SORT = {
    "name": "sort/../=1+1",
    "page": 1,
    "kind": "choice",
    "box": [600, 200, 40, 140],
    "options": [
        {"value": "walk-in", "box": [600, 200, 40, 40]},
        {"value": "sent", "box": [600, 300, 40, 40]},
    ],
}
FIELDS: list[dict[str, Any]] = [
    factories.SURNAME,
    BORN,
    factories.CONSENT,
    PLACE,
    SORT,
]
LETTERS = "ÄÖ日😀"


def _read_from(start: int, word: str) -> FieldReading:
    """A word in a comb whose first cells are empty."""
    characters = tuple(
        CharacterReading(letter, 0.99, cell=start + place) for place, letter in enumerate(word)
    )
    return FieldReading("surname", word, Outcome.READ, 0.99, False, characters=characters)


READINGS = (
    _read_from(2, "MILL"),
    factories.reading("born", "2026-11-28"),
    factories.reading("consent", True),
    factories.reading("place", LETTERS),
    factories.reading("sort/../=1+1", "sent"),
)


def _export(app: Application, batch_id: int, kind: str, **chosen: Any) -> bytes:
    info = exports.request_export(app, batch_id, kind, choice=ExportChoice(**chosen))
    run_sent_tasks(app)
    done = exports.get_export(app, info.id)
    assert (done.state, done.error_message) == ("done", None)
    return b"".join(exports.open_export(app, info.id)[2])


def _found(page: pdfium.PdfPage, text: str) -> Box:
    """Where a text stands, in pixels of the template page."""
    layer = page.get_textpage()
    hit = layer.search(text).get_next()
    assert hit is not None, layer.get_text_range()
    start, count = hit
    scale = factories.WIDTH_PX / page.get_width()
    boxes = []
    for index in range(start, start + count):
        left, bottom, right, top = layer.get_charbox(index)
        y = (page.get_height() - top) * scale
        boxes.append(Box(left * scale, y, (right - left) * scale, (top - bottom) * scale))
    return bounding_box(boxes)


def _field_box(field: dict[str, Any]) -> Box:
    return Box(*field["box"])


def test_text_lies_where_it_is_written(app: Application) -> None:
    batch = factories.make_batch(app, FIELDS)
    page = np.full((factories.HEIGHT_PX, factories.WIDTH_PX), 240, np.uint8)
    page[200:250, 200:400] = 90
    form_id = factories.make_submission(app, batch.id, READINGS, "a.png", page)
    review.decide(app, form_id, "born", "correct", "2026-11-29")
    document = pdfium.PdfDocument(_export(app, batch.id, "pdf"))
    [shown] = document
    assert round(shown.get_height() / 72 * 25.4) == 297
    name = _found(shown, "MILL")
    # Cells of 50 px, from the third one on.
    assert [round(value) for value in name.as_list()] == [200, 200, 200, 50]
    assert _field_box(BORN).contains(_found(shown, "29112026").expanded(-1))
    assert _field_box(PLACE).contains(_found(shown, LETTERS[:2]).expanded(-1))
    assert LETTERS in shown.get_textpage().get_text_range()
    sent = _found(shown, "sent")
    assert round(sent.x) == 600 and 300 < sent.centre[1] < 340
    assert round(_found(shown, "X").x) == 600
    assert "walk-in" not in shown.get_textpage().get_text_range()
    assert [entry.get_title() for entry in document.get_toc()] == ["a.png, 1"]
    scale = factories.WIDTH_PX / shown.get_width()
    drawn = shown.render(scale=scale).to_numpy()[..., 0]
    drawn = cv2.resize(drawn, (page.shape[1], page.shape[0])).astype(int)
    assert np.abs(drawn - page).mean() < 3  # Nothing of the text is seen.


def test_only_chosen_fields_have_text(app: Application) -> None:
    batch = factories.make_batch(app, FIELDS)
    factories.make_submission(app, batch.id, READINGS)
    data = _export(app, batch.id, "pdf", columns=(ExportColumn("sort/../=1+1"),))
    text = pdfium.PdfDocument(data)[0].get_textpage().get_text_range()
    assert text == "sent"


def test_a_pdf_of_each_form(app: Application) -> None:
    batch = factories.make_batch(app, FIELDS)
    for name in ("../../a b.png", "../../a b.pdf"):
        factories.make_submission(app, batch.id, READINGS, name)
    info = exports.request_export(app, batch.id, "pdf", choice=ExportChoice(file_each=True))
    run_sent_tasks(app)
    name, mime_type, chunks = exports.open_export(app, info.id)
    assert (name, mime_type) == ("March.zip", "application/zip")
    with zipfile.ZipFile(io.BytesIO(b"".join(chunks))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a b-1-1.pdf", "a b-1-2.pdf"]
        assert all(len(pdfium.PdfDocument(archive.read(n))) == 1 for n in archive.namelist())


def test_nothing_to_export_is_a_file_all_the_same(app: Application) -> None:
    batch = factories.make_batch(app)
    assert len(pdfium.PdfDocument(_export(app, batch.id, "pdf"))) == 1
    with zipfile.ZipFile(io.BytesIO(_export(app, batch.id, "crops"))) as archive:
        assert archive.namelist() == ["index.csv", "index.jsonl"]


def _scan(ink: int, paper: int = 255) -> GreyImage:
    page = np.full((400, 300), paper, np.uint8)
    cv2.putText(page, "FORM", (10, 200), cv2.FONT_HERSHEY_DUPLEX, 3, ink, 14)
    return page


def test_black_and_white_is_packed_as_such() -> None:
    plain = _scan(0)
    laid = cv2.warpAffine(plain, np.array([[1, 0.01, 0.4], [-0.01, 1, 0.3]]), (300, 400), None)
    assert is_black_and_white(plain)
    for grey in (_scan(0, 240), _scan(120), _scan(215)):
        assert not is_black_and_white(grey)
    for page in (plain, np.where(laid == 0, 0, laid).astype(np.uint8)):
        assert _drawn(page).min() < 40
        assert np.abs(_drawn(page).astype(int) - page).mean() < 4
    assert len(pdf_image(plain).data) < len(pdf_image(_scan(0, 240)).data) / 3


def _drawn(page: GreyImage) -> GreyImage:
    out = io.BytesIO()
    writer = PdfWriter(out)
    writer.add(PdfPage(300, 400, pdf_image(page)))
    writer.close()
    drawn: GreyImage = pdfium.PdfDocument(out.getvalue())[0].render().to_numpy()[..., 0]
    return drawn


def test_many_pages_and_more_characters_than_a_font_has() -> None:
    out = io.BytesIO()
    writer, image = PdfWriter(out), pdf_image(_scan(0))
    word = "".join(map(chr, range(0x4E00, 0x4E00 + 300)))
    count = 2 * PAGES_OF_NODE + 1
    for number in range(count):
        texts = [PlacedText(word if number == count - 1 else f"page {number}", Box(10, 50, 200, 9))]
        writer.add(PdfPage(300, 400, image, texts, f"Form {number}"))
    writer.close()
    document = pdfium.PdfDocument(out.getvalue())
    assert len(document) == count
    assert document[PAGES_OF_NODE].get_textpage().get_text_range() == f"page {PAGES_OF_NODE}"
    assert document[count - 1].get_textpage().get_text_range() == word
    assert sum(1 for _ in document.get_toc()) == count


def test_crops_are_named_and_listed(app: Application) -> None:
    batch = factories.make_batch(app, FIELDS)
    page = np.full((factories.HEIGHT_PX, factories.WIDTH_PX), 250, np.uint8)
    page[210:240, 110:140] = 30
    form_id = factories.make_submission(app, batch.id, READINGS, "=x/..\\a.png", page)
    with zipfile.ZipFile(io.BytesIO(_export(app, batch.id, "crops"))) as archive:
        assert archive.testzip() is None
        folder = f"x____a-1-{form_id}"
        names = archive.namelist()
        lines = [json.loads(line) for line in archive.read("index.jsonl").splitlines()]
        rows = list(csv.DictReader(io.StringIO(archive.read("index.csv").decode())))
        crop = decode_grey(archive.read(lines[0]["image"]))
    assert names[-2:] == ["index.csv", "index.jsonl"]
    assert names[:-2] == [line["image"] for line in lines] == [row["image"] for row in rows]
    assert {name.rpartition("/")[0] for name in names[:-2]} == {folder}
    assert [name.rpartition("/")[2] for name in names[:-2]] == [
        *("surname.png", "born.png", "consent.png", "place.png", "sort_____1_1.png"),
    ]
    assert crop.min() == 30 and crop.shape[0] < 120 and crop.shape[1] < 500
    assert (lines[0]["value"], lines[0]["confidence"]) == ("MILL", 0.99)
    assert (rows[0]["file"], rows[4]["field"]) == (without_formula("=x/..\\a.png"), "sort/../=1+1")


def test_a_missing_page_has_no_picture(app: Application) -> None:
    second = {**factories.CONSENT, "name": "agreed", "page": 2}
    batch = factories.make_batch(app, [factories.SURNAME, second], pages=2)
    missing = factories.reading("agreed", None, outcome=Outcome.MISSING_PAGE)
    factories.make_submission(app, batch.id, [factories.reading("surname", "A"), missing])
    with zipfile.ZipFile(io.BytesIO(_export(app, batch.id, "crops"))) as archive:
        lines = [json.loads(line) for line in archive.read("index.jsonl").splitlines()]
    assert [bool(line["image"]) for line in lines] == [True, False]
    assert lines[1]["outcome"] == "missing_page"
    assert len(pdfium.PdfDocument(_export(app, batch.id, "pdf"))) == 1


def test_a_pdf_that_grows_too_large_is_refused(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forms_app.services.pdf_objects.LARGEST_FILE", 1000)
    batch = factories.make_batch(app)
    factories.make_submission(app, batch.id)
    info = exports.request_export(app, batch.id, "pdf")
    run_sent_tasks(app)
    assert "a PDF made for each form" in (exports.get_export(app, info.id).error_message or "")


def test_a_zip_of_very_many_files() -> None:
    """More than the old format counts, and a packed one at the end."""
    out = io.BytesIO()
    with zip_writer(out) as writer:
        for number in range(66_000):
            writer.add(f"{number}.txt", b"")
        writer.add_packed("größe.txt", iter([b"a" * 100_000, b"b"]))
    with zipfile.ZipFile(out) as archive:
        assert len(archive.namelist()) == 66_001
        assert archive.read("größe.txt") == b"a" * 100_000 + b"b"
    assert len(out.getvalue()) < 9_000_000


def test_a_line_stands_where_its_ink_is() -> None:
    field = FormField("place", 1, FieldKind.TEXT, Box(100, 450, 300, 40), layout=Layout.LINE)
    template = FormTemplate("Intake", (TemplatePage(1, 826, 1169, "blank.png"),), (field,))
    # In pixels of the crop, which begins half a box's height to the left of the field.
    letters = (("A", Box(50, 10, 20, 20)), ("B", Box(90, 10, 20, 20)))
    characters = tuple(CharacterReading(letter, 0.99, box=box) for letter, box in letters)
    [placed] = placed_texts(template, field, "AB", characters)
    assert (placed.text, placed.box.x, placed.box.right) == ("AB", 130, 190)
    [corrected] = placed_texts(template, field, "ABC", ())
    assert corrected.box.x == 100 and field.box.contains(corrected.box)
