"""Versions of form templates: drafts are changed and checked, then published for good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from forms_app.api.access import require_here
from forms_app.api.declaring import ApiBlueprint
from forms_app.api.matching import require_match
from forms_app.api.pictures import BYTES, picture
from forms_app.api.shapes.templates import (
    Against,
    ChangedDraft,
    Comparison,
    DetectionPages,
    FilledForms,
    Findings,
    Job,
    MadeUp,
    Version,
)
from forms_app.services import (
    detection,
    dry_run,
    template_files,
    template_health,
    template_jobs,
    template_versions,
    templates,
)
from forms_app.services.names import clean_file_name
from forms_app.services.permissions import Permission
from forms_app.services.project_of import Kind
from forms_app.web.context import application, current_user_id
from forms_app.web.responses import attachment

VERSION = "/versions/<int:version_id>"

blueprint = ApiBlueprint("versions", "Versions of templates: a published one never changes.")


@blueprint.get(VERSION)
@blueprint.operation("getVersion", Permission.SEE, Kind.VERSION)
@blueprint.response(200, Version)
def get_version(version_id: int) -> Any:
    """Get a version with its pages and fields."""
    return templates.get_version(application(), version_id)


@blueprint.put(VERSION)
@blueprint.operation("saveDraft", Permission.DESIGN, Kind.VERSION)
@blueprint.arguments(ChangedDraft)
@blueprint.response(200, Version)
def save_draft(sent: Mapping[str, Any], version_id: int) -> Any:
    """Change a draft. `If-Match` must be the ETag of `getVersion`, so that nothing is overwritten.

    It may be incomplete; `problems` of the answer says what still hinders publishing.
    """
    known = templates.get_version(application(), version_id)
    require_match(Version(), lambda: known, is_needed=True)
    return templates.save_draft(
        application(),
        version_id,
        sent["fields_"],
        known.revision,
        sent["name"],
        current_user_id(),
        rules=sent["rules"],
        code=sent["code"],
    )


@blueprint.delete(VERSION)
@blueprint.operation("deleteDraft", Permission.DESIGN, Kind.VERSION)
@blueprint.response(204)
def delete_draft(version_id: int) -> Any:
    """Throw a draft away; a template that was never published goes with it."""
    require_match(Version(), lambda: templates.get_version(application(), version_id))
    templates.delete_draft(application(), version_id, current_user_id())


@blueprint.post(f"{VERSION}/publish")
@blueprint.operation("publishVersion", Permission.DESIGN, Kind.VERSION)
@blueprint.response(200, Version)
def publish_version(version_id: int) -> Any:
    """Publish a draft: batches can be made of it, and it never changes again."""
    return templates.publish(application(), version_id, current_user_id())


@blueprint.get(f"{VERSION}/check")
@blueprint.operation("checkVersion", Permission.SEE, Kind.VERSION)
@blueprint.response(200, Findings)
def check_version(version_id: int) -> Any:
    """Check a version: what hinders publishing, and what would be read badly."""
    return {"findings": template_health.quick_health(application(), version_id)}


@blueprint.get(f"{VERSION}/differences")
@blueprint.operation("compareVersions", Permission.SEE, Kind.VERSION)
@blueprint.arguments(Against, location="query")
@blueprint.response(200, Comparison)
def compare_versions(asked: Mapping[str, Any], version_id: int) -> Any:
    """See what changed between two versions of a template, from the older to the newer."""
    require_here(Kind.VERSION, asked["against"])
    return template_versions.compare(application(), version_id, asked["against"])


@blueprint.post(f"{VERSION}/registration-test")
@blueprint.operation("testRegistration", Permission.DESIGN, Kind.VERSION)
@blueprint.response(202, Job)
def test_registration(version_id: int) -> Any:
    """Have worn copies of the blanks laid onto them, to see whether scans will be found."""
    return _asked(template_health.registration_test(application(), version_id))


@blueprint.post(f"{VERSION}/try-out")
@blueprint.operation("tryVersion", Permission.DESIGN, Kind.VERSION)
@blueprint.arguments(FilledForms, location="files")
@blueprint.arguments(MadeUp, location="query")
@blueprint.response(202, Job)
def try_version(sent: Mapping[str, Any], asked: Mapping[str, Any], version_id: int) -> Any:
    """Have filled forms, or forms that are made up, read with a version; no batch holds them."""
    files = [(clean_file_name(each.filename or ""), each.read()) for each in sent["files"]]
    return _asked(dry_run.request_dry_run(application(), version_id, files, asked["synthetic"]))


@blueprint.post(f"{VERSION}/detection")
@blueprint.operation("detectFields", Permission.DESIGN, Kind.VERSION)
@blueprint.arguments(DetectionPages)
@blueprint.response(202, Job)
def detect_fields(sent: Mapping[str, Any], version_id: int) -> Any:
    """Have the fields of some pages looked for; the job's result proposes them."""
    return _asked(detection.request_detection(application(), version_id, sent["pages"]))


@blueprint.get("/jobs/<int:job_id>")
@blueprint.operation("getJob", Permission.SEE, Kind.JOB)
@blueprint.response(200, Job)
def get_job(job_id: int) -> Any:
    """See how far work around a template is, and what came out of it."""
    return template_jobs.get_job(application(), job_id)


@blueprint.get(f"{VERSION}/file")
@blueprint.operation("exportVersion", Permission.SEE, Kind.VERSION)
@blueprint.response(200, BYTES, content_type="application/zip")
def export_version(version_id: int) -> Any:
    """Get a version as a template file with its blanks, for `importTemplate`."""
    name = templates.get_version(application(), version_id).name
    content = template_files.export_template(application(), version_id)
    return attachment(content, f"{name}.zip", "application/zip")


@blueprint.get(f"{VERSION}/pages/<int:number>/image")
@blueprint.operation("getBlank", Permission.SEE, Kind.VERSION)
@blueprint.response(200, BYTES, content_type="image/png")
def get_blank(version_id: int, number: int) -> Any:
    """Get the picture of an empty page."""
    return picture(templates.page_image(application(), version_id, number))


def _asked(job: Any) -> tuple[Any, int, dict[str, str]]:
    return job, 202, {"Location": url_for(".get_job", job_id=job.id)}
