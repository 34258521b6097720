"""Webhooks: which programs are told of what, and what came of it; pages of administrators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.errors import UserError
from forms_app.services import webhook_deliveries, webhooks
from forms_app.services.dto.webhooks import (
    DeliveryState,
    Endpoint,
    EndpointSecret,
    EndpointWish,
    EventKind,
)
from forms_app.services.loading import LARGEST_ID
from forms_app.web.context import application, current_project_id, current_user_id

DELIVERIES_SHOWN = 50
NOTHING = EndpointWish("", "", tuple(EventKind))

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The endpoints of this project."""
    endpoints = webhooks.list_endpoints(application(), current_project_id())
    return render_template("webhooks/index.html", endpoints=endpoints)


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """The form for another one."""
    return _form(None, NOTHING)


@blueprint.post("/")
def create() -> ResponseReturnValue:
    """Make it; its secret is shown once."""
    wish = _wish()
    try:
        made = webhooks.create_endpoint(
            application(), current_project_id(), wish, current_user_id()
        )
    except UserError as error:
        return _form(None, wish, error.message), 422
    return _secret(made, is_new=True)


@blueprint.get("/<int:endpoint_id>")
def show(endpoint_id: int) -> ResponseReturnValue:
    """One endpoint and what was delivered to it."""
    return render_template("webhooks/show.html", **_state(endpoint_id))


@blueprint.get("/<int:endpoint_id>/live")
def live(endpoint_id: int) -> ResponseReturnValue:
    """The part of it that changes by itself."""
    return render_template("webhooks/_live.html", **_state(endpoint_id))


@blueprint.get("/<int:endpoint_id>/edit")
def edit(endpoint_id: int) -> ResponseReturnValue:
    """The form to change it."""
    found = webhooks.get_endpoint(application(), endpoint_id)
    return _form(found, EndpointWish(found.name, found.url, found.events, found.include_values))


@blueprint.post("/<int:endpoint_id>/edit")
def change(endpoint_id: int) -> ResponseReturnValue:
    """Keep what the form says."""
    wish = _wish()
    try:
        webhooks.change_endpoint(application(), endpoint_id, wish, current_user_id())
    except UserError as error:
        found = webhooks.get_endpoint(application(), endpoint_id)
        return _form(found, wish, error.message), 422
    return redirect(url_for(".show", endpoint_id=endpoint_id), 303)


@blueprint.post("/<int:endpoint_id>/ping")
def ping(endpoint_id: int) -> ResponseReturnValue:
    """Try it now."""
    return _done(
        endpoint_id,
        lambda: webhooks.ping(application(), endpoint_id, current_user_id()),
        "A ping is on its way; what comes of it shows below.",
    )


@blueprint.post("/<int:endpoint_id>/on")
def switch_on(endpoint_id: int) -> ResponseReturnValue:
    """Tell it again from now on, and what still waits."""
    return _done(
        endpoint_id,
        lambda: webhooks.switch(application(), endpoint_id, True, current_user_id()),
        "Switched on: it is told from now on.",
    )


@blueprint.post("/<int:endpoint_id>/off")
def switch_off(endpoint_id: int) -> ResponseReturnValue:
    """Tell it nothing more."""
    return _done(
        endpoint_id,
        lambda: webhooks.switch(application(), endpoint_id, False, current_user_id()),
        "Switched off: it is never told of what happens meanwhile.",
    )


@blueprint.post("/<int:endpoint_id>/secret")
def rotate(endpoint_id: int) -> ResponseReturnValue:
    """A new secret, shown once; the old one holds for a day beside it."""
    made = webhooks.rotate_secret(application(), endpoint_id, current_user_id())
    return _secret(made, is_new=False)


@blueprint.post("/<int:endpoint_id>/delete")
def delete(endpoint_id: int) -> ResponseReturnValue:
    """Delete it; the page has asked."""
    name = webhooks.get_endpoint(application(), endpoint_id).name
    webhooks.delete_endpoint(application(), endpoint_id, current_user_id())
    flash(f"The endpoint “{name}” was deleted.")
    return redirect(url_for(".index"), 303)


@blueprint.post("/<int:endpoint_id>/redeliver")
def redeliver_dead(endpoint_id: int) -> ResponseReturnValue:
    """Send everything again that was given up."""
    return _done(
        endpoint_id,
        lambda: webhook_deliveries.redeliver_dead(application(), endpoint_id, current_user_id()),
        "What was given up is sent again.",
    )


@blueprint.post("/<int:endpoint_id>/deliveries/<int:delivery_id>/redeliver")
def redeliver(endpoint_id: int, delivery_id: int) -> ResponseReturnValue:
    """Send one thing again."""
    return _done(
        endpoint_id,
        lambda: webhook_deliveries.redeliver(
            application(), endpoint_id, delivery_id, current_user_id()
        ),
        "It is sent again.",
    )


def _wish() -> EndpointWish:
    form = request.form
    return EndpointWish(
        form.get("name", ""),
        form.get("url", ""),
        form.getlist("event"),
        "include_values" in form,
    )


def _form(endpoint: Endpoint | None, wish: EndpointWish, message: str = "") -> str:
    return render_template(
        "webhooks/form.html",
        endpoint=endpoint,
        wish=wish,
        message=message,
        kinds=[kind.value for kind in EventKind],
    )


def _secret(made: EndpointSecret, is_new: bool) -> ResponseReturnValue:
    page = render_template("webhooks/secret.html", made=made, is_new=is_new)
    return page, {"Cache-Control": "no-store"}


def _state(endpoint_id: int) -> dict[str, object]:
    before_id = request.args.get("before", type=int)
    if before_id is not None and not 0 < before_id <= LARGEST_ID:
        before_id = None
    asked = request.args.get("state", "")
    state = asked if asked in tuple(DeliveryState) else None
    endpoint = webhooks.get_endpoint(application(), endpoint_id)
    found = webhook_deliveries.list_deliveries(
        application(), endpoint_id, DELIVERIES_SHOWN + 1, before_id, state
    )
    return {
        "endpoint": endpoint,
        "deliveries": found[:DELIVERIES_SHOWN],
        "older": found[DELIVERIES_SHOWN - 1].id if len(found) > DELIVERIES_SHOWN else None,
        "before": before_id,
        "now": datetime.now(UTC),
        "state": state,
    }


def _done(endpoint_id: int, act: Callable[[], object], said: str) -> ResponseReturnValue:
    """Do it, and say so, or why not."""
    try:
        act()
    except UserError as error:
        said = error.message
    flash(said)
    return redirect(url_for(".show", endpoint_id=endpoint_id), 303)
