"""Is it up? For supervisors and load balancers: no session, no page."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from forms_app.services.health import check_health
from forms_app.web.context import application

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """200 when database, files and broker answer, else 503; the body says which do not."""
    health = check_health(application())
    return jsonify(ok=health.is_well, **asdict(health)), 200 if health.is_well else 503
