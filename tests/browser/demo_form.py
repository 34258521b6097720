"""The shipped demo form for tests and pictures: its template, and scans filled by "people"."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from forms_app import demo
from forms_app.services import templates
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion


def publish_demo(
    app: Application, name: str = "Clinic intake", high_risk: Collection[str] = ()
) -> TemplateVersion:
    """The demo's template as a person would make it: from its blank, fields drawn, published.
    `high_risk` names the fields that two people are to key."""
    definition = json.loads(demo.TEMPLATE.read_text(encoding="utf-8"))
    for field in definition["fields"]:
        if field["name"] in high_risk:
            field["second_key"] = True
    blank = demo.FOLDER / definition["pages"][0]["image"]
    draft = templates.create_template(app, name, blank.read_bytes(), blank.name)
    saved = templates.save_draft(app, draft.id, definition["fields"], draft.revision)
    return templates.publish(app, saved.id)


def filled_forms() -> list[Path]:
    """The demo's scans."""
    return sorted(demo.FILLED.glob("*.jpg"))
