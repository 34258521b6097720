"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from forms_app.errors import TooManyTriesError, WrongPasswordError
from forms_app.services import sign_in
from forms_app.services.invitations import is_waiting_for_first
from forms_app.web.browser_sessions import client_address, sign_out
from forms_app.web.context import application, current_actor, known_actor, must_sign_in
from forms_app.web.responses import own_address
from forms_app.web.second_factor import go_on

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
def ask() -> ResponseReturnValue:
    """The page for it; who is signed in goes on to where they were."""
    target = own_address(request.args.get("next", ""))
    if known_actor() is not None:
        return redirect(target, 303)
    return _page(target)


@blueprint.post("/sign-in")
def enter() -> ResponseReturnValue:
    """Sign in, and go on to where the person was."""
    target = own_address(request.form.get("next", ""))
    if not must_sign_in():
        return redirect(target, 303)
    login, password = request.form.get("login", ""), request.form.get("password", "")
    try:
        user_id = sign_in.check_password(application(), login, password, client_address())
    except TooManyTriesError as error:
        page, status = _page(target, error.message, login), 429
        return page, status, {"Retry-After": str(error.wait_s)}
    except WrongPasswordError as error:
        return _page(target, error.message, login), 422
    return go_on(user_id, "password", target)


@blueprint.post("/sign-out")
def leave() -> ResponseReturnValue:
    """Sign out in this browser; what it keeps of scans and pages is forgotten."""
    sign_out()
    return redirect(url_for(".ask"), 303), {"Clear-Site-Data": '"cache"'}


@blueprint.get("/sign-in/again")
def again() -> ResponseReturnValue:
    """What an open page needs to go on after its person has signed in anew in another window.

    `user_id` says whether it is the same person: what waits on the page is nobody else's.
    """
    actor = current_actor()
    answer = jsonify(user_id=actor.user_id, csrf_token=generate_csrf())
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/sign-in/done")
def done() -> ResponseReturnValue:
    """Somebody has signed in beside a page that waits for it."""
    return render_template("accounts/signed_in.html")


def _page(target: str, message: str = "", login: str = "") -> str:
    return render_template(
        "accounts/sign_in.html",
        target=target,
        message=message,
        login=login,
        is_first=is_waiting_for_first(application()),
        plain=True,
    )
