"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from forms_app.services import sign_in
from forms_app.services.invitations import is_waiting_for_first
from forms_app.services.oidc import provider_name
from forms_app.sign_in_errors import TooManyTriesError, WrongPasswordError
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
    return sign_in_page(target)


@blueprint.post("/sign-in")
def enter() -> ResponseReturnValue:
    """Sign in, and go on to where the person was."""
    target = own_address(request.form.get("next", ""))
    if not must_sign_in():
        return redirect(target, 303)
    settings = application().settings
    if settings.password_sign_in == "off":
        message = f"People sign in with {provider_name(settings)} here."
        return sign_in_page(target, message), 422
    login, password = request.form.get("login", ""), request.form.get("password", "")
    try:
        user_id = sign_in.check_password(application(), login, password, client_address())
    except TooManyTriesError as error:
        page, status = sign_in_page(target, error.message, login), 429
        return page, status, {"Retry-After": str(error.wait_s)}
    except WrongPasswordError as error:
        return sign_in_page(target, error.message, login), 422
    return go_on(user_id, "password", target)


@blueprint.post("/sign-out")
def leave() -> ResponseReturnValue:
    """Sign out in this browser; what it keeps of scans and pages is forgotten."""
    sign_out()
    # Who is signed in at the provider could come back in without a word.
    after = "oidc.left" if application().settings.oidc_issuer else ".ask"
    return redirect(url_for(after), 303), {"Clear-Site-Data": '"cache"'}


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


def sign_in_page(target: str, message: str = "", login: str = "") -> str:
    """Where people say who they are, in each way that the settings allow."""
    settings = application().settings
    return render_template(
        "accounts/sign_in.html",
        target=target,
        message=message,
        login=login,
        has_password=settings.password_sign_in == "on",
        provider=provider_name(settings),
        is_first=is_waiting_for_first(application()),
        plain=True,
    )
