"""A template with a field of each kind that exports tell apart, and forms of it."""

from __future__ import annotations

from typing import Any

from forms_app.reading.types import Value
from forms_app.services import exports
from forms_app.services.application import Application
from forms_app.services.dto.export_choices import PLAIN, ExportChoice
from forms_app.services.dto.exports import ExportInfo
from tests import factories
from tests.factories import reading
from tests.fakes import run_sent_tasks

FIELDS: list[dict[str, Any]] = [
    factories.SURNAME,
    {
        "name": "amount",
        "label": "Amount\nin euro",
        "page": 1,
        "kind": "number",
        "layout": "comb",
        "box": [100, 300, 300, 50],
        "cells": 8,
    },
    {
        "name": "born",
        "label": "Born",
        "page": 1,
        "kind": "date",
        "format": "DDMMYYYY",
        "layout": "comb",
        "box": [100, 400, 300, 50],
        "cells": 8,
    },
    {
        "name": "speaks",
        "page": 1,
        "kind": "choices",
        "box": [600, 200, 140, 40],
        "options": [
            {"value": "de", "box": [600, 200, 40, 40]},
            {"value": "fr", "box": [700, 200, 40, 40]},
        ],
    },
    factories.CONSENT,
]


def make_form(
    app: Application,
    batch_id: int,
    name: str = "a.png",
    amount: Value = "-1234.50",
    born: Value = "1980-02-29",
    needs_review: bool = False,
) -> int:
    """A form that has been read; returns the submission's id."""
    readings = [
        reading("surname", "MILLER"),
        reading("amount", amount, 0.8765432, needs_review=needs_review),
        reading("born", born),
        reading("speaks", ("de", "fr")),
        reading("consent", True),
    ]
    return factories.make_submission(app, batch_id, readings, name)


def exported(
    app: Application, batch_id: int, export_format: str, choice: ExportChoice = PLAIN
) -> bytes:
    """The bytes of an export of a batch."""
    return built(app, exports.request_export(app, batch_id, export_format, choice=choice))


def built(app: Application, asked: ExportInfo) -> bytes:
    """The bytes of an export that was asked for."""
    run_sent_tasks(app)
    done = exports.get_export(app, asked.id)
    assert (done.state, done.error_message) == ("done", None)
    _, _, chunks = exports.open_export(app, asked.id)
    return b"".join(chunks)
