"""The supervisor's page: who does what in review, what people ask, and giving work to others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.errors import NotFoundError, UserError
from forms_app.services import batches, people, returning, review_notes, team
from forms_app.services.dto.people import LOCAL_USER_ID
from forms_app.web.context import application, current_project_id, current_user_id
from forms_app.web.current_project import listed_project_id
from forms_app.web.responses import own_address

blueprint = Blueprint("team", __name__, url_prefix="/review")


@blueprint.get("/team")
def index() -> ResponseReturnValue:
    """Who does what now, in one batch or in all."""
    return render_template("review/team.html", **_watched())


@blueprint.get("/team/live")
def live() -> ResponseReturnValue:
    """The part of the page that changes while people work."""
    return render_template("review/_team.html", **_watched())


@blueprint.post("/team/take-away")
def take_away() -> ResponseReturnValue:
    """Give what somebody has back to the queue."""
    holder_id = request.form.get("user_id", 0, int)
    holder = people.get_person(application(), holder_id, listed_project_id())
    batch_id, project_id = request.args.get("batch", type=int), current_project_id()
    count = team.take_away(application(), holder.id, batch_id, current_user_id(), project_id)
    flash(f"{count} of the fields that {holder.name} had are free for others now.")
    return _back()


@blueprint.post("/team/keep")
def keep() -> ResponseReturnValue:
    """Keep the rest of a batch for one person; none named: for everybody."""
    batch_id = request.args.get("batch", 0, int)
    holder_id = request.form.get("user_id", type=int)
    if holder_id is None:
        team.keep_for_all(application(), batch_id, current_user_id())
        flash("Everybody is handed the fields of this batch again.")
    else:
        people.get_person(application(), holder_id, listed_project_id())
        name = team.keep_for(application(), batch_id, holder_id, current_user_id())
        flash(f"From now on only {name} is handed the fields of this batch.")
    return _back()


@blueprint.post("/team/notes/<int:note_id>/answer")
def answer(note_id: int) -> ResponseReturnValue:
    """Answer what somebody asks, and give the field back to the queue."""
    text = request.form.get("answer", "")
    return _tried(lambda: review_notes.resolve(application(), note_id, text, current_user_id()))


@blueprint.post("/forms/<int:submission_id>/return")
def send_back(submission_id: int) -> ResponseReturnValue:
    """Let fields of a form wait for review again; none chosen: all that people have decided."""
    text, names = request.form.get("text", ""), request.form.getlist("field")

    def send() -> None:
        count = returning.send_back(application(), submission_id, text, current_user_id(), names)
        flash(f"Sent back with your note; so many fields wait again: {count}.")

    return _tried(send)


@blueprint.post("/forms/<int:submission_id>/return/take-back")
def take_back(submission_id: int) -> ResponseReturnValue:
    """What was sent back of a form is as it was before."""
    return _tried(
        lambda: returning.take_back_return(application(), submission_id, current_user_id())
    )


def _watched() -> dict[str, object]:
    batch_id = request.args.get("batch", type=int)
    known = people.list_people(application(), listed_project_id())
    return {
        "batch": batches.get_summary(application(), batch_id) if batch_id else None,
        "team": team.get_team(application(), batch_id, current_project_id()),
        "people": known or (people.get_person(application(), LOCAL_USER_ID),),
    }


def _tried(work: Callable[[], Any]) -> ResponseReturnValue:
    """Do it, or say on the page that the person came from why not."""
    try:
        work()
    except NotFoundError:
        raise
    except UserError as error:
        flash(error.message)
    return _back()


def _back() -> ResponseReturnValue:
    """After a change: the live part for the supervisor's page, else where the person came from."""
    if request.headers.get("HX-Request"):
        return live()
    asked = request.form.get("next", "")
    return redirect(own_address(asked) if asked else url_for(".index"), 303)
