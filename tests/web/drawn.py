"""The smallest form that can be published: one page with one box."""

from __future__ import annotations

import cv2
import numpy as np

from forms_app.services import templates
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion

BOX_PX = [100, 100, 600, 60]


def blank_png() -> bytes:
    """A4 at 100 dpi with a box and a title."""
    page = np.full((1169, 827), 255, np.uint8)
    x, y, width, height = BOX_PX
    cv2.rectangle(page, (x, y), (x + width, y + height), 0, 2)
    cv2.putText(page, "Intake form", (100, 70), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 2)
    return cv2.imencode(".png", page)[1].tobytes()


def publish_drawn_template(app: Application, name: str = "Clinic intake") -> TemplateVersion:
    """The form as a published template."""
    draft = templates.create_template(app, name, blank_png(), "blank.png")
    field = {"name": "surname", "page": 1, "kind": "text", "layout": "line", "box": BOX_PX}
    saved = templates.save_draft(app, draft.id, [field], draft.revision)
    return templates.publish(app, saved.id)
