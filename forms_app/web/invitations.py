"""The pages behind links that work once: choose a password, or become the first administrator."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.errors import UserError
from forms_app.services import invitations
from forms_app.services.passwords import LEAST_LENGTH
from forms_app.sign_in_errors import InvitationError
from forms_app.web.context import application, must_sign_in
from forms_app.web.second_factor import go_on

blueprint = Blueprint("invitations", __name__, url_prefix="/invitation")


@blueprint.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """What the link is for, and the form to fill."""
    return _page(token)


@blueprint.post("/<token>")
def accept(token: str) -> ResponseReturnValue:
    """Use the link up, and sign in."""
    form = request.form
    password = form.get("password", "")
    try:
        if password != form.get("repeated", ""):
            raise UserError("The two passwords differ; type them again.")
        user_id = invitations.accept(
            application(), token, password, form.get("login", ""), form.get("name", "")
        )
    except InvitationError:
        raise
    except UserError as error:
        return _page(token, error.message), 422
    if not must_sign_in():
        flash("The password is kept; nobody has to sign in here yet.")
        return redirect(url_for("home.index"), 303)
    return go_on(user_id, "link", url_for("home.index"))


def _page(token: str, message: str = "") -> str:
    return render_template(
        "accounts/invitation.html",
        invitation=invitations.get_invitation(application(), token),
        least_length=LEAST_LENGTH,
        message=message,
        plain=True,
    )
