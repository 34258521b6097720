"""Form templates: the list, a new one from a blank, versions, and the editor with its saving."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.errors import NotFoundError, TemplateError, UserError
from forms_app.reading.check_digits import CHECKS
from forms_app.services import blank_sources, template_files, template_versions, templates
from forms_app.services.dto.templates import TemplateVersion
from forms_app.templating.template_archive import ENDING
from forms_app.web.context import application
from forms_app.web.errors import wants_json
from forms_app.web.field_shapes import PageShapes, describe_fields, describe_rules
from forms_app.web.publishing import editor_urls
from forms_app.web.responses import attachment, kept_image
from forms_app.web.template_upload import read_import
from forms_app.web.version_shapes import compared_pages

DATE_FORMATS = ("DDMMYYYY", "MMDDYYYY", "YYYYMMDD", "DDMMYY", "MMYYYY", "YYYY", "HHMM")

BLANK_SECONDS = 24 * 3600

EMPTY = "empty"
SOURCES = (
    (EMPTY, "The empty form", "Best: the PDF that it was printed from, or a clean scan"),
    (
        "photograph",
        "A photograph of the empty form",
        "The sheet is found in the picture, straightened and evenly lit",
    ),
    (
        "copies",
        "Filled copies only",
        "Three or more, each filled by somebody else: what they share is the form",
    ),
)
ONE_FILE = (
    "Put all pages of the empty form into one file, or choose “Filled copies only” where the files "
    "are copies."
)

blueprint = Blueprint("templates", __name__, url_prefix="/templates")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """All templates, the last changed first."""
    return render_template(
        "templates/index.html", templates=templates.list_templates(application())
    )


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """Upload a blank."""
    return _new_page()


@blueprint.post("/new")
def create() -> ResponseReturnValue:
    """Make a template of an uploaded blank, then draw on it; faults are shown beside the file."""
    name, source = request.form.get("name", "").strip(), request.form.get("source", EMPTY)
    chosen = [upload for upload in request.files.getlist("blank") if upload.filename]
    if not chosen:
        return _new_page(
            "Choose the blank form: a PDF, or a scan of the empty sheet.", name, source
        )
    files = [(str(upload.filename).rsplit("/", 1)[-1], upload.read()) for upload in chosen]
    given = name or _name_of(files[0][0])
    try:
        if source != EMPTY:
            job = blank_sources.request_blank(application(), given, source, files)
            return redirect(url_for("blanks.show", job_id=job.id), 303)
        if len(files) > 1:
            return _new_page(ONE_FILE, name, source)
        version = templates.create_template(application(), given, files[0][1], files[0][0])
    except UserError as error:
        return _new_page(error.message, name, source)
    return redirect(url_for(".edit", version_id=version.id), 303)


@blueprint.post("/import")
def import_file() -> ResponseReturnValue:
    """Take over a template file; all of its faults are shown at once."""
    try:
        definition, images = read_import(request.files.getlist("files"))
        version = template_files.import_template(application(), definition, images)
    except TemplateError as error:
        return _new_page(import_problems=error.problems)
    except UserError as error:
        return _new_page(import_problems=(error.message,))
    flash(f"“{version.name}” was imported as a draft.")
    return redirect(url_for(".show", version_id=version.id), 303)


@blueprint.get("/versions/<int:version_id>/export.zip")
def export(version_id: int) -> ResponseReturnValue:
    """The template file with its blank pages."""
    version = templates.get_version(application(), version_id)
    content = template_files.export_template(application(), version_id)
    return attachment(content, f"{version.name} v{version.number}{ENDING}", "application/zip")


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
        fields=describe_fields(fields),
        rules=describe_rules(version.definition),
        pages=[PageShapes.of(page, fields) for page in version.pages],
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


@blueprint.get("/versions/<int:version_id>/edit")
def edit(version_id: int) -> ResponseReturnValue:
    """The editor; a published version opens to be looked at."""
    version = templates.get_version(application(), version_id)
    return render_template(
        "templates/edit.html",
        version=version,
        data=_editor_data(version),
        checks=tuple(CHECKS),
        date_formats=DATE_FORMATS,
    )


@blueprint.get("/versions/<int:version_id>/state")
def state(version_id: int) -> ResponseReturnValue:
    """The draft as it is kept, for an editor that lost track."""
    return jsonify(_state(templates.get_version(application(), version_id)))


@blueprint.put("/versions/<int:version_id>/draft")
def save_draft(version_id: int) -> ResponseReturnValue:
    """Keep the draft: `{fields, revision, name}`."""
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict) or not isinstance(sent.get("revision"), int):
        raise UserError("The draft was not understood. Reload the page, then repeat the change.")
    name = sent.get("name")
    version = templates.save_draft(
        application(),
        version_id,
        sent.get("fields"),  # type: ignore[arg-type]  # The service checks its shape.
        sent["revision"],
        name if isinstance(name, str) else None,
    )
    return jsonify(_state(version))


@blueprint.post("/versions/<int:version_id>/publish")
def publish(version_id: int) -> ResponseReturnValue:
    """Publish a draft; from the editor by script, from the version page as a form."""
    try:
        version = templates.publish(application(), version_id)
    except TemplateError:
        if wants_json():
            raise
        return redirect(url_for(".edit", version_id=version_id), 303)
    flash(f"Version {version.number} of “{version.name}” is published.")
    target = url_for(".show", version_id=version.id)
    return jsonify(url=target) if wants_json() else redirect(target, 303)


@blueprint.post("/<int:template_id>/draft")
def new_draft(template_id: int) -> ResponseReturnValue:
    """Start the next version of a published template, or go on with the draft there is."""
    draft = templates.new_draft(application(), template_id)
    return redirect(url_for(".edit", version_id=draft.id), 303)


@blueprint.post("/versions/<int:version_id>/delete")
def delete_draft(version_id: int) -> ResponseReturnValue:
    """Throw a draft away; the page has asked and named what is lost."""
    version = templates.get_version(application(), version_id)
    templates.delete_draft(application(), version_id)
    flash(f"The draft of “{version.name}”, version {version.number}, was deleted.")
    return redirect(url_for(".index"), 303)


@blueprint.post("/<int:template_id>/archive")
def archive(template_id: int) -> ResponseReturnValue:
    """Take a template out of the list; its batches and their data stay."""
    templates.archive_template(application(), template_id)
    flash("The template was archived. Its batches and their data are still there.")
    return redirect(url_for(".index"), 303)


@blueprint.get("/versions/<int:version_id>/pages/<int:number>.png")
def page_image(version_id: int, number: int) -> ResponseReturnValue:
    """A blank page; it never changes, so browsers keep it."""
    return kept_image(templates.page_image(application(), version_id, number), BLANK_SECONDS)


def _new_page(
    error: str = "",
    name: str = "",
    source: str = EMPTY,
    import_problems: tuple[str, ...] = (),
) -> ResponseReturnValue:
    page = render_template(
        "templates/new.html",
        error=error,
        name=name,
        source=source,
        sources=SOURCES,
        import_problems=import_problems,
    )
    return page, 422 if error or import_problems else 200


def _name_of(filename: str) -> str:
    """A first name for a template: that of its blank, without the ending."""
    return filename.rsplit("/", 1)[-1].rsplit(".", 1)[0].replace("_", " ").strip() or "New template"


def _summary_of(template_id: int) -> Any:
    """The template's line in the list; None once it is archived."""
    found = templates.list_templates(application())
    return next((summary for summary in found if summary.id == template_id), None)


def _state(version: TemplateVersion) -> dict[str, Any]:
    return {
        "name": version.name,
        "state": version.state,
        "revision": version.revision,
        "fields": version.definition["fields"],
        "problems": list(version.problems),
        "rules": version.definition.get("rules", []),
    }


def _editor_data(version: TemplateVersion) -> dict[str, Any]:
    return {
        "version": _state(version),
        "pages": [
            {
                "number": page.number,
                "width_px": page.width_px,
                "height_px": page.height_px,
                "url": url_for(".page_image", version_id=version.id, number=page.number),
                "rulings": url_for("editor.lines", version_id=version.id, number=page.number),
                "detect": url_for("detection.detect", version_id=version.id, number=page.number),
            }
            for page in version.pages
        ],
        "urls": {
            "draft": url_for(".save_draft", version_id=version.id),
            "state": url_for(".state", version_id=version.id),
            "publish": url_for(".publish", version_id=version.id),
            "explain": url_for("editor.explain"),
            "try": url_for("editor.try_value"),
            "values": url_for("editor.values"),
            "presence": url_for("editor.presence", version_id=version.id),
            "presence_end": url_for("editor.leave", version_id=version.id),
            **editor_urls(version.id),
        },
    }
