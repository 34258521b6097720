"""Every operation is carried out; what comes back is as the document says, its examples too."""

from __future__ import annotations

import json

from openapi_spec_validator import validate

from forms_app.api.document import EXAMPLES, document
from forms_app.services.application import Application
from tests.api.scenario import play


def test_every_operation_does_what_the_document_says(app: Application) -> None:
    played = play(app)
    assert played.missing == set()
    written = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    assert played.examples == written, "run `python -m tests.api.scenario`"


def test_the_document_is_valid_openapi() -> None:
    found = document()
    validate(found)
    assert found["openapi"] == "3.1.0"
