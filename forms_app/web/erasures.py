"""Erasing a form for good, and the certificates of that."""

from __future__ import annotations

import json

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.services import erasure, erasures
from forms_app.web.context import application, current_project_id, current_user_id
from forms_app.web.responses import attachment

MOST_OTHERS = 40
"""Pages of other people that are drawn anew while somebody waits for the page."""

blueprint = Blueprint("erasures", __name__, url_prefix="/erasures")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """What was erased in this project, with certificates."""
    found = erasures.list_erasures(application(), current_project_id())
    return render_template("erasures/index.html", erasures=found)


@blueprint.post("/of/<int:submission_id>")
def erase(submission_id: int) -> ResponseReturnValue:
    """Erase the form now."""
    reason = request.form.get("reason", "")
    done = erasure.erase(application(), submission_id, reason, current_user_id(), MOST_OTHERS)
    if done.certificate["afterwards"]["files_left"]:
        flash("The form is erased, but the file store did not answer: some files go later.")
    else:
        flash("The form is erased. Nothing of it is left here; keep the certificate.")
    return redirect(url_for(".index"), 303)


@blueprint.get("/certificate.json")
def certificate() -> ResponseReturnValue:
    """The certificate with the number `erasure`, of this project."""
    number = request.args.get("erasure", type=int, default=0)
    found = erasures.get_erasure(application(), number, current_project_id())
    text = json.dumps(dict(found.certificate), indent=1, ensure_ascii=False)
    return attachment(text.encode(), f"erasure-{number}.json", "application/json")
