"""What the review station asks about one field besides its decision: whose it is, its history, the
form before, notes to others; and which keys a person has chosen."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from forms_app.errors import UserError
from forms_app.services import around_field, preferences, review_notes
from forms_app.services.dto.field_history import FieldHistory
from forms_app.services.field_history import field_history
from forms_app.web.context import application, current_user_id
from forms_app.web.request_data import sent_object
from forms_app.web.review_json import (
    asked_key,
    asked_scope,
    item_json,
    key_json,
    scope_arguments,
    sent_seat,
)

NOT_UNDERSTOOD = "This was not understood. Reload the page, then repeat it."

blueprint = Blueprint("review_field", __name__, url_prefix="/review")


@blueprint.post("/<int:submission_id>/take")
def take(submission_id: int) -> ResponseReturnValue:
    """The field for this window, `{window}`; `held_by` names who has it instead."""
    seat, key = sent_seat(sent_object(NOT_UNDERSTOOD)), asked_key(submission_id)
    scope = None if "form" in scope_arguments() else asked_scope()
    return jsonify(item_json(around_field.take_field(application(), key, scope, seat)))


@blueprint.get("/<int:submission_id>/history")
def history(submission_id: int) -> ResponseReturnValue:
    """All that was ever said of the field."""
    found = field_history(application(), asked_key(submission_id), asked_scope())
    return jsonify(_history_json(found))


@blueprint.get("/<int:submission_id>/before")
def value_before(submission_id: int) -> ResponseReturnValue:
    """What the field holds in the form before: `{found, value, form}`."""
    found = around_field.value_before(application(), asked_key(submission_id), asked_scope())
    if found is None:
        return jsonify(found=False)
    return jsonify(found=True, value=found.value, form=found.form_label)


@blueprint.get("/<int:submission_id>/waiting")
def waiting(submission_id: int) -> ResponseReturnValue:
    """Which fields of the form still wait in the scope that the address names."""
    keys = around_field.waiting_in_form(application(), submission_id, asked_scope())
    return jsonify(keys=[key_json(key) for key in keys])


@blueprint.post("/<int:submission_id>/postpone")
def postpone(submission_id: int) -> ResponseReturnValue:
    """Put the field off, `{window}`: it comes after all others."""
    seat = sent_seat(sent_object(NOT_UNDERSTOOD))
    review_notes.postpone(application(), asked_key(submission_id), current_user_id(), seat)
    return "", 204


@blueprint.post("/<int:submission_id>/refer")
def refer(submission_id: int) -> ResponseReturnValue:
    """Leave the field to somebody who knows better, `{window, text}`."""
    sent = sent_object(NOT_UNDERSTOOD)
    key, text, seat = asked_key(submission_id), _text(sent), sent_seat(sent)
    review_notes.refer(application(), key, text, current_user_id(), seat)
    return "", 204


@blueprint.post("/<int:submission_id>/take-up")
def take_up(submission_id: int) -> ResponseReturnValue:
    """Take back that the field was put off or referred."""
    review_notes.take_up(application(), asked_key(submission_id), current_user_id())
    return "", 204


@blueprint.post("/<int:submission_id>/misaligned")
def misaligned(submission_id: int) -> ResponseReturnValue:
    """The boxes do not lie on the writing, `{text}`: the page goes to the page queue."""
    key, text = asked_key(submission_id), _text(sent_object(NOT_UNDERSTOOD))
    review_notes.report_misaligned(application(), key, text, current_user_id())
    return "", 204


@blueprint.put("/keys")
def set_keys() -> ResponseReturnValue:
    """The keys that the person has changed, by command: `{keys: {command: combination}}`."""
    keys = sent_object(NOT_UNDERSTOOD).get("keys")
    if not isinstance(keys, dict):
        raise UserError(NOT_UNDERSTOOD)
    preferences.set_review_keys(application(), current_user_id(), keys)
    return "", 204


def _text(sent: dict[str, Any]) -> str:
    text = sent.get("text", "")
    if not isinstance(text, str):
        raise UserError(NOT_UNDERSTOOD)
    return text


def _history_json(found: FieldHistory) -> dict[str, Any]:
    """Times as ISO 8601."""
    rows = asdict(found)
    return {name: [_plain(row) for row in part] for name, part in rows.items()}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in row.items()
    }
