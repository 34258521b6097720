"""People and what they may do: pages of administrators."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.errors import UserError
from forms_app.services import account_changes, accounts
from forms_app.services.accounts import Roles
from forms_app.services.dto.accounts import Invited, Role
from forms_app.services.invitations import VALID_FOR
from forms_app.web.browser_sessions import whole_address
from forms_app.web.context import application, current_user_id

blueprint = Blueprint("accounts", __name__, url_prefix="/accounts")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Everybody, and what they may do."""
    projects = {each.id: each.name for each in accounts.list_open_projects(application())}
    people = accounts.list_accounts(application())
    return render_template("accounts/index.html", people=people, projects=projects)


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """The form to invite somebody."""
    return _new_page()


@blueprint.post("/")
def invite() -> ResponseReturnValue:
    """A new account; its link is shown once."""
    form = request.form
    try:
        invited = accounts.invite(
            application(),
            form.get("name", ""),
            form.get("login", ""),
            _sent_roles(),
            "is_admin" in form,
            current_user_id(),
        )
    except UserError as error:
        return _new_page(error.message), 422
    return _link_page(invited)


@blueprint.get("/<int:account_id>")
def show(account_id: int) -> ResponseReturnValue:
    """One person: roles, and what can be done with the account."""
    return render_template(
        "accounts/show.html",
        person=accounts.get_account(application(), account_id),
        roles=list(Role),
        projects=accounts.list_open_projects(application()),
    )


@blueprint.post("/<int:account_id>/roles")
def set_roles(account_id: int) -> ResponseReturnValue:
    """Give somebody these roles and no others."""
    is_admin = "is_admin" in request.form
    return _tried(
        account_id,
        lambda: account_changes.set_roles(
            application(), account_id, _sent_roles(), is_admin, current_user_id()
        ),
        "Kept; it holds from their next click on.",
    )


@blueprint.post("/<int:account_id>/link")
def reset_password(account_id: int) -> ResponseReturnValue:
    """A link to choose a new password; it is shown once."""
    try:
        invited = accounts.reset_password(application(), account_id, current_user_id())
    except UserError as error:
        flash(error.message)
        return redirect(url_for(".show", account_id=account_id), 303)
    return _link_page(invited)


@blueprint.post("/<int:account_id>/sessions/end")
def end_sessions(account_id: int) -> ResponseReturnValue:
    """Sign somebody out everywhere."""
    return _tried(
        account_id,
        lambda: account_changes.end_sessions(application(), account_id, current_user_id()),
        "Signed out everywhere.",
    )


@blueprint.post("/<int:account_id>/disable")
def disable(account_id: int) -> ResponseReturnValue:
    """Keep somebody out from now on."""
    return _tried(
        account_id,
        lambda: account_changes.disable(application(), account_id, current_user_id()),
        "Disabled and signed out; what they have done stays under their name.",
    )


@blueprint.post("/<int:account_id>/enable")
def enable(account_id: int) -> ResponseReturnValue:
    """Let somebody in again."""
    return _tried(
        account_id,
        lambda: account_changes.enable(application(), account_id, current_user_id()),
        "Enabled; they can sign in again.",
    )


def _sent_roles() -> Roles:
    """The boxes that are ticked: each is named by a project's number and a role."""
    found = set()
    for value in request.form.getlist("role"):
        project_id, _, role = value.partition(":")
        if not project_id.isdecimal() or role not in set(Role):
            raise UserError("These roles could not be understood; reload the page, then retry.")
        found.add((int(project_id), Role(role)))
    return found


def _tried(account_id: int, change: Callable[[], None], done: str) -> ResponseReturnValue:
    try:
        change()
    except UserError as error:
        flash(error.message)
    else:
        flash(done)
    return redirect(url_for(".show", account_id=account_id), 303)


def _new_page(message: str = "") -> str:
    return render_template(
        "accounts/new.html",
        roles=list(Role),
        projects=accounts.list_open_projects(application()),
        message=message,
        sent=request.form,
    )


def _link_page(invited: Invited) -> ResponseReturnValue:
    address = whole_address("invitations.show", token=invited.token)
    page = render_template(
        "accounts/link.html", invited=invited, address=address, days=VALID_FOR.days
    )
    return page, 200, {"Cache-Control": "no-store"}
