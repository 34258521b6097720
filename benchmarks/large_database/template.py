"""The form that all of them are copies of."""

from __future__ import annotations

from typing import Any

from benchmarks.large_database.shape import PEOPLE
from forms_app.services import people, templates
from forms_app.services.application import Application
from forms_app.store.readings import model_version_id
from tests.factories import draw_blank

COLUMNS = 5
MODEL_ID = "large"


def prepare(app: Application, fields: int) -> None:
    """A published template of `fields` fields, people who review, a model: each with the id 1, and
    the people after the one that every database has."""
    drawn = [_field(place) for place in range(fields)]
    draft = templates.create_template(app, "Large form", draw_blank(1, drawn), "blank.tiff")
    templates.publish(app, templates.save_draft(app, draft.id, drawn, draft.revision).id)
    for number in range(PEOPLE):
        people.add_person(app, f"Reviewer {number + 1}")
    with app.session() as session:
        model_version_id(session, MODEL_ID, "litert")


def _field(place: int) -> dict[str, Any]:
    row, column = divmod(place, COLUMNS)
    return {
        "name": f"field_{place:02}",
        "label": f"Field {place + 1}",
        "page": 1,
        "kind": "digits",
        "layout": "comb",
        "box": [60 + 140 * column, 110 + 38 * row, 112, 30],
        "cells": 4,
    }
