"""The blank of a draft is cleaned page by page."""

from __future__ import annotations

import json

import pytest

from forms_app.errors import ConflictError, UserError
from forms_app.reading.geometry import Box
from forms_app.services import blank_edits, templates
from forms_app.services.application import Application
from forms_app.services.images import decode_grey
from tests import factories
from tests.services.test_blank_sources import as_tiff
from tests.templating.test_blank_from_copies import print_of

TITLE = [90, 80, 300, 80]
ERASE = {"change": "erase", "box": TITLE}


def ink(app: Application, version_id: int, page: int) -> int:
    blank = decode_grey(templates.page_image(app, version_id, page))
    return int((blank[Box(*TITLE).as_slices()] < 128).sum())


def test_of_two_pages_that_are_alike_the_one_is_cleaned(app: Application) -> None:
    draft = templates.create_template(app, "Twice", as_tiff(print_of(1), print_of(1)), "two.tiff")
    assert draft.pages[0].blank_key == draft.pages[1].blank_key
    assert blank_edits.clean_draft(app, draft.id, json.dumps([[], [ERASE]])) == 1
    assert ink(app, draft.id, 1) > 0 == ink(app, draft.id, 2)


def test_what_cannot_be_cleaned_says_so(app: Application) -> None:
    published = factories.make_published(app)
    sent = json.dumps([[ERASE]])
    with pytest.raises(ConflictError, match="is published and cannot be changed"):
        blank_edits.clean_draft(app, published.id, sent)
    draft = templates.create_template(app, "Once", as_tiff(print_of(1)), "one.tiff")
    with pytest.raises(UserError, match="were not understood"):
        blank_edits.clean_draft(app, draft.id, json.dumps([[ERASE], []]))
