"""Review: the station where a person looks at doubtful fields, and whole forms with their values.

The station is one page; a script fetches fields and sends decisions as JSON.
"""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.errors import NotFoundError, UserError
from forms_app.reading.types import Value
from forms_app.services import batches, review
from forms_app.services.dto.review import ItemKey, ReviewItem, SubmissionDetail
from forms_app.web.context import application
from forms_app.web.request_data import sent_object
from forms_app.web.responses import kept_image
from forms_app.web.review_json import item_json, key_json

ACTIONS = frozenset({"confirm", "correct", "blank", "unreadable"})
NOT_UNDERSTOOD = "The decision was not understood. Reload the page, then repeat it."
# Long enough to go back and forth; a page that is read again shows anew.
PICTURE_SECONDS = 300

blueprint = Blueprint("review", __name__, url_prefix="/review")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Go to the first field that waits, in one batch or in all."""
    batch_id = request.args.get("batch", type=int)
    item = review.next_item(application(), batch_id)
    if item is None:
        return redirect(url_for(".done", batch=batch_id), 303)
    url = url_for(
        ".station",
        submission_id=item.key.submission_id,
        field=item.key.field_name,
        batch=item.batch_id,
    )
    return redirect(url, 303)


@blueprint.get("/done")
def done() -> ResponseReturnValue:
    """Nothing waits (any more): what to do next."""
    batch_id = request.args.get("batch", type=int)
    batch = batches.get_batch(application(), batch_id).summary if batch_id else None
    others = [
        each
        for each in batches.home_summary(application()).batches
        if each.needs_review and each.id != batch_id
    ]
    return render_template("review/done.html", batch=batch, others=others)


@blueprint.get("/forms/<int:submission_id>")
def form(submission_id: int) -> ResponseReturnValue:
    """One filled form: every field with its value, how sure it is and who says so."""
    submission = review.get_submission(application(), submission_id)
    return render_template(
        "review/form.html", submission=submission, waiting=_waiting_in(submission)
    )


@blueprint.get("/<int:submission_id>")
def station(submission_id: int) -> ResponseReturnValue:
    """The station at one field; `batch` or `form` says what comes after it."""
    key = _asked_key(submission_id)
    review.get_item(application(), *key)
    scope = _scope()
    end = url_for(".form", submission_id=scope["form"]) if "form" in scope else None
    data = {
        "first": key_json(key),
        "urls": {
            "next": url_for(".next_item", **scope),
            "item": url_for(".item", submission_id=0, field=""),
            "undo": url_for(".undo", submission_id=0, field=""),
            "done": end or url_for(".done", **scope),
        },
    }
    return render_template("review/station.html", data=data)


@blueprint.get("/next")
def next_item() -> ResponseReturnValue:
    """The item after a field: in a form its next field, else the next one that waits."""
    after = ItemKey(request.args.get("after", 0, type=int), request.args.get("field", ""))
    scope = _scope()
    if "form" in scope:
        found = _next_in_form(after)
    else:
        found = review.next_item(application(), scope.get("batch"), after)
    return jsonify(item=item_json(found) if found else None)


@blueprint.get("/<int:submission_id>/item")
def item(submission_id: int) -> ResponseReturnValue:
    """One field with its reading, decision and pictures."""
    return jsonify(item_json(review.get_item(application(), *_asked_key(submission_id))))


@blueprint.post("/<int:submission_id>/decision")
def decide(submission_id: int) -> ResponseReturnValue:
    """A person's decision: `{action, value, override}`."""
    key = _asked_key(submission_id)
    sent = sent_object(NOT_UNDERSTOOD)
    if sent.get("action") not in ACTIONS:
        raise UserError(NOT_UNDERSTOOD)
    value, override = _value(sent.get("value")), sent.get("override") is True
    try:
        result = review.decide(application(), *key, sent["action"], value, override=override)
    except UserError as error:
        if type(error) is not UserError:
            raise
        # A rule broken is a question to the person, not a failure of the request.
        return jsonify(refused=error.message)
    return jsonify(
        state=result.state,
        open_in_submission=result.open_in_submission,
        open_in_batch=result.open_in_batch,
    )


@blueprint.post("/<int:submission_id>/undo")
def undo(submission_id: int) -> ResponseReturnValue:
    """Take the latest decision on a field back."""
    result = review.undo_decision(application(), *_asked_key(submission_id))
    return jsonify(state=result.state, open_in_batch=result.open_in_batch)


@blueprint.get("/<int:submission_id>/crop.png")
def crop_image(submission_id: int) -> ResponseReturnValue:
    """What was written in the field."""
    return kept_image(review.crop_image(application(), *_asked_key(submission_id)), PICTURE_SECONDS)


@blueprint.get("/<int:submission_id>/pages/<int:template_page>.png")
def page_image(submission_id: int, template_page: int) -> ResponseReturnValue:
    """A page of the filled form, laid onto its template page."""
    return kept_image(
        review.page_image(application(), submission_id, template_page), PICTURE_SECONDS
    )


def _asked_key(submission_id: int) -> ItemKey:
    name = request.args.get("field")
    if not name:
        raise NotFoundError("This address names no field of the form.")
    return ItemKey(submission_id, name)


def _scope() -> dict[str, Any]:
    """`batch` or `form`, where the address names one."""
    found = {name: request.args.get(name, type=int) for name in ("form", "batch")}
    return {name: value for name, value in found.items() if value is not None}


def _next_in_form(after: ItemKey) -> ReviewItem | None:
    submission = review.get_submission(application(), after.submission_id)
    names = [value.field.name for value in submission.fields]
    place = names.index(after.field_name) + 1 if after.field_name in names else len(names)
    if place >= len(names):
        return None
    return review.get_item(application(), submission.id, names[place])


def _waiting_in(submission: SubmissionDetail) -> list[str]:
    return [value.field.name for value in submission.fields if value.state == "open"]


def _value(sent: Any) -> Value:
    """A value as JSON has it: several options arrive as a list."""
    if isinstance(sent, list) and all(isinstance(part, str) for part in sent):
        return tuple(sent)
    if sent is None or isinstance(sent, str | bool):
        return cast(Value, sent)
    raise UserError("The value was not understood. Reload the page, then repeat it.")
