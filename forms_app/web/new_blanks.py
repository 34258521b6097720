"""A new template from filled copies or a photograph: watched while its blank is made, then used."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from forms_app.services import blank_sources, template_jobs
from forms_app.web.context import application

blueprint = Blueprint("blanks", __name__, url_prefix="/templates/blanks")


@blueprint.get("/<int:job_id>")
def show(job_id: int) -> ResponseReturnValue:
    """How far the blank is; once it is made, its pages with what is to be known of them."""
    return render_template("templates/blank.html", job=template_jobs.get_job(application(), job_id))


@blueprint.get("/<int:job_id>/live")
def live(job_id: int) -> ResponseReturnValue:
    """The part that changes while the blank is made."""
    job = template_jobs.get_job(application(), job_id)
    return render_template("templates/_blank.html", job=job)


@blueprint.post("/<int:job_id>/use")
def use(job_id: int) -> ResponseReturnValue:
    """Make the template and draw on it."""
    version = blank_sources.create_from_blank(application(), job_id)
    return redirect(url_for("drafts.edit", version_id=version.id), 303)


@blueprint.post("/<int:job_id>/forget")
def forget(job_id: int) -> ResponseReturnValue:
    """Start over with other files."""
    template_jobs.delete_job(application(), job_id)
    return redirect(url_for("new_templates.new"), 303)
