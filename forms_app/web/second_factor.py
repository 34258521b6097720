"""The second factor: asked for after the password; everybody switches their own on and off."""

from __future__ import annotations

import time

import segno
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from forms_app.errors import NotFoundError, UserError
from forms_app.services import second_factor
from forms_app.sign_in_errors import TooManyTriesError, WrongCodeError
from forms_app.web.browser_sessions import client_address, sign_in_as
from forms_app.web.context import application, current_user_id, must_sign_in
from forms_app.web.responses import own_address

blueprint = Blueprint("second_factor", __name__)

PROVED = "proved"
SECRET = "second_factor_secret"
# Long enough to look for the device.
PROVED_FOR_S = 300
QUIET = {"Cache-Control": "no-store"}


def go_on(user_id: int, way: str, target: str) -> ResponseReturnValue:
    """Somebody has proved who they are in one `way`: ask for the second, or sign them in."""
    if second_factor.is_on(application(), user_id):
        session[PROVED] = [user_id, way, int(time.time())]
        return redirect(url_for("second_factor.ask", next=target), 303)
    sign_in_as(user_id, way)
    return redirect(target, 303)


@blueprint.get("/sign-in/code")
def ask() -> ResponseReturnValue:
    """The page for the code."""
    target = own_address(request.args.get("next", ""))
    if _proved() is None:
        return redirect(url_for("sign_in.ask", next=target), 303)
    return _code_page(target)


@blueprint.post("/sign-in/code")
def enter() -> ResponseReturnValue:
    """Sign in, and go on to where the person was."""
    target = own_address(request.form.get("next", ""))
    proved = _proved()
    if proved is None:
        return redirect(url_for("sign_in.ask", next=target), 303)
    user_id, way = proved
    try:
        code = request.form.get("code", "")
        second_factor.check_code(application(), user_id, code, client_address())
    except TooManyTriesError as error:
        return _code_page(target, error.message), 429, {"Retry-After": str(error.wait_s)}
    except UserError as error:
        return _code_page(target, error.message), 422
    sign_in_as(user_id, f"{way}+code")
    return redirect(target, 303)


@blueprint.get("/account/second-factor")
def show() -> ResponseReturnValue:
    """Whether I have one; if not, the picture for my app."""
    return _page()


@blueprint.post("/account/second-factor")
def switch_on() -> ResponseReturnValue:
    """Prove that the app has the secret; the codes for once are shown."""
    secret = session.get(SECRET)
    if not secret:
        flash("This page has been open for too long; scan the picture again.")
        return redirect(url_for(".show"), 303)
    try:
        code = request.form.get("code", "")
        codes = second_factor.switch_on(application(), _my_id(), secret, code)
    except WrongCodeError as error:
        return _page(error.message)
    session.pop(SECRET)
    return render_template("accounts/recovery_codes.html", codes=codes), 200, QUIET


@blueprint.post("/account/second-factor/off")
def switch_off() -> ResponseReturnValue:
    """The password is enough again; whoever says so has the device in hand."""
    me = _my_id()
    try:
        second_factor.check_code(application(), me, request.form.get("code", ""), client_address())
    except UserError as error:
        flash(error.message)
        return redirect(url_for(".show"), 303)
    second_factor.switch_off(application(), me, me)
    flash("Your second factor is off.")
    return redirect(url_for("account.show"), 303)


@blueprint.post("/accounts/<int:account_id>/second-factor/off")
def remove(account_id: int) -> ResponseReturnValue:
    """Of somebody who has lost their device."""
    second_factor.switch_off(application(), account_id, current_user_id())
    flash("The second factor is off; the password is enough until they switch it on again.")
    return redirect(url_for("accounts.show", account_id=account_id), 303)


def _proved() -> tuple[int, str] | None:
    """Who has proved themselves in one way a moment ago, and in which."""
    user_id, way, at = session.get(PROVED) or (0, "", 0)
    return (user_id, way) if time.time() - at < PROVED_FOR_S else None


def _my_id() -> int:
    if not must_sign_in():
        raise NotFoundError("Nobody signs in here, so nobody has an account to change.")
    return current_user_id()


def _code_page(target: str, message: str = "") -> str:
    return render_template("accounts/code.html", target=target, message=message, plain=True)


def _page(message: str = "") -> ResponseReturnValue:
    me, app = _my_id(), application()
    if second_factor.is_on(app, me):
        left = second_factor.codes_left(app, me)
        return render_template("accounts/second_factor.html", left=left, set_up=None), 200, QUIET
    session.setdefault(SECRET, second_factor.new_secret())
    set_up = second_factor.set_up_of(app, me, session[SECRET])
    page = render_template(
        "accounts/second_factor.html",
        set_up=set_up,
        picture=segno.make(set_up.address, error="m").svg_data_uri(scale=4, border=3, light="#fff"),
        message=message,
    )
    return page, 422 if message else 200, QUIET
