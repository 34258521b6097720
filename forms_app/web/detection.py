"""Automatic detection for the template editor: asked for here, done by a worker."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from forms_app.errors import UserError
from forms_app.services import detection
from forms_app.web.context import application
from forms_app.web.publishing import job_json

blueprint = Blueprint("detection", __name__, url_prefix="/templates")


@blueprint.post("/versions/<int:version_id>/detections")
def detect(version_id: int) -> ResponseReturnValue:
    """Have fields proposed for `{pages: [1, ...]}`; the draft stays as it is."""
    sent = request.get_json(silent=True)
    pages = sent.get("pages") if isinstance(sent, dict) else None
    if not isinstance(pages, list) or not all(type(page) is int for page in pages):
        raise UserError('Say for which pages fields are to be found, as {"pages": [1, 2]}.')
    return jsonify(job_json(detection.request_detection(application(), version_id, pages))), 202
