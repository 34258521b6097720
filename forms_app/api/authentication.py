"""Who asks the API: a program with a token, or a signed-in browser that tries a GET of the docs."""

from __future__ import annotations

import structlog
from flask import g, request
from flask_wtf.csrf import validate_csrf
from wtforms.validators import ValidationError

from forms_app.request_errors import TokenRefusedError
from forms_app.services import api_tokens
from forms_app.services.dto.api_tokens import TokenBearer
from forms_app.services.dto.people import LOCAL_USER_ID
from forms_app.sign_in_errors import NotSignedInError
from forms_app.web.context import application, current_actor, must_sign_in, use_actor

SCHEME = "bearer"
CSRF_HEADER = "X-CSRFToken"
NO_TOKEN = (
    "Send an API token: Authorization: Bearer fh_…; `fieldhand token add` or the page My account, "
    "API tokens, makes one."
)

OF_NOBODY = (
    "This token is of nobody in particular, which is enough only where nobody has to sign in. Make "
    "one with `fieldhand token add … --user LOGIN`."
)


def authenticate() -> None:
    """Find out who asks, before anything of the request is looked at.

    Raises:
        TokenRefusedError: Nobody whom we know.
    """
    given = request.headers.get("Authorization")
    if given is None:
        _authenticate_browser()
        return
    scheme, _, secret = given.partition(" ")
    if scheme.lower() != SCHEME or not secret.strip():
        raise TokenRefusedError(NO_TOKEN)
    g.api_bearer = api_tokens.bearer_of(application(), secret.strip())
    act_for(g.api_bearer)


def act_for(found: TokenBearer) -> None:
    """This request is that of a token's person, within what the token may do.

    Raises:
        TokenRefusedError: It is nobody's in particular, where people have to sign in.
    """
    if found.actor.user_id == LOCAL_USER_ID and must_sign_in():
        raise TokenRefusedError(OF_NOBODY)
    use_actor(found.actor)
    structlog.contextvars.bind_contextvars(api_token_id=found.token_id)


def bearer() -> TokenBearer | None:
    """The token that this request came with; None for a browser."""
    found: TokenBearer | None = g.get("api_bearer")
    return found


def _authenticate_browser() -> None:
    """Only what changes nothing, and only from a page of ours, which knows its CSRF token."""
    if request.method not in ("GET", "HEAD"):
        raise TokenRefusedError(NO_TOKEN)
    try:
        validate_csrf(request.headers.get(CSRF_HEADER))
        current_actor()
    except (ValidationError, NotSignedInError):
        raise TokenRefusedError(NO_TOKEN) from None
