"""A new form template: out of an uploaded blank, or of a template file."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.errors import TemplateError, UserError
from forms_app.services import blank_sources, template_imports, templates
from forms_app.web.context import application, current_project_id, current_user_id
from forms_app.web.request_data import uploaded_files
from forms_app.web.template_upload import read_import

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
        "Six or more, each filled by somebody else: what they share is the form. With fewer, "
        "ticks that all copies share may stay",
    ),
)
ONE_FILE = (
    "Put all pages of the empty form into one file, or choose “Filled copies only” where the files "
    "are copies."
)

blueprint = Blueprint("new_templates", __name__, url_prefix="/templates")


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """Upload a blank."""
    return _new_page()


@blueprint.post("/new")
def create() -> ResponseReturnValue:
    """Make a template of an uploaded blank, then draw on it; faults are shown beside the file."""
    name, source = request.form.get("name", "").strip(), request.form.get("source", EMPTY)
    files = uploaded_files("blank")
    if not files:
        return _new_page(
            "Choose the blank form: a PDF, or a scan of the empty sheet.", name, source
        )
    given = name or _name_of(files[0][0])
    try:
        if source != EMPTY:
            job = blank_sources.request_blank(
                application(), given, source, files, current_project_id()
            )
            return redirect(url_for("blanks.show", job_id=job.id), 303)
        if len(files) > 1:
            return _new_page(ONE_FILE, name, source)
        version = templates.create_template(
            application(),
            given,
            files[0][1],
            files[0][0],
            current_user_id(),
            current_project_id(),
        )
    except UserError as error:
        return _new_page(error.message, name, source)
    return redirect(url_for("drafts.edit", version_id=version.id), 303)


@blueprint.post("/import")
def import_file() -> ResponseReturnValue:
    """Take over a template file; all of its faults are shown at once.

    Where its name is taken it becomes a template of its own, and the page that follows offers to
    make it the next version of the other one.
    """
    try:
        definition, images = read_import(request.files.getlist("files"))
        imported = template_imports.import_beside(
            application(),
            definition,
            images,
            user_id=current_user_id(),
            project_id=current_project_id(),
        )
    except TemplateError as error:
        return _new_page(import_problems=error.problems)
    except UserError as error:
        return _new_page(import_problems=(error.message,))
    version, namesake = imported.version, imported.namesake
    flash(f"“{version.name}” was imported as a draft.")
    beside = None if namesake is None else namesake.id
    return redirect(url_for("templates.show", version_id=version.id, beside=beside), 303)


@blueprint.post("/versions/<int:version_id>/next-of/<int:template_id>")
def make_next_version(version_id: int, template_id: int) -> ResponseReturnValue:
    """An imported template is no template of its own but the next version of another."""
    version = template_imports.make_next_version(
        application(), version_id, template_id, current_user_id()
    )
    flash(f"This is now the draft of version {version.number} of “{version.name}”.")
    return redirect(url_for("templates.show", version_id=version.id), 303)


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
    return filename.rsplit(".", 1)[0].replace("_", " ").strip() or "New template"
