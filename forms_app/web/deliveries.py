"""Scheduled deliveries: what goes where, what came of it; administrators set them up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.errors import UserError
from forms_app.services import deliveries
from forms_app.services.delivery_offers import offers_for_delivery
from forms_app.services.dto.deliveries import DeliveryWish
from forms_app.web.context import application, current_project_id, current_user_id
from forms_app.web.exports import FORMATS

blueprint = Blueprint("deliveries", __name__, url_prefix="/deliveries")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The deliveries of this project."""
    return render_template("deliveries/index.html", **_listed())


@blueprint.get("/live")
def index_live() -> ResponseReturnValue:
    """Their list, while files are made."""
    return render_template("deliveries/_list.html", **_listed())


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """The form for another one; the address may name what it is of."""
    template_id = request.args.get("template", type=int)
    batch_id = request.args.get("batch", type=int)
    wish = DeliveryWish("", "day", "", template_id=template_id, batch_id=batch_id)
    return _form(wish)


@blueprint.post("/")
def create() -> ResponseReturnValue:
    """Make it."""
    wish = _wish()
    try:
        made = deliveries.create_delivery(
            application(), wish, current_user_id(), current_project_id()
        )
    except UserError as error:
        return _form(wish, error.message), 422
    flash("The delivery was set up. “Deliver now” tries it at once.")
    return redirect(url_for(".show", schedule_id=made.id), 303)


@blueprint.get("/<int:schedule_id>")
def show(schedule_id: int) -> ResponseReturnValue:
    """One of them with its files."""
    return render_template("deliveries/show.html", **_state(schedule_id))


@blueprint.get("/<int:schedule_id>/live")
def live(schedule_id: int) -> ResponseReturnValue:
    """Its files, while they are made."""
    return render_template("deliveries/_runs.html", **_state(schedule_id))


@blueprint.post("/<int:schedule_id>/now")
def deliver_now(schedule_id: int) -> ResponseReturnValue:
    """Have one file made at once."""
    return _done(schedule_id, deliveries.deliver_now, "It is delivered now; see below.")


@blueprint.post("/<int:schedule_id>/pause")
def pause(schedule_id: int) -> ResponseReturnValue:
    """Plan nothing more for now."""
    return _done(schedule_id, deliveries.pause_delivery, "Nothing is delivered until you go on.")


@blueprint.post("/<int:schedule_id>/resume")
def resume(schedule_id: int) -> ResponseReturnValue:
    """Go on."""
    return _done(schedule_id, deliveries.resume_delivery, "It is delivered again from now on.")


@blueprint.post("/<int:schedule_id>/delete")
def delete(schedule_id: int) -> ResponseReturnValue:
    """Delete it; the page has asked."""
    deliveries.delete_delivery(application(), schedule_id, current_user_id())
    flash("The delivery was deleted. Files that were delivered are still there.")
    return redirect(url_for(".index"), 303)


@blueprint.post("/runs/<int:run_id>/retry")
def retry(run_id: int) -> ResponseReturnValue:
    """Try a file again now."""
    try:
        deliveries.retry_run(application(), run_id, current_user_id())
        flash("It is tried again now.")
    except UserError as error:
        flash(error.message)
    schedule_id = deliveries.delivery_of_run(application(), run_id)
    return redirect(url_for(".show", schedule_id=schedule_id), 303)


def _listed() -> dict[str, object]:
    found = deliveries.list_deliveries(application(), current_project_id())
    return {"deliveries": found, "titles": _titles(), "now": datetime.now(UTC)}


def _state(schedule_id: int) -> dict[str, object]:
    return {
        "delivery": deliveries.get_delivery(application(), schedule_id),
        "runs": deliveries.list_runs(application(), schedule_id),
        "titles": _titles(),
        "now": datetime.now(UTC),
    }


def _titles() -> dict[str, str]:
    return {known.name: known.title for known in FORMATS}


def _wish() -> DeliveryWish:
    form = request.form
    what, _, preset_id = form.get("what", "").partition(":")
    subject, _, subject_id = form.get("of", "").partition(":")
    return DeliveryWish(
        name=form.get("name", ""),
        rhythm=form.get("rhythm", ""),
        place=form.get("place", ""),
        folder=form.get("folder", ""),
        format=what if what != "preset" else "csv",
        preset_id=_number(preset_id) if what == "preset" else None,
        template_id=_number(subject_id) if subject == "template" else None,
        batch_id=_number(subject_id) if subject == "batch" else None,
    )


def _number(text: str) -> int:
    """0 is nothing's id."""
    return int(text) if text.isascii() and text.isdigit() else 0


def _form(wish: DeliveryWish, message: str = "") -> str:
    offers = offers_for_delivery(application(), current_project_id(), wish.batch_id)
    return render_template(
        "deliveries/new.html", wish=wish, message=message, offers=offers, formats=FORMATS
    )


def _done(schedule_id: int, act: Callable[..., object], said: str) -> ResponseReturnValue:
    act(application(), schedule_id, current_user_id())
    flash(said)
    return redirect(url_for(".show", schedule_id=schedule_id), 303)
