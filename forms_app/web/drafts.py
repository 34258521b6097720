"""Drafts of form templates: the editor with its saving, publishing, and throwing away."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from forms_app.errors import TemplateError, UserError
from forms_app.reading.check_digits import CHECKS
from forms_app.services import detection, templates
from forms_app.services.dto.templates import TemplateVersion
from forms_app.web.context import application, current_user_id
from forms_app.web.errors import wants_json
from forms_app.web.publishing import editor_urls, job_json
from forms_app.web.request_data import sent_object

DATE_FORMATS = ("DDMMYYYY", "MMDDYYYY", "YYYYMMDD", "DDMMYY", "MMYYYY", "YYYY", "HHMM")
NOT_UNDERSTOOD = "The draft was not understood. Reload the page, then repeat the change."

blueprint = Blueprint("drafts", __name__, url_prefix="/templates")


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
def save(version_id: int) -> ResponseReturnValue:
    """Keep the draft: `{fields, rules, code, revision, name}`; what is left out stays."""
    sent = sent_object(NOT_UNDERSTOOD)
    if not isinstance(sent.get("revision"), int):
        raise UserError(NOT_UNDERSTOOD)
    name, code = sent.get("name"), sent.get("code")
    version = templates.save_draft(
        application(),
        version_id,
        sent.get("fields"),  # type: ignore[arg-type]  # The service checks its shape.
        sent["revision"],
        name if isinstance(name, str) else None,
        current_user_id(),
        rules=sent.get("rules"),
        code=code if isinstance(code, str) else None,
    )
    return jsonify(_state(version))


@blueprint.post("/versions/<int:version_id>/publish")
def publish(version_id: int) -> ResponseReturnValue:
    """Publish a draft; from the editor by script, from the version page as a form."""
    try:
        version = templates.publish(application(), version_id, current_user_id())
    except TemplateError:
        if wants_json():
            raise
        return redirect(url_for(".edit", version_id=version_id), 303)
    flash(f"Version {version.number} of “{version.name}” is published.")
    target = url_for("templates.show", version_id=version.id)
    return jsonify(url=target) if wants_json() else redirect(target, 303)


@blueprint.post("/<int:template_id>/draft")
def create(template_id: int) -> ResponseReturnValue:
    """Start the next version of a published template, or go on with the draft there is."""
    draft = templates.new_draft(application(), template_id, current_user_id())
    return redirect(url_for(".edit", version_id=draft.id), 303)


@blueprint.post("/versions/<int:version_id>/delete")
def delete(version_id: int) -> ResponseReturnValue:
    """Throw a draft away; the page has asked and named what is lost."""
    version = templates.get_version(application(), version_id)
    templates.delete_draft(application(), version_id, current_user_id())
    flash(f"The draft of “{version.name}”, version {version.number}, was deleted.")
    return redirect(url_for("templates.index"), 303)


def _state(version: TemplateVersion) -> dict[str, Any]:
    return {
        "name": version.name,
        "state": version.state,
        "revision": version.revision,
        "fields": version.definition["fields"],
        "problems": list(version.problems),
        "rules": version.definition.get("rules", []),
        "code": version.definition.get("code", ""),
    }


def _editor_data(version: TemplateVersion) -> dict[str, Any]:
    return {
        "version": _state(version),
        "pages": [
            {
                "number": page.number,
                "width_px": page.width_px,
                "height_px": page.height_px,
                "url": url_for("templates.page_image", version_id=version.id, number=page.number),
                "rulings": url_for("editor.lines", version_id=version.id, number=page.number),
                "codes": url_for("editor.codes", version_id=version.id, number=page.number),
            }
            for page in version.pages
        ],
        "detections": [job_json(job) for job in detection.detections(application(), version.id)],
        "urls": {
            "draft": url_for(".save", version_id=version.id),
            "state": url_for(".state", version_id=version.id),
            "publish": url_for(".publish", version_id=version.id),
            "explain": url_for("editor.explain"),
            "try": url_for("editor.try_value"),
            "values": url_for("editor.values"),
            "code": url_for("editor.explain_code"),
            "presence": url_for("editor.presence", version_id=version.id),
            "presence_end": url_for("editor.leave", version_id=version.id),
            **editor_urls(version.id),
        },
    }
