"""Automatic detection for the template editor: proposals for one page."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from forms_app.services import detection
from forms_app.templating.label_reading import INSTALL_COMMAND
from forms_app.web.context import application

blueprint = Blueprint("detection", __name__, url_prefix="/templates")


@blueprint.post("/versions/<int:version_id>/pages/<int:number>/detect")
def detect(version_id: int, number: int) -> ResponseReturnValue:
    """Proposed fields of a page, `{fields, install}`; the draft stays as it is.

    `install` is the command that brings the reader of labels, null where they could be read.
    """
    found = detection.propose_fields(application(), version_id, number)
    return jsonify(fields=found.fields, install=None if found.are_named else INSTALL_COMMAND)
