"""Blanks of copies or a photograph: watched, cleaned and used; those of drafts: cleaned."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.services import blank_edits, blank_sources, template_jobs, templates
from forms_app.services.dto.templates import TemplateJob
from forms_app.web.context import application, current_user_id

blueprint = Blueprint("blanks", __name__, url_prefix="/templates")


@blueprint.get("/blanks/<int:job_id>")
def show(job_id: int) -> ResponseReturnValue:
    """How far the blank is; once it is made, its pages with what is to be known of them."""
    job = blank_sources.get_blank(application(), job_id)
    return render_template("templates/blank.html", job=job, cleaner=_cleaner(job))


@blueprint.get("/blanks/<int:job_id>/live")
def live(job_id: int) -> ResponseReturnValue:
    """The part that changes while the blank is made."""
    job = blank_sources.get_blank(application(), job_id)
    return render_template("templates/_blank.html", job=job, cleaner=_cleaner(job))


@blueprint.post("/blanks/<int:job_id>/use")
def use(job_id: int) -> ResponseReturnValue:
    """Make the template, cleaned as `cleaning` of the form says, and draw on it."""
    cleaning = request.form.get("cleaning", "")
    version = blank_sources.create_from_blank(application(), job_id, cleaning, current_user_id())
    return redirect(url_for("drafts.edit", version_id=version.id), 303)


@blueprint.post("/blanks/<int:job_id>/forget")
def forget(job_id: int) -> ResponseReturnValue:
    """Start over with other files."""
    template_jobs.delete_job(application(), job_id)
    return redirect(url_for("new_templates.new"), 303)


@blueprint.get("/versions/<int:version_id>/blank")
def clean(version_id: int) -> ResponseReturnValue:
    """The blank of a draft, to be cleaned."""
    version = templates.get_version(application(), version_id)
    if version.state != "draft":
        return redirect(url_for("templates.show", version_id=version_id), 303)
    pages = [
        {
            "width": page.width_px,
            "height": page.height_px,
            "url": url_for("templates.page_image", version_id=version_id, number=page.number),
            "made_of": 0,
            "doubtful": [],
            "copies": [],
        }
        for page in version.pages
    ]
    return render_template("templates/clean.html", version=version, pages=pages)


@blueprint.post("/versions/<int:version_id>/blank")
def keep_cleaned(version_id: int) -> ResponseReturnValue:
    """Erase what `cleaning` of the form says."""
    count = blank_edits.clean_draft(
        application(), version_id, request.form.get("cleaning", ""), current_user_id()
    )
    if count:
        places = "1\N{NO-BREAK SPACE}place" if count == 1 else f"{count}\N{NO-BREAK SPACE}places"
        flash(f"{places} erased on the blank.")
    return redirect(url_for("templates.show", version_id=version_id), 303)


def _cleaner(job: TemplateJob) -> list[dict[str, Any]]:
    """What the page's script needs of each page of the blank."""
    if job.result is None:
        return []

    def address(position: int) -> str:
        return url_for("publishing.picture", job_id=job.id, position=position)

    is_copied = job.request["source"] == blank_sources.BlankSource.COPIES
    return [
        {
            "width": page["width"],
            "height": page["height"],
            "url": address(page["picture"]),
            "made_of": page["copies"] if is_copied else 0,
            "doubtful": page["doubtful"],
            "copies": [
                {"number": copy["number"], "name": copy["name"], "url": address(copy["picture"])}
                for copy in page["laid"]
            ],
        }
        for page in job.result["pages"]
    ]
