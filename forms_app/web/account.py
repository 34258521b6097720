"""My account: everybody's own name, password and sessions, and the project they work in."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.errors import NotFoundError, UserError
from forms_app.services import account_changes, accounts, sign_in_sessions
from forms_app.services.passwords import LEAST_LENGTH
from forms_app.web.browser_sessions import client_address, sign_in_as, sign_out
from forms_app.web.context import application, current_user_id, must_sign_in, use_project
from forms_app.web.responses import own_address

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """Who I am here, and what I can change of it."""
    return _page()


@blueprint.post("/name")
def rename() -> ResponseReturnValue:
    """Be called otherwise."""
    me, name = _my_id(), request.form.get("name", "")
    return _tried(
        lambda: account_changes.rename(application(), me, name, me), "Your name was changed."
    )


@blueprint.post("/password")
def change_password() -> ResponseReturnValue:
    """Another password; only this browser stays signed in."""
    me, form = _my_id(), request.form

    def change() -> None:
        if form.get("new", "") != form.get("repeated", ""):
            raise UserError("The two passwords differ; type them again.")
        old, new = form.get("old", ""), form.get("new", "")
        account_changes.change_password(application(), me, old, new, client_address())
        sign_in_as(me, "new_password")

    return _tried(change, "Your password was changed, and your other sessions have ended.")


@blueprint.post("/sessions/end")
def end_sessions() -> ResponseReturnValue:
    """Sign out everywhere, here as well."""
    me = _my_id()
    account_changes.end_sessions(application(), me, me)
    sign_out()
    return redirect(url_for("sign_in.ask"), 303)


@blueprint.post("/project")
def choose_project() -> ResponseReturnValue:
    """Work in another project."""
    use_project(request.form.get("project_id", 0, int))
    return redirect(own_address(request.form.get("next", "")), 303)


def _my_id() -> int:
    """Where nobody signs in, there is no account to change.

    Raises:
        NotFoundError: So it is.
    """
    if not must_sign_in():
        raise NotFoundError("Nobody signs in here, so nobody has an account to change.")
    return current_user_id()


def _tried(change: Callable[[], None], done: str) -> ResponseReturnValue:
    try:
        change()
    except UserError as error:
        flash(error.message)
    else:
        flash(done)
    return redirect(url_for(".show"), 303)


def _page() -> str:
    app = application()
    account = accounts.get_account(app, current_user_id()) if must_sign_in() else None
    return render_template(
        "accounts/mine.html",
        account=account,
        sessions=sign_in_sessions.count_open(app, account.id) if account else 0,
        projects=accounts.list_open_projects(app),
        least_length=LEAST_LENGTH,
    )
