"""The OpenID Connect provider, where the settings name one: reachable, itself, with keys."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from forms_app.config import Settings
from forms_app.config.sign_in import is_loopback
from forms_app.doctor.findings import Finding, Group
from forms_app.services.oidc_provider import discover, fetch_keys
from forms_app.sign_in_errors import ProviderUnavailableError

SIGN_IN = Group("sign_in")


def check_sign_in(settings: Settings) -> Iterator[Finding]:
    """Asks for the discovery document and the keys; nothing where people need no provider."""
    if not settings.oidc_issuer:
        return
    if not is_protected(settings.oidc_issuer):
        yield SIGN_IN.warning(
            "encrypted",
            "The provider is asked without encryption: whoever is in between can sign in as "
            "anybody.",
            "Give an address that begins with https:// in the setting oidc_issuer.",
        )
    try:
        provider = discover(settings.oidc_issuer)
        count = len(fetch_keys(provider).keys)
    except ProviderUnavailableError as error:
        yield SIGN_IN.failed(
            "provider",
            error.message,
            "Open its discovery document from this machine; compare its issuer with oidc_issuer.",
        )
        return
    yield SIGN_IN.ok("provider", f"The provider {provider.issuer} answers; its keys: {count}.")


def is_protected(issuer: str) -> bool:
    """Whether nobody can answer in its place: it is asked by HTTPS, or on this machine."""
    parts = urlsplit(issuer)
    host = parts.hostname or ""
    return parts.scheme == "https" or host == "localhost" or is_loopback(host)
