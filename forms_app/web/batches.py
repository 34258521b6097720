"""Batches: the list, a new one, and the page where files are dropped and watched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import BinaryIO, cast

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from forms_app.errors import UserError
from forms_app.services import (
    batches,
    form_lists,
    outside_templates,
    page_actions,
    quality_samples,
    retention,
    templates,
    uploads,
)
from forms_app.services.dto.batches import FileSummary
from forms_app.web.batch_watching import upload_limits, watched
from forms_app.web.context import application, current_project_id, current_user_id
from forms_app.web.errors import wants_json

PAGE_SIZE = 50
FORMS_SHOWN = 100

blueprint = Blueprint("batches", __name__, url_prefix="/batches")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """All batches, newest first."""
    return render_template("batches/index.html", **_listing())


@blueprint.get("/live")
def index_live() -> ResponseReturnValue:
    """The table of the list."""
    return render_template("batches/_list.html", **_listing())


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """Choose published form templates and a name."""
    published = [
        template
        for template in templates.list_templates(application(), current_project_id())
        if template.published_version_id is not None
    ]
    chosen = request.args.get("version", type=int)
    return render_template("batches/new.html", templates=published, chosen=chosen)


@blueprint.post("/")
def create() -> ResponseReturnValue:
    """Create the batch and go where files are dropped."""
    takes_any = "takes_any" in request.form
    chosen = [] if takes_any else request.form.getlist("version_id", type=int)
    name = request.form.get("name", "").strip() or _default_name(chosen)
    batch = batches.create_batch(
        application(),
        chosen,
        name,
        current_user_id(),
        takes_any=takes_any,
        project_id=current_project_id(),
    )
    return redirect(url_for(".show", batch_id=batch.id), 303)


@blueprint.get("/<int:batch_id>")
def show(batch_id: int) -> ResponseReturnValue:
    """Drop files, watch them being read, see what failed and why."""
    return render_template(
        "batches/show.html",
        outside=outside_templates.list_outside(application(), batch_id),
        status=quality_samples.sample_status(application(), batch_id),
        deletions=retention.deletions_of_batch(application(), batch_id),
        **watched(batch_id),
        **upload_limits(),
    )


@blueprint.get("/<int:batch_id>/live")
def show_live(batch_id: int) -> ResponseReturnValue:
    """The part of the batch page that changes while files are read."""
    return render_template("batches/_live.html", **watched(batch_id))


@blueprint.get("/<int:batch_id>/forms")
def forms(batch_id: int) -> ResponseReturnValue:
    """Every form that was read, also those where nothing needs a person."""
    after_id = request.args.get("after", type=int)
    found = form_lists.list_forms(application(), batch_id, FORMS_SHOWN + 1, after_id)
    return render_template(
        "batches/forms.html",
        batch=batches.get_summary(application(), batch_id),
        forms=found[:FORMS_SHOWN],
        next_after=found[FORMS_SHOWN - 1].id if len(found) > FORMS_SHOWN else None,
    )


@blueprint.post("/<int:batch_id>/files")
def upload(batch_id: int) -> ResponseReturnValue:
    """Take one or more files; a bad one is kept in the list with its reason, the rest go on."""
    given = [file for file in request.files.getlist("files") if file.filename]
    if not given:
        raise UserError("No file was chosen. Choose scans or photographs of filled forms.")
    added = [_add(batch_id, file) for file in given]
    if wants_json():
        return jsonify(files=[_as_json(file) for file in added]), 201
    return redirect(url_for(".show", batch_id=batch_id), 303)


@blueprint.post("/<int:batch_id>/files/<int:file_id>/retry")
def retry_file(batch_id: int, file_id: int) -> ResponseReturnValue:
    """Read a failed file again from its first page."""
    uploads.retry_file(application(), file_id, current_user_id())
    return _changed(batch_id)


@blueprint.post("/<int:batch_id>/files/<int:file_id>/remove")
def remove_file(batch_id: int, file_id: int) -> ResponseReturnValue:
    """Take a file and what was read from it out of the batch."""
    uploads.remove_file(application(), file_id, current_user_id())
    return _changed(batch_id)


@blueprint.post("/<int:batch_id>/pages/<int:page_id>/retry")
def retry_page(batch_id: int, page_id: int) -> ResponseReturnValue:
    """Read one failed page again."""
    uploads.retry_page(application(), page_id, current_user_id())
    return _changed(batch_id)


@blueprint.post("/<int:batch_id>/pages/<int:page_id>/remove")
def remove_page(batch_id: int, page_id: int) -> ResponseReturnValue:
    """Take a page that is no form out of its file."""
    page_actions.drop_page(application(), page_id, current_user_id())
    return _changed(batch_id)


@blueprint.post("/<int:batch_id>/delete")
def delete(batch_id: int) -> ResponseReturnValue:
    """Delete the batch with everything in it; the page has asked and named what is lost."""
    name = batches.get_summary(application(), batch_id).name
    batches.delete_batch(application(), batch_id, current_user_id())
    flash(f"The batch “{name}” was deleted.")
    return redirect(url_for(".index"), 303)


def _default_name(version_ids: Sequence[int]) -> str:
    known = [templates.get_version(application(), row_id).name for row_id in version_ids[:1]]
    more = " and others" if len(version_ids) > 1 else ""
    return f"{known[0] if known else 'Batch'}{more} {date.today().isoformat()}"


def _listing() -> dict[str, object]:
    before_id = request.args.get("before", type=int)
    found = batches.list_batches(application(), PAGE_SIZE + 1, before_id, current_project_id())
    return {
        "batches": found[:PAGE_SIZE],
        "older": found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else None,
        "before": before_id,
    }


def _add(batch_id: int, file: FileStorage) -> FileSummary:
    return uploads.add_file(
        application(),
        batch_id,
        file.filename or "",
        cast(BinaryIO, file.stream),
        user_id=current_user_id(),
    )


def _as_json(file: FileSummary) -> dict[str, object]:
    return {
        "id": file.id,
        "name": file.name,
        "state": file.state,
        "error": file.error_code,
        "message": file.error_message,
        "duplicate_of": file.duplicate_of,
    }


def _changed(batch_id: int) -> ResponseReturnValue:
    """After a change: the live part for htmx, the whole page for a browser without scripts."""
    if request.headers.get("HX-Request"):
        return show_live(batch_id)
    return redirect(url_for(".show", batch_id=batch_id), 303)
