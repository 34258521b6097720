"""Signing in with OpenID Connect: to the provider, back from it, and out of it."""

from __future__ import annotations

import hmac
import time
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from forms_app.config import Settings
from forms_app.errors import NotFoundError
from forms_app.services import oidc, oidc_accounts
from forms_app.services.dto.oidc import Flow
from forms_app.sign_in_errors import ProviderRefusedError, ProviderUnavailableError
from forms_app.web.browser_sessions import whole_address
from forms_app.web.context import application, current_user_id, known_actor, must_sign_in
from forms_app.web.responses import own_address
from forms_app.web.second_factor import go_on
from forms_app.web.sign_in import sign_in_page

blueprint = Blueprint("oidc", __name__)

FLOW = "oidc"
# Long enough to find a password, or to get one at the provider.
FLOW_FOR_S = 900
STALE = "This sign-in was begun in another window, or too long ago; begin it anew."


@blueprint.get("/sign-in/oidc")
def start() -> ResponseReturnValue:
    """To the provider; a link leads here, as forms must not lead elsewhere (CSP)."""
    settings, target = _settings(), own_address(request.args.get("next", ""))
    if not must_sign_in() or known_actor() is not None:
        return redirect(target, 303)
    flow = oidc.new_flow()
    try:
        address = oidc.address_to_sign_in(settings, flow, whole_address("oidc.finish"))
    except ProviderUnavailableError as error:
        return sign_in_page(target, error.message), 503
    session[FLOW] = {"flow": asdict(flow), "target": target, "at": int(time.time())}
    answer = redirect(address, 303)
    assert isinstance(answer, Response)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/sign-in/oidc/back")
def finish() -> ResponseReturnValue:
    """Back from the provider: sign in, and go on to where the person was."""
    settings, begun = _settings(), session.get(FLOW)
    target = begun["target"] if begun else own_address("")
    try:
        flow = _flow_of(begun)
        oidc.refuse_answer(settings, request.args.get("iss"), request.args.get("error"))
        code = request.args.get("code", "")
        identity = oidc.identify(settings, flow, whole_address("oidc.finish"), code)
        user_id = oidc_accounts.account_of(application(), identity)
    except ProviderUnavailableError as error:
        return sign_in_page(target, error.message), 503
    except ProviderRefusedError as error:
        return sign_in_page(target, error.message), 422
    return go_on(user_id, oidc_accounts.WAY, target)


@blueprint.get("/sign-in/oidc/left")
def left() -> ResponseReturnValue:
    """After signing out here: the provider may know the browser still."""
    settings = _settings()
    try:
        address = oidc.address_to_sign_out(settings, whole_address("sign_in.ask"))
    except ProviderUnavailableError:
        address = ""
    return render_template(
        "accounts/left.html",
        sign_out_address=address,
        provider=oidc.provider_name(settings),
        plain=True,
    )


@blueprint.post("/accounts/<int:account_id>/oidc/off")
def unlink(account_id: int) -> ResponseReturnValue:
    """Of somebody whom the provider knows as somebody new."""
    oidc_accounts.unlink(application(), account_id, current_user_id())
    flash("The link is off; whoever signs in next under this login is linked anew.")
    return redirect(url_for("accounts.show", account_id=account_id), 303)


def _settings() -> Settings:
    settings = application().settings
    if not settings.oidc_issuer:
        raise NotFoundError("Nobody signs in with OpenID Connect here.")
    return settings


def _flow_of(begun: dict[str, Any] | None) -> Flow:
    state = request.args.get("state", "")
    if begun is None or time.time() - begun["at"] > FLOW_FOR_S:
        raise ProviderRefusedError(STALE)
    flow = Flow(**begun["flow"])
    if not hmac.compare_digest(flow.state.encode(), state.encode()):
        raise ProviderRefusedError(STALE)
    # Once only; what others make up does not end it.
    session.pop(FLOW)
    return flow
