"""Form templates: the list, their versions, what changed between them, export."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.errors import NotFoundError
from forms_app.services import (
    blank_edits,
    template_files,
    template_versions,
    template_views,
    templates,
)
from forms_app.services.dto.templates import TemplateSummary
from forms_app.templating.template_archive import ENDING
from forms_app.web.context import application, current_project_id, current_user_id
from forms_app.web.field_shapes import PageShapes, describe_fields, describe_rules
from forms_app.web.responses import attachment, kept_image
from forms_app.web.version_shapes import compared_pages

BLANK_SECONDS = 24 * 3600

blueprint = Blueprint("templates", __name__, url_prefix="/templates")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """All templates, the last changed first."""
    return render_template("templates/index.html", templates=_listed())


@blueprint.get("/versions/<int:version_id>")
def show(version_id: int) -> ResponseReturnValue:
    """One version: its pages with their boxes, its fields, what can be done with it."""
    version = templates.get_version(application(), version_id)
    fields = version.definition["fields"]
    return render_template(
        "templates/show.html",
        version=version,
        versions=template_versions.list_versions(application(), version.template_id),
        summary=_summary_of(version.template_id),
        namesake=_imported_beside(version.template_id),
        view=template_views.name_of_view(application(), version.template_id),
        fields=describe_fields(fields),
        rules=describe_rules(version.definition),
        pages=[PageShapes.of(page, fields) for page in version.pages],
        records=[
            blank_edits.record_of(application().files, page.blank_key) for page in version.pages
        ],
    )


@blueprint.get("/versions/<int:version_id>/differences")
def compare(version_id: int) -> ResponseReturnValue:
    """What changed between a version and another one (`against`), in words and on the pages."""
    against = request.args.get("against", type=int)
    if against is None:
        raise NotFoundError("This address names no version to compare with.")
    comparison = template_versions.compare(application(), version_id, against)
    return render_template(
        "templates/differences.html",
        comparison=comparison,
        versions=template_versions.list_versions(application(), comparison.new.template_id),
        pages=compared_pages(comparison),
    )


@blueprint.get("/versions/<int:version_id>/export.zip")
def export(version_id: int) -> ResponseReturnValue:
    """The template file with its blank pages."""
    version = templates.get_version(application(), version_id)
    content = template_files.export_template(application(), version_id)
    return attachment(content, f"{version.name} v{version.number}{ENDING}", "application/zip")


@blueprint.post("/<int:template_id>/archive")
def archive(template_id: int) -> ResponseReturnValue:
    """Take a template out of the list; its batches and their data stay."""
    templates.archive_template(application(), template_id, current_user_id())
    flash("The template was archived. Its batches and their data are still there.")
    return redirect(url_for(".index"), 303)


@blueprint.get("/versions/<int:version_id>/pages/<int:number>.png")
def page_image(version_id: int, number: int) -> ResponseReturnValue:
    """A blank page; browsers keep it, that of a draft until it is cleaned."""
    is_draft = templates.get_version(application(), version_id).state == "draft"
    seconds = 0 if is_draft else BLANK_SECONDS
    return kept_image(templates.page_image(application(), version_id, number), seconds)


def _imported_beside(template_id: int) -> Any:
    """The template that has the name which the file of this one, just imported, says; or None."""
    other_id = request.args.get("beside", type=int)
    return None if other_id in (None, template_id) else _summary_of(other_id)


def _summary_of(template_id: int) -> Any:
    """The template's line in the list; None once it is archived."""
    return next((summary for summary in _listed() if summary.id == template_id), None)


def _listed() -> list[TemplateSummary]:
    return templates.list_templates(application(), current_project_id())
