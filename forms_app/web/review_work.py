"""What the review station's script asks and says: fields handed out, decisions, presence."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from forms_app.errors import RuleBrokenError, UserError, VeryDoubtfulError
from forms_app.reading.types import Value
from forms_app.services import answering, review, seats
from forms_app.services.dto.review import (
    DecisionResult,
    Effort,
    ItemKey,
    ReviewItem,
    ReviewMode,
    SeededResult,
)
from forms_app.services.handing_out import MOST_AHEAD, count_waiting
from forms_app.services.handing_out import hand_out as hand_out_fields
from forms_app.services.seeing import note_seen
from forms_app.web.context import application, current_user_id
from forms_app.web.request_data import sent_object
from forms_app.web.review_json import (
    asked_key,
    asked_question,
    asked_scope,
    item_json,
    scope_arguments,
    sent_seat,
)

ACTIONS = frozenset({"confirm", "correct", "blank", "unreadable"})
NOT_UNDERSTOOD = "The decision was not understood. Reload the page, then repeat it."
MOST_KEYSTROKES = 10_000
MOST_DURATION_MS = 24 * 3600 * 1000

blueprint = Blueprint("review_work", __name__, url_prefix="/review")


@blueprint.post("/hand-out")
def hand_out() -> ResponseReturnValue:
    """The fields after one, `{window, after, count}`: in a form its next field, else those of the
    scope that wait and that nobody else has."""
    sent = sent_object(NOT_UNDERSTOOD)
    after = _key(sent.get("after"))
    scope = scope_arguments()
    if "form" in scope:
        found = _next_in_form(scope["form"], after)
        note_seen(application(), current_user_id(), "submission", [scope["form"]])
        return jsonify(items=[item_json(found)] if found else [])
    count = sent.get("count")
    count = min(count, MOST_AHEAD) if isinstance(count, int) and count > 0 else 1
    handed = hand_out_fields(application(), asked_scope(), sent_seat(sent), after, count)
    forms = {item.key.submission_id for item in handed.items}
    note_seen(application(), current_user_id(), "submission", forms)
    return jsonify(items=[item_json(item) for item in handed.items])


@blueprint.get("/<int:submission_id>/item")
def item(submission_id: int) -> ResponseReturnValue:
    """One field with its reading, decision and pictures."""
    scope = None if "form" in scope_arguments() else asked_scope()
    found = review.get_item(
        application(), *asked_key(submission_id), scope, user_id=current_user_id()
    )
    return jsonify(item_json(found))


@blueprint.post("/<int:submission_id>/decision")
def decide(submission_id: int) -> ResponseReturnValue:
    """A person's decision: `{window, action, value, override, note, keyed, mode, keystrokes,
    duration_ms}`."""
    key = asked_key(submission_id)
    sent = sent_object(NOT_UNDERSTOOD)
    if sent.get("action") not in ACTIONS:
        raise UserError(NOT_UNDERSTOOD)
    value, note = _value(sent.get("value")), sent.get("note")
    try:
        result = answering.answer(
            application(),
            asked_question(),
            key,
            sent["action"],
            value,
            current_user_id(),
            sent.get("override") is True,
            sent_seat(sent),
            note=note if isinstance(note, str) else "",
            effort=_effort(sent),
            keyed=_places(sent.get("keyed")),
        )
    except (RuleBrokenError, VeryDoubtfulError) as error:
        # A question to the person, not a failure of the request.
        return jsonify(refused=error.message, reason=error.code)
    if isinstance(result, SeededResult):
        left = count_waiting(application(), asked_scope())
        return jsonify(state="open", open=left, test=asdict(result))
    return jsonify(state=result.state, open=_open_in_scope(result))


@blueprint.post("/<int:submission_id>/undo")
def undo(submission_id: int) -> ResponseReturnValue:
    """Take the latest decision on a field back."""
    key = asked_key(submission_id)
    result = answering.take_answer_back(application(), asked_question(), key, current_user_id())
    if result is None:
        return jsonify(state="open", open=count_waiting(application(), asked_scope()))
    return jsonify(state=result.state, open=_open_in_scope(result))


@blueprint.post("/stay")
def stay() -> ResponseReturnValue:
    """Somebody is at work in the window: `{window}`."""
    seats.stay(application(), sent_seat(sent_object(NOT_UNDERSTOOD)))
    return "", 204


@blueprint.post("/leave")
def leave() -> ResponseReturnValue:
    """The window is being closed: `{window}`."""
    seats.leave(application(), sent_seat(sent_object(NOT_UNDERSTOOD)))
    return "", 204


def _next_in_form(submission_id: int, after: ItemKey | None) -> ReviewItem | None:
    submission = review.get_submission(application(), submission_id)
    names = [value.field.name for value in submission.fields]
    place = 0
    if after is not None:
        place = names.index(after.field_name) + 1 if after.field_name in names else len(names)
    if place >= len(names):
        return None
    return review.get_item(application(), submission.id, names[place], user_id=current_user_id())


def _open_in_scope(result: DecisionResult) -> int:
    """What the progress of the station counts down."""
    if "form" in scope_arguments():
        return result.open_in_submission
    return count_waiting(application(), asked_scope())


def _places(sent: Any) -> frozenset[int]:
    """Places of characters; none where that is not what was sent."""
    found = sent if isinstance(sent, list) else []
    return frozenset(place for place in found if isinstance(place, int))


def _key(sent: Any) -> ItemKey | None:
    if sent is None:
        return None
    try:
        return ItemKey(int(sent["submission_id"]), str(sent["field_name"]))
    except (KeyError, TypeError, ValueError):
        raise UserError(NOT_UNDERSTOOD) from None


def _effort(sent: dict[str, Any]) -> Effort:
    mode = sent.get("mode")
    return Effort(
        mode if mode in set(ReviewMode) else None,
        _counted(sent.get("keystrokes"), MOST_KEYSTROKES),
        _counted(sent.get("duration_ms"), MOST_DURATION_MS),
    )


def _counted(sent: Any, most: int) -> int | None:
    is_count = isinstance(sent, int) and not isinstance(sent, bool) and 0 <= sent <= most
    return sent if is_count else None


def _value(sent: Any) -> Value:
    """A value as JSON has it: several options arrive as a list."""
    if isinstance(sent, list) and all(isinstance(part, str) for part in sent):
        return tuple(sent)
    if sent is None or isinstance(sent, str | bool):
        return cast(Value, sent)
    raise UserError("The value was not understood. Reload the page, then repeat it.")
