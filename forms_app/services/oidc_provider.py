"""What the OpenID Connect provider says of itself: asked once an hour, remembered in between."""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from forms_app.services.dto.oidc import Provider
from forms_app.services.oidc_http import ask, is_web_address
from forms_app.sign_in_errors import ProviderUnavailableError

DISCOVERY = "/.well-known/openid-configuration"
KNOWN_FOR_S = 3600.0
# While the provider is away, strangers who press the button must not keep every thread waiting.
AWAY_FOR_S = 5.0


@dataclass(frozen=True, slots=True)
class _Known:
    until_s: float
    found: Provider | ProviderUnavailableError


_known: dict[str, _Known] = {}
_lock = Lock()


def find_provider(issuer: str) -> Provider:
    """The provider behind the setting `oidc_issuer`.

    Raises:
        ProviderUnavailableError: It does not answer, or not as one; so for the next 5 seconds.
    """
    with _lock:
        known = _known.get(issuer)
        if known is None or time.monotonic() > known.until_s:
            known = _known[issuer] = _asked(issuer)
    if isinstance(known.found, ProviderUnavailableError):
        raise ProviderUnavailableError(known.found.message)
    return known.found


def discover(issuer: str) -> Provider:
    """The same, asked now.

    Raises:
        ProviderUnavailableError: It does not answer, or not as one.
    """
    url = issuer.rstrip("/") + DISCOVERY
    status, said = ask(url)
    if status != 200:
        raise _odd(issuer, f"{url} answers with the status {status}")
    if str(said.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
        raise _odd(issuer, "it calls itself another issuer than oidc_issuer")
    return _provider(issuer, said)


def fetch_keys(provider: Provider) -> KeySet:
    """The keys that it signs with, as of now.

    Raises:
        ProviderUnavailableError: It does not answer, or with no keys.
    """
    status, said = ask(provider.jwks_uri)
    keys = said.get("keys")
    try:
        if status != 200 or not isinstance(keys, list):
            raise ValueError(status)
        return KeySet.import_key_set({"keys": keys})
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _odd(provider.issuer, "it has no keys that can be read") from error


def _asked(issuer: str) -> _Known:
    try:
        found: Provider | ProviderUnavailableError = discover(issuer)
        wait_s = KNOWN_FOR_S
    except ProviderUnavailableError as error:
        found, wait_s = error, AWAY_FOR_S
    return _Known(time.monotonic() + wait_s, found)


def _provider(issuer: str, said: dict[str, Any]) -> Provider:
    ways = said.get("token_endpoint_auth_methods_supported")
    has_end = bool(said.get("end_session_endpoint"))
    return Provider(
        issuer=str(said["issuer"]),
        authorization_endpoint=_address(issuer, said, "authorization_endpoint"),
        token_endpoint=_address(issuer, said, "token_endpoint"),
        jwks_uri=_address(issuer, said, "jwks_uri"),
        end_session_endpoint=_address(issuer, said, "end_session_endpoint") if has_end else "",
        takes_secret_in_body=isinstance(ways, list) and "client_secret_post" in ways,
    )


def _address(issuer: str, said: dict[str, Any], name: str) -> str:
    address = said.get(name)
    if not is_web_address(address):
        raise _odd(issuer, f"its {name} is missing or no address")
    if issuer.startswith("https://") and not str(address).startswith("https://"):
        raise _odd(issuer, f"its {name} is not encrypted")
    return str(address)


def _odd(issuer: str, what: str) -> ProviderUnavailableError:
    return ProviderUnavailableError(
        f"The sign-in service {urlsplit(issuer).hostname} cannot be used: {what}. Whoever runs "
        "Fieldhand should look at it."
    )
