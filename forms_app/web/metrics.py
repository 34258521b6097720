"""`/metrics`: what Prometheus asks for. No session, no page."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from forms_app.metrics_access import REFUSAL, may_read
from forms_app.metrics_folder import counted
from forms_app.metrics_server import CONTENT_TYPE, as_text
from forms_app.services.application import Application
from forms_app.services.site_metrics import SiteMetrics
from forms_app.web.context import application

blueprint = Blueprint("metrics", __name__)

EXTENSION = "fieldhand_site_metrics"


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    """What all processes of this machine have counted, and how much waits."""
    token = application().settings.metrics_token
    if not may_read(token, request.remote_addr or "", request.headers.get):
        return Response(f"{REFUSAL}\n", 403, content_type=CONTENT_TYPE)
    families = [*counted(), *_site_metrics(application()).families()]
    return Response(as_text(families), content_type=CONTENT_TYPE)


def _site_metrics(app: Application) -> SiteMetrics:
    """The application's own, which remembers its figures for some seconds."""
    kept: SiteMetrics = current_app.extensions.setdefault(EXTENSION, SiteMetrics(app))
    return kept
