"""People say who they are: one of those who have worked here, or somebody new."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from forms_app.errors import NotFoundError, UserError
from forms_app.services import people
from forms_app.web.context import application, current_project_id, must_sign_in, use_person
from forms_app.web.responses import own_address

blueprint = Blueprint("people", __name__, url_prefix="/people")


@blueprint.post("/choose")
def choose() -> ResponseReturnValue:
    """This browser is used by somebody who is known here."""
    _require_no_accounts()
    use_person(people.get_person(application(), request.form.get("user_id", 0, int)))
    return _back()


@blueprint.post("/add")
def add() -> ResponseReturnValue:
    """This browser is used by somebody new."""
    _require_no_accounts()
    try:
        use_person(
            people.add_person(application(), request.form.get("name", ""), current_project_id())
        )
    except UserError as error:
        flash(error.message)
    return _back()


def _require_no_accounts() -> None:
    """Names that people only say are for where nobody signs in.

    Raises:
        NotFoundError: People sign in here.
    """
    if must_sign_in():
        raise NotFoundError("People sign in here; nobody says by a name alone who they are.")


def _back() -> ResponseReturnValue:
    return redirect(own_address(request.form.get("next", "")), 303)
