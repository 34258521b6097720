"""Form templates: listed, imported, exported, archived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import url_for

from forms_app.api.access import require_here
from forms_app.api.declaring import ApiBlueprint
from forms_app.api.paging import stretch
from forms_app.api.shapes.base import Paging
from forms_app.api.shapes.templates import (
    BlankFile,
    ImportTarget,
    NewTemplate,
    TemplateDetail,
    TemplateFiles,
    TemplateList,
    Version,
)
from forms_app.errors import NotFoundError
from forms_app.services import template_imports, template_versions, templates
from forms_app.services.dto.templates import TemplateSummary, TemplateVersion
from forms_app.services.names import clean_file_name
from forms_app.services.permissions import Permission
from forms_app.services.project_of import Kind
from forms_app.web.context import application, current_project_id, current_user_id
from forms_app.web.template_upload import read_import

blueprint = ApiBlueprint("templates", "Form templates: what the pages of a batch are copies of.")


@blueprint.get("/templates")
@blueprint.operation("listTemplates", Permission.SEE)
@blueprint.arguments(Paging, location="query")
@blueprint.response(200, TemplateList)
def list_templates(paging: Mapping[str, Any]) -> Any:
    """List the form templates that are not archived."""
    after, limit = paging["after"], paging["limit"]
    found = sorted(_all(), key=lambda template: template.id)
    return stretch([each for each in found if each.id > after][: limit + 1], limit)


@blueprint.post("/templates")
@blueprint.operation("importTemplate", Permission.DESIGN)
@blueprint.arguments(TemplateFiles, location="files")
@blueprint.arguments(ImportTarget, location="query")
@blueprint.response(201, Version)
def import_template(sent: Mapping[str, Any], target: Mapping[str, Any]) -> Any:
    """Import a template file as a draft: a template of its own, or the next version of one.

    A template of its own whose name is taken is called `Intake (2)`.
    """
    definition, images = read_import(sent["files"])
    template_id = target.get("template_id")
    if template_id is not None:
        require_here(Kind.TEMPLATE, template_id)
        version = template_imports.import_as_version(
            application(), template_id, definition, images, current_user_id()
        )
    else:
        version = template_imports.import_beside(
            application(), definition, images, current_user_id(), current_project_id()
        ).version
    return _made(version)


@blueprint.post("/templates/from-blank")
@blueprint.operation("createTemplate", Permission.DESIGN)
@blueprint.arguments(BlankFile, location="files")
@blueprint.arguments(NewTemplate, location="query")
@blueprint.response(201, Version)
def create_template(sent: Mapping[str, Any], asked: Mapping[str, Any]) -> Any:
    """Make a template of an empty form; its draft has no fields yet."""
    blank = sent["blank"]
    name = clean_file_name(blank.filename or "")
    version = templates.create_template(
        application(),
        asked["name"],
        blank.read(),
        name,
        current_user_id(),
        current_project_id(),
    )
    return _made(version)


@blueprint.get("/templates/<int:template_id>")
@blueprint.operation("getTemplate", Permission.SEE, Kind.TEMPLATE)
@blueprint.response(200, TemplateDetail)
def get_template(template_id: int) -> Any:
    """Look at a template and its versions."""
    found = next((each for each in _all() if each.id == template_id), None)
    if found is None:
        raise NotFoundError("This form template is archived.")
    return asdict(found) | {"versions": template_versions.list_versions(application(), template_id)}


@blueprint.delete("/templates/<int:template_id>")
@blueprint.operation("archiveTemplate", Permission.DESIGN, Kind.TEMPLATE)
@blueprint.response(204)
def archive_template(template_id: int) -> Any:
    """Take a template out of the lists; its batches and their data stay."""
    templates.archive_template(application(), template_id, current_user_id())


@blueprint.post("/templates/<int:template_id>/draft")
@blueprint.operation("startDraft", Permission.DESIGN, Kind.TEMPLATE)
@blueprint.response(201, Version)
def start_draft(template_id: int) -> Any:
    """Start the next version of a published template, or go on with the draft that there is."""
    return _made(templates.new_draft(application(), template_id, current_user_id()))


def _all() -> list[TemplateSummary]:
    return templates.list_templates(application(), current_project_id())


def _made(version: TemplateVersion) -> tuple[TemplateVersion, int, dict[str, str]]:
    location = url_for("api_versions.get_version", version_id=version.id)
    return version, 201, {"Location": location}
