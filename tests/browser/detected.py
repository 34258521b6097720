"""Drafts on which fields have been proposed already, for tests of the Detect button."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

from forms_app.services import templates
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from forms_app.store.models import TemplateJobRow
from forms_app.store.states import JobKind, JobState
from tests import factories
from tests.serving import Serve

SURNAME = {
    "name": "surname", "label": "Surname", "page": 1, "kind": "text", "layout": "comb",
    "box": [100, 200, 400, 40], "cells": 6,
}  # fmt: skip
MARK = {"name": "first", "label": "First", "page": 1, "kind": "mark", "box": [100, 400, 30, 30]}
OPTIONS = [
    {"value": value, "box": [200 + 60 * i, 300, 30, 30]} for i, value in enumerate(("F", "M", "X"))
]
SEX = {"name": "sex", "label": "Sex", "page": 1, "kind": "choice", "options": OPTIONS}
PRINTED = factories.draw_blank(2, [*factories.FIELDS, *(f | {"page": 2} for f in factories.FIELDS)])
"""Two pages with the same boxes."""
NURSE = SURNAME | {"name": "nurse", "label": "Nurse", "page": 2}


def two_pages(app: Application, *found: dict[str, Any]) -> TemplateVersion:
    """A draft of two pages without fields; `found` has been proposed on them already."""
    draft = templates.create_template(app, "Detected", PRINTED, "blank.tiff")
    if found:
        pages = [
            {"number": number, "fields": [f for f in found if f["page"] == number]}
            for number in (1, 2)
        ]
        result = {"pages": pages, "install": None}
        add_job(app, draft, state=JobState.DONE, result=result, steps_done=2, steps_total=2)
    return draft


def add_job(app: Application, draft: TemplateVersion, **columns: Any) -> None:
    with app.session() as session:
        request = {"pages": [1, 2]}
        row = TemplateJobRow(kind=JobKind.DETECTION, version_id=draft.id, request=request)
        for name, value in columns.items():
            setattr(row, name, value)
        session.add(row)


def editor(serve: Serve, draft: TemplateVersion) -> str:
    return f"{serve.url}/templates/versions/{draft.id}/edit"


def row_of(page: Page, label: str) -> Locator:
    """The row of the proposal with this label."""
    at = page.eval_on_selector_all(
        ".detect-label", "(all, label) => all.findIndex(({value}) => value === label)", label
    )
    assert at >= 0
    return page.locator(".detect-row").nth(at)
