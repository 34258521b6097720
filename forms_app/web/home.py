"""Home: what waits for review, and the newest batches."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from forms_app.services import batches, templates
from forms_app.web.context import application, current_project_id

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The first page; with nothing there yet it says what to do first."""
    summary = batches.home_summary(application(), current_project_id())
    project_id = current_project_id()
    known = () if summary.batches else tuple(templates.list_templates(application(), project_id))
    return render_template("home/index.html", summary=summary, templates=known)


@blueprint.get("/live")
def live() -> ResponseReturnValue:
    """The part of the page that changes while work goes on."""
    summary = batches.home_summary(application(), current_project_id())
    return render_template("home/_live.html", summary=summary)
