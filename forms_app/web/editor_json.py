"""What the template editor's scripts ask: explanations of rules and codes, value lists, printed
lines, who else is there."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from forms_app.errors import UserError
from forms_app.services import code_help, editing, field_help, printed_lines
from forms_app.services.editing import Editor
from forms_app.web.context import application, current_user_id
from forms_app.web.request_data import sent_object
from forms_app.web.telling import told

LINES_SECONDS = 24 * 3600
NOT_UNDERSTOOD = "The request was not understood. Reload the page, then repeat the change."

blueprint = Blueprint("editor", __name__, url_prefix="/templates")


@blueprint.post("/explain")
def explain() -> ResponseReturnValue:
    """What a field accepts: `{field}` -> `{sentence, accepts, refuses, problems}`."""
    sent = sent_object(NOT_UNDERSTOOD)
    return jsonify(asdict(field_help.explain_field(_field(sent.get("field")))))


@blueprint.post("/try")
def try_value() -> ResponseReturnValue:
    """Whether a field accepts a text: `{field, text}` -> `{accepted, value, reasons}`."""
    sent = sent_object(NOT_UNDERSTOOD)
    return jsonify(
        asdict(field_help.try_in_field(_field(sent.get("field")), str(sent.get("text", ""))))
    )


@blueprint.post("/code")
def explain_code() -> ResponseReturnValue:
    """What codes on the pages say: `{code, text, name, pages}` -> `{meaning, verdict}`."""
    sent = sent_object(NOT_UNDERSTOOD)
    pages = sent.get("pages")
    if not isinstance(pages, int):
        raise UserError(NOT_UNDERSTOOD)
    setting, text, name = (str(sent.get(key, "")) for key in ("code", "text", "name"))
    return jsonify(asdict(code_help.help_with_code(setting, text, name, pages)))


@blueprint.get("/versions/<int:version_id>/pages/<int:number>/codes.json")
def codes(version_id: int, number: int) -> ResponseReturnValue:
    """The texts of the codes on a blank page: `{codes}`."""
    return jsonify(codes=code_help.codes_on_blank(application(), version_id, number))


@blueprint.post("/values")
def values() -> ResponseReturnValue:
    """A value list out of an uploaded CSV file, with what is to be known before it is used."""
    upload = request.files.get("file")
    if upload is None:
        raise UserError("Choose a CSV file.")
    try:
        field = _field(json.loads(request.form.get("field", "null")))
    except json.JSONDecodeError as error:
        raise UserError(NOT_UNDERSTOOD) from error
    column = request.form.get("column", type=int)
    heading = request.form.get("heading")
    found = field_help.read_value_list(
        field,
        upload.read(),
        column,
        None if heading is None else heading == "1",
        request.form.get("fitting") == "1",
    )
    body = asdict(found) | {"count": len(found.values)}
    if not found.has_heading:
        body["columns"] = [told(name) for name in found.columns]
    body["unfit"] = [{"reason": u.reason, **asdict(u.entries)} for u in found.unfit]
    return jsonify(body)


@blueprint.get("/versions/<int:version_id>/pages/<int:number>/lines.json")
def lines(version_id: int, number: int) -> Response:
    """The printed lines of a blank page that boxes snap to; they never change."""
    found = printed_lines.page_lines(application(), version_id, number)
    response = jsonify(vertical=found.vertical, horizontal=found.horizontal)
    response.cache_control.private = True
    response.cache_control.max_age = LINES_SECONDS
    return response


@blueprint.post("/versions/<int:version_id>/presence")
def presence(version_id: int) -> ResponseReturnValue:
    """Say that a draft is open in a window, and hear who else has it open."""
    sent = sent_object(NOT_UNDERSTOOD)
    found = editing.stay(application(), version_id, _editor(sent), current_user_id())
    return jsonify(
        revision=found.revision,
        others=[_other(each, str(sent.get("browser", ""))) for each in found.others],
    )


@blueprint.post("/versions/<int:version_id>/presence/end")
def leave(version_id: int) -> ResponseReturnValue:
    """The window is closed."""
    editing.leave(application(), version_id, str(sent_object(NOT_UNDERSTOOD).get("window", "")))
    return "", 204


def _field(sent: object) -> dict[str, Any]:
    if not isinstance(sent, dict):
        raise UserError(NOT_UNDERSTOOD)
    return sent


def _editor(sent: dict[str, Any]) -> Editor:
    fields = sent.get("fields")
    return Editor(
        window=str(sent.get("window", "")),
        browser=str(sent.get("browser", "")),
        device=_device(request.user_agent.string),
        fields=tuple(map(str, fields)) if isinstance(fields, list) else (),
        has_changed=sent.get("has_changed") is True,
    )


def _other(other: editing.OtherEditor, browser: str) -> dict[str, Any]:
    return {
        "who": _who(other, browser),
        "since": other.opened_at.isoformat(),
        "changed": other.changed_at.isoformat() if other.changed_at else None,
        "fields": list(other.fields),
    }


def _who(other: editing.OtherEditor, browser: str) -> str:
    if other.browser == browser:
        return "Another window of yours"
    return other.user_name or f"Somebody with {other.device}"


def _device(agent: str) -> str:
    """Such as `Firefox on Windows`: enough to tell colleagues apart."""
    browsers = ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome")
    browser = next((name for mark, name in (*browsers, ("Safari", "Safari")) if mark in agent), "")
    systems = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "CrOS", "Linux")
    system = next((name for name in systems if name in agent), "")
    return " on ".join(part for part in (browser or "a browser", system) if part)
