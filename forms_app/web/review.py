"""Review: the station where a person looks at doubtful fields, and whole forms with their values.

The station is one page; its script works with the addresses of `review_work`.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.services import batches, preferences, quality_samples, retention, review
from forms_app.services.dto.batches import BatchSummary
from forms_app.services.dto.review import ItemKey, ReviewMode, Scope, SubmissionDetail
from forms_app.services.handing_out import count_waiting, is_any_free
from forms_app.services.redaction import redacted_form
from forms_app.services.review_ways import ways_of_reviewing
from forms_app.web.context import application, current_project_id, current_user_id
from forms_app.web.redacting import hides_sensitive
from forms_app.web.responses import kept_image
from forms_app.web.review_json import asked_key, asked_scope, key_json, scope_arguments

# Long enough to go back and forth; a page that is read again shows anew.
PICTURE_SECONDS = 300

blueprint = Blueprint("review", __name__, url_prefix="/review")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """What waits in one batch or in all, and the ways to go through it."""
    batch_id = request.args.get("batch", type=int)
    ways = ways_of_reviewing(application(), batch_id, current_user_id(), current_project_id())
    if ways.is_done:
        return redirect(url_for(".done", batch=batch_id), 303)
    return render_template(
        "review/start.html",
        ways=ways,
        batches=() if batch_id else _waiting_batches(),
        sheets_url=url_for("glyph_sheets.index", batch=batch_id) if batch_id else None,
    )


@blueprint.post("/sample")
def draw_sample() -> ResponseReturnValue:
    """Draw accepted fields of a batch to be checked, then check them."""
    batch_id = request.args.get("batch", type=int, default=0)
    size = request.form.get("size", type=int)
    quality_samples.draw_sample(application(), batch_id, size, current_user_id())
    return redirect(url_for(".station", batch=batch_id, mode=ReviewMode.SAMPLE), 303)


@blueprint.get("/done")
def done() -> ResponseReturnValue:
    """Nothing waits (any more) in a way of reviewing: what to do next."""
    scope = asked_scope()
    return render_template(
        "review/done.html",
        mode=scope.mode,
        ways=ways_of_reviewing(application(), scope.batch_id, scope.user_id, current_project_id()),
        others=[each for each in _waiting_batches() if each.id != scope.batch_id],
        **_left_in(scope),
    )


@blueprint.get("/done/live")
def done_live() -> ResponseReturnValue:
    """While all that is left is with others: what still is; as soon as something is free, to it."""
    left = _left_in(asked_scope())
    if left["is_free"] or not left["left"]:
        goal = left["go_on_url"] if left["left"] else url_for(".done", **scope_arguments())
        return "", 200, {"HX-Redirect": goal}
    return render_template("review/_with_others.html", **left)


@blueprint.get("/forms/<int:submission_id>")
def form(submission_id: int) -> ResponseReturnValue:
    """One filled form: every field with its value, how sure it is and who says so."""
    submission = review.get_submission(application(), submission_id, current_user_id())
    if hides_sensitive():
        submission = redacted_form(application(), submission)
    return render_template(
        "review/form.html",
        submission=submission,
        waiting=_waiting_in(submission),
        deletions=retention.deletions_of_batch(application(), submission.batch_id),
    )


@blueprint.get("/station")
def station() -> ResponseReturnValue:
    """The station at whatever comes first in the scope that the address names."""
    return render_template("review/station.html", data=_station_data(None))


@blueprint.get("/<int:submission_id>")
def station_at(submission_id: int) -> ResponseReturnValue:
    """The station at one field; `batch`, `mode` or `form` say what comes after it."""
    key = asked_key(submission_id)
    review.get_item(application(), *key)
    return render_template("review/station.html", data=_station_data(key))


@blueprint.get("/<int:submission_id>/crop.png")
def crop_image(submission_id: int) -> ResponseReturnValue:
    """What was written in the field."""
    key = asked_key(submission_id)
    picture = review.crop_image(application(), *key, hides_sensitive())
    return kept_image(picture, PICTURE_SECONDS)


@blueprint.get("/<int:submission_id>/pages/<int:template_page>.png")
def page_image(submission_id: int, template_page: int) -> ResponseReturnValue:
    """A page of the filled form, laid onto its template page."""
    picture = review.page_image(application(), submission_id, template_page, hides_sensitive())
    return kept_image(picture, PICTURE_SECONDS)


def _station_data(first: ItemKey | None) -> dict[str, Any]:
    """What the station's script begins with."""
    scope = scope_arguments()
    end = url_for(".form", submission_id=scope["form"]) if "form" in scope else None
    return {
        "first": key_json(first) if first else None,
        "mode": asked_scope().mode,
        "keys": preferences.review_keys(application(), current_user_id()),
        "urls": {
            "next": url_for("review_work.hand_out", **scope),
            "take": url_for("review_field.take", submission_id=0, **scope),
            "keys": url_for("review_field.set_keys"),
            "stay": url_for("review_work.stay"),
            "leave": url_for("review_work.leave"),
            "done": end or url_for(".done", **scope),
        },
    }


def _waiting_batches() -> list[BatchSummary]:
    summary = batches.home_summary(application(), current_project_id())
    return [each for each in summary.batches if each.needs_review]


def _left_in(scope: Scope) -> dict[str, Any]:
    """What still waits in a scope, whether somebody may have it now, and where it is reviewed."""
    return {
        "left": count_waiting(application(), scope),
        "is_free": is_any_free(application(), scope),
        "go_on_url": url_for(".station", **scope_arguments()),
        "live_url": url_for(".done_live", **scope_arguments()),
    }


def _waiting_in(submission: SubmissionDetail) -> list[str]:
    return [value.field.name for value in submission.fields if value.state == "open"]
