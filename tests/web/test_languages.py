"""Which language is spoken, and how sentences, numbers and dates are told in it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask, jsonify, render_template_string

from forms_app.services.dto.batches import BatchSummary
from forms_app.web import formatting
from forms_app.web.telling import Sentences, told, told_list
from tests.web.visitor import FETCH, Visitor

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
SENTENCES = Sentences(
    {
        "Page {0} has {1}.": "Seite {0} hat {1}.",
        "an empty cell": "eine leere Zelle",
        "{0} cells": "{0} Zellen",
        "{form} is {0}; say if {form} fits.": "{form} ist {0}; passt {form}?",
        "Read it again.": "Lesen Sie es erneut.",
        "{0} and {1}": "{0} und {1}",
        "the page": "die Seite",
        "the form": "das Formular",
    }
)


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("de-AT,de;q=0.9", "de"),
        ("fr, de;q=0.4", "de"),
        ("fr", "en"),
        ("en-GB, de", "en"),
        ("", "en"),
    ],
)
def test_the_browser_says_which_language(visitor: Visitor, asked: str, language: str) -> None:
    page = visitor.get("/batches/", headers={"Accept-Language": asked}).text
    assert f'<html lang="{language}">' in page
    assert ("Neuer Stapel" in page) == (language == "de")


def test_a_choice_lasts_and_leads_back(visitor: Visitor) -> None:
    answer = visitor.post("/language/", {"language": "de", "next": "/batches/new?version=3"})
    assert answer.status_code == 303 and answer.headers["Location"] == "/batches/new?version=3"
    assert '<html lang="de">' in visitor.get("/", headers={"Accept-Language": "en"}).text
    visitor.post("/language/", {"language": "en"})
    assert '<html lang="en">' in visitor.get("/", headers=GERMAN).text
    assert visitor.post("/language/", {"language": "xx"}).status_code == 404


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "//elsewhere.example", "/\\x", ""]
)
def test_nobody_is_led_elsewhere(visitor: Visitor, address: str) -> None:
    answer = visitor.post("/language/", {"language": "de", "next": address})
    assert answer.headers["Location"] == "/"


def test_scripts_get_their_words_once(visitor: Visitor) -> None:
    page = visitor.get("/", headers=GERMAN).text
    address = page.split('<script src="/language/')[1].split('"')[0]
    answer = visitor.get(f"/language/{address}")
    assert answer.mimetype == "text/javascript" and "immutable" in answer.headers["Cache-Control"]
    assert '"Saving…": "Speichere …"' in answer.text and '"plurals": [1, 0, 1, 1' in answer.text
    assert "/language/" not in visitor.get("/").text.split("</head>")[0]
    assert visitor.get("/language/en-0.js").status_code == 404


def test_failures_are_told(visitor: Visitor, batch: BatchSummary) -> None:
    answer = visitor.post(f"/batches/{batch.id}/files", headers=FETCH | GERMAN)
    assert answer.get_json()["message"].startswith("Es wurde keine Datei gewählt.")
    page = visitor.get("/no/such/page", headers=GERMAN).text
    assert "Hier ist nichts" in page and "There is nothing here" not in page


@pytest.mark.parametrize(
    ("said", "told_as"),
    [
        ("Page 2 has an empty cell.", "Seite 2 hat eine leere Zelle."),
        ("Page 2 has 12 cells.", "Seite 2 hat 12 Zellen."),
        # What a person has called something is no phrase of ours, however it ends.
        ("Page 2 has brain cells.", "Seite 2 hat brain cells."),
        ("A is full; say if A fits.", "A ist full; passt A?"),
        ("A is full; say if B fits.", "A is full; say if B fits."),
        ("Page 2 has a. Read it again.", "Seite 2 hat a. Lesen Sie es erneut."),
        ("Nobody wrote this. Read it again.", "Nobody wrote this. Lesen Sie es erneut."),
        ("Nobody wrote this.", "Nobody wrote this."),
        ("Page 2 has the page and the form.", "Seite 2 hat die Seite und das Formular."),
        ("Page 2 has the page and Ann.", "Seite 2 hat the page and Ann."),
        ("", ""),
    ],
)
def test_a_sentence_is_found_by_its_pattern(said: str, told_as: str) -> None:
    assert SENTENCES.told(said) == told_as


def test_scripts_are_sent_told_sentences_and_untouched_data(flask_app: Flask) -> None:
    body = {
        "message": "This upload is too large",
        "fields": [{"label": "the page", "reasons": ["the writing is struck out"]}],
    }
    with flask_app.test_request_context(headers=GERMAN):
        sent = jsonify(body).get_json()
        assert sent["message"] == "Das ist zu groß zum Hochladen"
        assert sent["fields"] == [
            {"label": "the page", "reasons": ["die Schrift ist durchgestrichen"]}
        ]
        in_page = render_template_string("{{ body | tojson }}", body=body)
        assert "durchgestrichen" in in_page and "the page" in in_page
        assert told_list("digits only, 5 to 8 characters") == "nur Ziffern, 5 bis 8 Zeichen"
    with flask_app.test_request_context():
        assert jsonify(body).get_json() == body
        assert told("This upload is too large") == "This upload is too large"


def test_the_editor_is_told_what_codes_and_lists_hold(visitor: Visitor) -> None:
    visitor.post("/language/", {"language": "de"})
    asked = {"code": "template:page", "text": "x", "name": "A", "pages": 2}
    told_of_code = visitor.send_json("/templates/code", asked).get_json()
    assert told_of_code["meaning"]["sentence"] == "Ein Code sagt die Vorlage und die Seite."
    assert told_of_code["meaning"]["effects"][0].startswith("Vorlage: Nur Codes")
    line = {"name": "a", "kind": "digits", "layout": "line", "box": [0, 0, 9, 9]}
    field = line | {"min_length": 2, "max_length": 4, "required": True}
    explained = visitor.send_json("/templates/explain", {"field": field}).get_json()
    assert explained["sentence"] == "Angenommen wird: 2 bis 4 Ziffern."
    refused = [refusal["reason"] for refusal in explained["refuses"]]
    assert "hat 5 Zeichen, höchstens 4 sind erlaubt" in refused


def test_numbers_and_dates_are_written_as_the_language_does(flask_app: Flask) -> None:
    moment = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
    with flask_app.test_request_context(headers=GERMAN):
        assert formatting.file_size(1_234_567) == "1,2\u00a0MB"
        assert formatting.file_size(827) == "827\u00a0Bytes"
        assert formatting.plural(1, "page") == "1\u00a0Seite"
        assert formatting.plural(12_000, "page") == "12\u202f000\u00a0Seiten"
        assert formatting.duration(200) == "etwa 3\u00a0min"
        assert formatting.absolute(moment) == "12.03.26, 09:30 UTC"
        assert (
            formatting.ago(moment, datetime(2026, 3, 12, 12, 30, tzinfo=UTC)) == "vor 3\u00a0Std."
        )
    with flask_app.test_request_context():
        assert formatting.absolute(moment) == "2026-03-12 09:30 UTC"
