"""Drawn forms of one page with one tick box, told apart by their print."""

from __future__ import annotations

from collections.abc import Sequence

import cv2

from forms_app.reading.types import GreyImage
from forms_app.services import templates
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from forms_app.store.models import LOCAL_USER_ID, MAIN_PROJECT_ID
from tests import factories
from tests.fakes import run_sent_tasks
from tests.reading.sheets import draw_blank
from tests.services.two_page_scans import tiff_of

WIDTH_PX, HEIGHT_PX = 1240, 1754
BOX = [900, 1560, 60, 60]


def blank(seed: int) -> GreyImage:
    """The form of this seed."""
    grey = draw_blank(seed, HEIGHT_PX, WIDTH_PX)
    cv2.rectangle(grey, (BOX[0], BOX[1]), (BOX[0] + 60, BOX[1] + 60), 0, 2)
    return grey


def published(app: Application, seed: int, project_id: int = MAIN_PROJECT_ID) -> TemplateVersion:
    """The form of this seed as a template, called after its seed."""
    png = cv2.imencode(".png", blank(seed))[1].tobytes()
    name, by = f"Form {seed}", LOCAL_USER_ID
    draft = templates.create_template(app, name, png, "blank.png", by, project_id)
    field = {"name": f"tick_{seed}", "page": 1, "kind": "mark", "box": BOX}
    return templates.publish(app, templates.save_draft(app, draft.id, [field], draft.revision).id)


def filled(seed: int) -> GreyImage:
    """The form of this seed with its box crossed."""
    grey = blank(seed)
    cv2.line(grey, (908, 1568), (952, 1612), 30, 6)
    cv2.line(grey, (952, 1568), (908, 1612), 30, 6)
    return grey


def upload(
    app: Application, batch_id: int, pages: Sequence[GreyImage], name: str = "mixed.tiff"
) -> None:
    """One file of these pages, read."""
    factories.upload(app, batch_id, tiff_of(pages), name)
    run_sent_tasks(app)
