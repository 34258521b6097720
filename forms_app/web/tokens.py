"""API tokens of whoever is here: made, shown once, revoked."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.errors import UserError
from forms_app.services import api_tokens
from forms_app.services.dto.api_tokens import NewToken
from forms_app.services.permissions import Permission, permissions_of
from forms_app.web.context import application, current_actor

VALID_DAYS = (30, 90, 365)
FOR_EVER = "0"

blueprint = Blueprint("tokens", __name__, url_prefix="/account/tokens")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """My tokens, and a form for one more."""
    return _page()


@blueprint.post("/")
def create() -> ResponseReturnValue:
    """Make a token; the page that answers is the only one that shows it."""
    form = request.form
    days = None if form.get("days") == FOR_EVER else form.get("days", VALID_DAYS[1], int)
    try:
        made = api_tokens.create_token(
            application(), current_actor(), form.get("name", ""), form.getlist("scope"), days
        )
    except UserError as error:
        return _page(message=error.message)
    return _page(made)


@blueprint.post("/<int:token_id>/revoke")
def revoke(token_id: int) -> ResponseReturnValue:
    """Let nobody in with a token of mine any more."""
    api_tokens.revoke_token(application(), token_id, current_actor())
    flash("The token was revoked; nobody gets in with it any more.")
    return redirect(url_for(".index"), 303)


def _page(made: NewToken | None = None, message: str = "") -> ResponseReturnValue:
    actor = current_actor()
    allowed = permissions_of(actor, actor.project_id)
    page = render_template(
        "tokens/index.html",
        made=made,
        message=message,
        tokens=api_tokens.list_tokens(application(), actor.user_id),
        scopes=[scope for scope in Permission if scope in allowed],
        valid_days=VALID_DAYS,
        for_ever=FOR_EVER,
        sent=request.form,
    )
    return page, 422 if message else 200, {"Cache-Control": "no-store"}
