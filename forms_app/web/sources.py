"""Sources: what brings in files by itself, whether it is there, what it took, what went wrong."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from forms_app.errors import UserError
from forms_app.services import sources
from forms_app.web.context import (
    application,
    current_actor,
    current_project_id,
    current_user_id,
)

blueprint = Blueprint("sources", __name__, url_prefix="/sources")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """All sources of the project; administrators see those of all projects."""
    return render_template("sources/index.html", **_listing())


@blueprint.get("/live")
def live() -> ResponseReturnValue:
    """The list alone."""
    return render_template("sources/_live.html", **_listing())


@blueprint.post("/<int:source_id>/forget")
def forget(source_id: int) -> ResponseReturnValue:
    """Take a source from the list."""
    name, refusal = "", ""
    try:
        name = sources.forget_source(application(), source_id, current_user_id())
    except UserError as error:
        refusal = error.message
    return render_template("sources/_said.html", name=name, refusal=refusal)


def _listing() -> dict[str, object]:
    everywhere = current_actor().is_admin
    project_ids = None if everywhere else {current_project_id()}
    return {"sources": sources.list_sources(application(), project_ids)}
