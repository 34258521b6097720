"""Projects, for administrators: made, renamed, archived and brought back."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.errors import NotFoundError, UserError
from forms_app.services import projects
from forms_app.web.context import application, current_user_id

blueprint = Blueprint("projects", __name__, url_prefix="/projects")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """All projects."""
    return render_template("projects/index.html", projects=projects.list_projects(application()))


@blueprint.post("/")
def create() -> ResponseReturnValue:
    """Make one."""
    name = request.form.get("name", "")
    return _tried(lambda: projects.create_project(application(), name, current_user_id()))


@blueprint.post("/<int:project_id>/name")
def rename(project_id: int) -> ResponseReturnValue:
    """Call one otherwise."""
    name = request.form.get("name", "")
    return _tried(
        lambda: projects.rename_project(application(), project_id, name, current_user_id())
    )


@blueprint.post("/<int:project_id>/archive")
def archive(project_id: int) -> ResponseReturnValue:
    """Let nobody work in one any more; the page has asked."""
    return _tried(lambda: projects.archive_project(application(), project_id, current_user_id()))


@blueprint.post("/<int:project_id>/bring-back")
def bring_back(project_id: int) -> ResponseReturnValue:
    """Let people work in an archived one again."""
    return _tried(lambda: projects.bring_back_project(application(), project_id, current_user_id()))


def _tried(change: Callable[[], object]) -> ResponseReturnValue:
    """Do it, or say on the page why not."""
    try:
        change()
    except NotFoundError:
        raise
    except UserError as error:
        flash(error.message)
    return redirect(url_for(".index"), 303)
