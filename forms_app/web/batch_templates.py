"""The templates of a batch: more are added to it, and refused pages then tried again."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.services import outside_templates, refused_pages
from forms_app.web import batches, pages
from forms_app.web.context import application, current_user_id

blueprint = Blueprint("batch_templates", __name__, url_prefix="/batches/<int:batch_id>")
QUEUE_PART = "pages-live"


@blueprint.post("/templates")
def add(batch_id: int) -> ResponseReturnValue:
    """Count the chosen templates among the batch's."""
    chosen = request.form.getlist("version_id", type=int)
    names = outside_templates.add_templates(application(), batch_id, chosen, current_user_id())
    listed = ", ".join(f"“{name}”" for name in names)
    flash(f"{listed} added to the batch.")
    return redirect(url_for("batches.show", batch_id=batch_id), 303)


@blueprint.post("/templates/<int:version_id>/take")
def take(batch_id: int, version_id: int) -> ResponseReturnValue:
    """Add the template that refused pages belong to, and read these."""
    count = refused_pages.take_recognised(application(), batch_id, version_id, current_user_id())
    return _shown(batch_id, f"The template was added; {_being_read(count)}.")


@blueprint.post("/retry")
def retry(batch_id: int) -> ResponseReturnValue:
    """Have every refused page recognised again."""
    count = refused_pages.retry_refused(application(), batch_id, current_user_id())
    return _shown(batch_id, f"{_being_read(count).capitalize()}.")


def _being_read(count: int) -> str:
    if count == 1:
        return "one page is being read again"
    return f"{count}\N{NO-BREAK SPACE}pages are being read again"


def _shown(batch_id: int, words: str) -> ResponseReturnValue:
    """The part of the page that asked; the whole page queue where nothing is swapped in."""
    if request.headers.get("HX-Target") == QUEUE_PART:
        return pages.index_live(batch_id)
    if request.headers.get("HX-Request"):
        return batches.show_live(batch_id)
    flash(words)
    return redirect(url_for("pages.index", batch_id=batch_id), 303)
