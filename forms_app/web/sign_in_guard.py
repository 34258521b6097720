"""Where people have to sign in, nothing is answered to others but what leads there."""

from __future__ import annotations

from flask import Flask, Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.web.context import current_actor, known_actor, must_sign_in
from forms_app.web.gate_rules import PUBLIC
from forms_app.web.responses import path_of

SENT_BY_SCRIPTS = ("HX-Request", "X-Requested-With", "Tus-Resumable")


def install(flask_app: Flask) -> None:
    """Guard every route; before the check of tokens, which strangers have none of."""
    flask_app.before_request(_require)


def _require() -> None:
    if not must_sign_in() or request.endpoint in PUBLIC:
        return
    # The API asks programs for their token itself.
    blueprint = current_app.blueprints.get(request.blueprint or "")
    if getattr(blueprint, "checks_who_asks", False):
        return
    # What is not there is said to be missing to everybody, in the look of whoever asks.
    if request.endpoint is None:
        known_actor()
    else:
        current_actor()


def is_page_request() -> bool:
    """Whether a person waits for a page, rather than a script, an upload or a program."""
    is_script = any(name in request.headers for name in SENT_BY_SCRIPTS)
    return not is_script and "text/html" in request.headers.get("Accept", "text/html")


def lead_to_sign_in() -> ResponseReturnValue:
    """To the page for it, and from there back to where the person was."""
    if request.method == "GET":
        back = request.full_path if request.query_string else request.path
    else:
        # What was sent cannot be sent again: the page that it came from is shown.
        back = path_of(request.referrer or "", request.host)
    answer = redirect(url_for("sign_in.ask", next=back), 303)
    assert isinstance(answer, Response)
    answer.headers["Cache-Control"] = "no-store"
    return answer
