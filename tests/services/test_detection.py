"""Proposals for a draft, named by the words of its PDF."""

from __future__ import annotations

import pytest

from forms_app.errors import NotFoundError
from forms_app.reading.geometry import Box
from forms_app.reading.pdf_words import PrintedWord
from forms_app.services import templates
from forms_app.services.application import Application
from forms_app.services.detection import propose_fields
from forms_app.services.images import decode_grey, encode_png
from forms_app.services.printed_words import PageText, text_of, with_text
from tests.templating.pdf_blank import pdf_blank


def test_a_pdfs_words_name_the_proposals(app: Application) -> None:
    draft = templates.create_template(app, "Survey", pdf_blank(), "survey.pdf")
    found = propose_fields(app, draft.id, 1)
    telephone, signature = found.fields
    assert found.are_named
    assert (telephone["name"], telephone["kind"], telephone["cells"]) == ("telephone", "digits", 10)
    assert (signature["name"], signature["kind"]) == ("signature", "signature")
    assert templates.get_version(app, draft.id).definition["fields"] == []
    saved = templates.save_draft(app, draft.id, list(found.fields), draft.revision)
    assert saved.problems == ()


def test_a_page_that_is_not_there(app: Application) -> None:
    draft = templates.create_template(app, "Survey", pdf_blank(), "survey.pdf")
    with pytest.raises(NotFoundError):
        propose_fields(app, draft.id, 2)


def test_words_travel_inside_the_picture(app: Application) -> None:
    draft = templates.create_template(app, "Survey", pdf_blank(), "survey.pdf")
    png = templates.page_image(app, draft.id, 1)
    text = text_of(png)
    assert text.dpi == app.settings.pdf_dpi
    assert [word.text for word in text.words] == ["Telephone", "Signature"]
    grey = decode_grey(png)
    assert text_of(encode_png(grey)) == PageText()
    word = PrintedWord("Größe", Box(1.0, 2.0, 3.0, 4.0))
    again = with_text(encode_png(grey), 300.0, [word])
    assert text_of(again) == PageText(300.0, (word,))
    assert (decode_grey(again) == grey).all()
