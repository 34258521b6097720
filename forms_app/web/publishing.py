"""Before publishing: health check and dry run; and the jobs that workers do for
them. The editor's scripts ask here."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.services import dry_run, template_health, template_jobs
from forms_app.services.dto.templates import TemplateJob
from forms_app.web.context import application
from forms_app.web.request_data import uploaded_files
from forms_app.web.responses import kept_image

PICTURE_SECONDS = 3600

blueprint = Blueprint("publishing", __name__, url_prefix="/templates")


def editor_urls(version_id: int) -> dict[str, str]:
    """Addresses that the editor's helpers of this room need."""
    return {
        "health": url_for("publishing.health", version_id=version_id),
        "registration": url_for("publishing.test_registration", version_id=version_id),
        "tryouts": url_for("publishing.try_out", version_id=version_id),
        "detections": url_for("detection.detect", version_id=version_id),
    }


@blueprint.get("/versions/<int:version_id>/health")
def health(version_id: int) -> ResponseReturnValue:
    """What can be said at once: `{findings: [{severity, code, message, advice, field, page}]}`."""
    found = template_health.quick_health(application(), version_id)
    return jsonify(findings=[asdict(finding) for finding in found])


@blueprint.post("/versions/<int:version_id>/registration")
def test_registration(version_id: int) -> ResponseReturnValue:
    """Have worn copies of the blanks laid onto them; `{anew: true}` does it once more."""
    sent = request.get_json(silent=True) or {}
    anew = isinstance(sent, dict) and sent.get("anew") is True
    return jsonify(job_json(template_health.registration_test(application(), version_id, anew)))


@blueprint.post("/versions/<int:version_id>/tryouts")
def try_out(version_id: int) -> ResponseReturnValue:
    """Have filled samples read: files of a form, or `synthetic` of them drawn by machine."""
    synthetic = request.form.get("synthetic", 0, type=int)
    job = dry_run.request_dry_run(application(), version_id, uploaded_files("files"), synthetic)
    return jsonify(job_json(job)), 202


@blueprint.get("/jobs/<int:job_id>")
def job(job_id: int) -> ResponseReturnValue:
    """How far a job is: `{state, done, total, result, pictures, error, url}`."""
    return jsonify(job_json(template_jobs.get_job(application(), job_id)))


@blueprint.delete("/jobs/<int:job_id>")
def forget(job_id: int) -> ResponseReturnValue:
    """Nobody looks at it any more: its files go at once."""
    template_jobs.delete_job(application(), job_id)
    return "", 204


@blueprint.get("/jobs/<int:job_id>/pictures/<int:position>.png")
def picture(job_id: int, position: int) -> ResponseReturnValue:
    """An image that came out of a job."""
    return kept_image(template_jobs.job_page(application(), job_id, position), PICTURE_SECONDS)


def job_json(found: TemplateJob) -> dict[str, Any]:
    """A job as the editor's scripts have it; `job` names the keys."""
    return {
        "state": found.state,
        "done": found.steps_done,
        "total": found.steps_total,
        "request": found.request,
        "result": found.result,
        "error": found.error_message,
        "pictures": [
            url_for("publishing.picture", job_id=found.id, position=position)
            for position in range(found.page_count)
        ],
        "url": url_for("publishing.job", job_id=found.id),
    }
