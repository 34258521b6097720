"""Projects, for administrators: a token itself works in one alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import url_for

from forms_app.api.declaring import ApiBlueprint
from forms_app.api.paging import stretch
from forms_app.api.shapes.base import Paging
from forms_app.api.shapes.projects import Project, ProjectList, ProjectName
from forms_app.services import projects
from forms_app.services.permissions import Permission
from forms_app.services.project_of import Kind, missing
from forms_app.services.projects import ProjectSummary
from forms_app.web.context import application, current_user_id

PROJECT = "/projects/<int:project_id>"

blueprint = ApiBlueprint("projects", "What separates templates, batches and people.")


@blueprint.get("/projects")
@blueprint.operation("listProjects", Permission.ADMINISTER)
@blueprint.arguments(Paging, location="query")
@blueprint.response(200, ProjectList)
def list_projects(paging: Mapping[str, Any]) -> Any:
    """List all projects, archived ones too."""
    found = sorted(projects.list_projects(application()), key=lambda project: project.id)
    return stretch([each for each in found if each.id > paging["after"]], paging["limit"])


@blueprint.post("/projects")
@blueprint.operation("createProject", Permission.ADMINISTER)
@blueprint.arguments(ProjectName)
@blueprint.response(201, Project)
def create_project(sent: Mapping[str, Any]) -> Any:
    """Make an empty project; roles in it are given by `setRights`."""
    project_id = projects.create_project(application(), sent["name"], current_user_id())
    return _found(project_id), 201, {"Location": url_for(".get_project", project_id=project_id)}


@blueprint.get(PROJECT)
@blueprint.operation("getProject", Permission.ADMINISTER)
@blueprint.response(200, Project)
def get_project(project_id: int) -> Any:
    """Look at a project in numbers."""
    return _found(project_id)


@blueprint.patch(PROJECT)
@blueprint.operation("renameProject", Permission.ADMINISTER)
@blueprint.arguments(ProjectName)
@blueprint.response(200, Project)
def rename_project(sent: Mapping[str, Any], project_id: int) -> Any:
    """Call a project otherwise."""
    return _after(projects.rename_project, project_id, sent["name"])


@blueprint.post(f"{PROJECT}/archive")
@blueprint.operation("archiveProject", Permission.ADMINISTER)
@blueprint.response(200, Project)
def archive_project(project_id: int) -> Any:
    """Let nobody work in a project any more; everything in it stays."""
    return _after(projects.archive_project, project_id)


@blueprint.post(f"{PROJECT}/bring-back")
@blueprint.operation("bringBackProject", Permission.ADMINISTER)
@blueprint.response(200, Project)
def bring_back_project(project_id: int) -> Any:
    """Let people work in an archived project again."""
    return _after(projects.bring_back_project, project_id)


def _after(act: Callable[..., object], project_id: int, *more: object) -> ProjectSummary:
    """The project as it is once something was done with it."""
    act(application(), project_id, *more, current_user_id())
    return _found(project_id)


def _found(project_id: int) -> ProjectSummary:
    found = (each for each in projects.list_projects(application()) if each.id == project_id)
    project = next(found, None)
    if project is None:
        raise missing(Kind.PROJECT)
    return project
