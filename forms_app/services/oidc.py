"""Signing in with OpenID Connect: the authorization code flow with PKCE, state and nonce.

Authlib's parts speak the protocol. Its client for Flask is not used: it asks with `requests`, which
follows redirects and proxies and reads without limit.
"""

from __future__ import annotations

import re
import secrets
from urllib.parse import urlencode, urlsplit

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from forms_app.config import Settings
from forms_app.services.dto.oidc import Flow, Identity, Provider
from forms_app.services.oidc_http import ask
from forms_app.services.oidc_provider import fetch_keys, find_provider
from forms_app.services.oidc_tokens import read_id_token
from forms_app.sign_in_errors import ProviderRefusedError

SCOPE_OF_CLAIM = {"email": "email", "preferred_username": "profile"}
ERROR_WORD = re.compile(r"[a-z_]{1,40}")


def provider_name(settings: Settings) -> str:
    """What people call the provider."""
    return settings.oidc_name or urlsplit(settings.oidc_issuer).hostname or ""


def new_flow() -> Flow:
    """Another try to sign in."""
    return Flow(*(secrets.token_urlsafe(32) for _ in range(3)))


def address_to_sign_in(settings: Settings, flow: Flow, back_to: str) -> str:
    """Where the provider asks a person who they are.

    Args:
        settings: Of the provider.
        flow: This try.
        back_to: Where it sends them afterwards, as it is registered there.

    Raises:
        ProviderUnavailableError: It does not answer.
    """
    provider = find_provider(settings.oidc_issuer)
    address: str = prepare_grant_uri(
        provider.authorization_endpoint,
        settings.oidc_client_id,
        "code",
        redirect_uri=back_to,
        scope=["openid", SCOPE_OF_CLAIM[settings.oidc_login_claim]],
        state=flow.state,
        nonce=flow.nonce,
        code_challenge=create_s256_code_challenge(flow.verifier),
        code_challenge_method="S256",
    )
    return address


def address_to_sign_out(settings: Settings, back_to: str) -> str:
    """Where a person signs out of the provider itself; empty where it has no such place.

    Raises:
        ProviderUnavailableError: It does not answer.
    """
    end = find_provider(settings.oidc_issuer).end_session_endpoint
    sent = urlencode({"client_id": settings.oidc_client_id, "post_logout_redirect_uri": back_to})
    return f"{end}{'&' if '?' in end else '?'}{sent}" if end else ""


def identify(settings: Settings, flow: Flow, back_to: str, code: str) -> Identity:
    """Who has come back from the provider with `code`.

    Raises:
        ProviderUnavailableError: It does not answer.
        ProviderRefusedError: It does not take the code, or its answer is not to be believed.
    """
    provider = find_provider(settings.oidc_issuer)
    tokens = _tokens(settings, provider, flow, back_to, code)
    id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
    if not isinstance(id_token, str):
        raise ProviderRefusedError(
            "The sign-in service did not say who you are; whoever runs Fieldhand should look at it."
        )
    access_token = access_token if isinstance(access_token, str) else ""
    # Keys change without notice, and people sign in seldom: they are asked for each time.
    keys = fetch_keys(provider)
    return read_id_token(id_token, access_token, keys, provider, flow, settings)


def refuse_answer(settings: Settings, issuer: str | None, error: str | None) -> None:
    """Look at what came back beside the code.

    Args:
        settings: Of the provider.
        issuer: Whom the answer says it is from (RFC 9207); None where it does not.
        error: Why nobody was signed in, a word; None where somebody was.

    Raises:
        ProviderRefusedError: There is no code, or it is of somebody else.
        ProviderUnavailableError: The provider does not answer.
    """
    if issuer is not None and issuer != find_provider(settings.oidc_issuer).issuer:
        raise ProviderRefusedError("This answer is of another sign-in service; sign in again.")
    if error == "access_denied":
        raise ProviderRefusedError("The sign-in service was not allowed to sign you in.")
    if error is not None:
        word = error if ERROR_WORD.fullmatch(error) else "unknown"
        raise ProviderRefusedError(
            f"The sign-in service refused with “{word}”. Try again; if it lasts, tell whoever runs "
            "Fieldhand."
        )


def _tokens(
    settings: Settings, provider: Provider, flow: Flow, back_to: str, code: str
) -> dict[str, object]:
    body = prepare_token_request(
        "authorization_code", redirect_uri=back_to, code=code, code_verifier=flow.verifier
    )
    way = "client_secret_post" if provider.takes_secret_in_body else "client_secret_basic"
    auth = ClientAuth(
        settings.oidc_client_id,
        settings.oidc_client_secret,
        way if settings.oidc_client_secret else "none",
    )
    url, headers, body = auth.prepare("POST", provider.token_endpoint, {}, body)
    status, said = ask(url, body, headers)
    if status != 200:
        refuse_answer(settings, None, str(said.get("error", "")))
    return said
