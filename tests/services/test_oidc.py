"""What an OpenID Connect provider says is believed when it is signed, for us, for this try, now."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey, KeySet
from joserfc.util import urlsafe_b64encode

from forms_app.config import Settings, load_settings
from forms_app.errors import SettingsError
from forms_app.services import oidc
from forms_app.services.dto.oidc import Identity
from forms_app.sign_in_errors import ProviderRefusedError, ProviderUnavailableError
from tests.oidc_provider import (
    ANNA,
    BACK_TO,
    CLIENT_ID,
    SECRET,
    Person,
    Provider,
    running_provider,
    send_browser,
)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running_provider() as provider:
        yield provider


def _settings(provider: Provider, **more: str) -> Settings:
    given = {"oidc_client_id": CLIENT_ID, "oidc_client_secret": SECRET, **more}
    return load_settings({}, oidc_issuer=provider.url, **given)


def _identify(settings: Settings, code: str = "") -> Identity:
    flow = oidc.new_flow()
    back = send_browser(oidc.address_to_sign_in(settings, flow, BACK_TO))
    [given] = parse_qs(urlsplit(back).query)["code"]
    return oidc.identify(settings, flow, BACK_TO, code or given)


def test_who_it_is(provider: Provider) -> None:
    assert _identify(_settings(provider)) == Identity(provider.url, ANNA["sub"], "anna")


@pytest.mark.parametrize(
    ("claims", "login"),
    [
        ({"email": "Bo@Example.org", "email_verified": "true"}, "bo@example.org"),
        ({"email_verified": False}, ""),
        ({"email": None}, ""),
        ({"email": ["anna"]}, ""),
    ],
)
def test_only_what_is_vouched_for_is_a_login(
    provider: Provider, claims: dict[str, Any], login: str
) -> None:
    provider.person = Person(ANNA | claims)
    assert _identify(_settings(provider)).login == login


def test_a_key_that_is_new(provider: Provider) -> None:
    _identify(_settings(provider))
    provider.key = ECKey.generate_key("P-256", auto_kid=True)
    provider.published = KeySet([*provider.published.keys, provider.key])
    assert _identify(_settings(provider)).login == "anna"


def test_the_secret_goes_as_the_provider_likes_it(provider: Provider) -> None:
    for ways in (["client_secret_post"], ["client_secret_basic"], None):
        provider.metadata = {"token_endpoint_auth_methods_supported": ways}
        assert _identify(_settings(provider)).login == "anna"


def _hour_ago(provider: Provider) -> None:
    provider.changed = {"exp": int(time.time()) - 3600}


def _hour_ahead(provider: Provider) -> None:
    provider.changed = {"iat": int(time.time()) + 3600}


def _strange_key(provider: Provider) -> None:
    provider.key = ECKey.generate_key("P-256", {"kid": provider.key.kid})


def _unknown_key(provider: Provider) -> None:
    provider.key = ECKey.generate_key("P-256", auto_kid=True)


def _header(**header: Any) -> str:
    return urlsafe_b64encode(json.dumps(header).encode()).decode()


def _no_signature(provider: Provider) -> None:
    provider.forged = lambda token: f"{_header(alg='none')}.{token.split('.')[1]}."


def _public_key_as_secret(provider: Provider) -> None:
    def forged(token: str) -> str:
        signed = f"{_header(alg='HS256', kid=provider.key.kid)}.{token.split('.')[1]}"
        secret = provider.key.as_pem(private=False)
        signature = hmac.digest(secret, signed.encode(), hashlib.sha256)
        return f"{signed}.{urlsafe_b64encode(signature).decode()}"

    provider.forged = forged


def _changed_claims(provider: Provider) -> None:
    def forged(token: str) -> str:
        header, _, signature = token.split(".")
        return f"{header}.{_header(**ANNA, iss=provider.url)}.{signature}"

    provider.forged = forged


def _no_token(provider: Provider) -> None:
    provider.forged = lambda token: "x"


@pytest.mark.parametrize(
    ("misbehave", "words"),
    [
        ({"nonce": "of another try"}, "not meant for this sign-in (nonce)"),
        ({"aud": "another"}, "not meant for this sign-in (aud)"),
        ({"aud": [CLIENT_ID, "another"], "azp": "another"}, "not meant for this sign-in (azp)"),
        ({"iss": "https://example.org"}, "not meant for this sign-in (iss)"),
        ({"sub": ""}, "not meant for this sign-in (sub)"),
        ({"sub": "x" * 256}, "not meant for this sign-in (sub)"),
        ({"at_hash": "x"}, "not meant for this sign-in (at_hash)"),
        (_hour_ago, "differ by more than a minute"),
        (_hour_ahead, "differ by more than a minute"),
        (_strange_key, "not signed with a key of its own"),
        (_unknown_key, "not signed with a key of its own"),
        (_no_signature, "not signed with a key of its own"),
        (_public_key_as_secret, "not signed with a key of its own"),
        (_changed_claims, "not signed with a key of its own"),
        (_no_token, "not signed with a key of its own"),
    ],
)
def test_tokens_that_are_not_believed(provider: Provider, misbehave: Any, words: str) -> None:
    if callable(misbehave):
        misbehave(provider)
    else:
        provider.changed = misbehave
    with pytest.raises(ProviderRefusedError) as refused:
        _identify(_settings(provider))
    assert words in refused.value.message


@pytest.mark.parametrize(
    ("issuer", "error", "words"),
    [
        (None, "access_denied", "was not allowed to sign you in"),
        (None, "<b>login_required", "refused with “unknown”"),
        (None, "temporarily_unavailable", "refused with “temporarily_unavailable”"),
        ("https://example.org", None, "of another sign-in service"),
    ],
)
def test_what_comes_back_without_a_code(
    provider: Provider, issuer: str | None, error: str | None, words: str
) -> None:
    with pytest.raises(ProviderRefusedError, match=words):
        oidc.refuse_answer(_settings(provider), issuer, error)
    oidc.refuse_answer(_settings(provider), provider.url, None)


def test_what_the_provider_does_not_take(provider: Provider) -> None:
    settings = _settings(provider)
    with pytest.raises(ProviderRefusedError, match="refused with “invalid_grant”"):
        _identify(settings, "made up")
    with pytest.raises(ProviderRefusedError, match="refused with “invalid_client”"):
        _identify(replace(settings, oidc_client_secret="another"))


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"issuer": "https://example.org"}, "calls itself another issuer"),
        ({"token_endpoint": "/token"}, "its token_endpoint is missing or no address"),
        ({"authorization_endpoint": "javascript:x"}, "its authorization_endpoint is missing"),
        ({"jwks_uri": None}, "its jwks_uri is missing"),
    ],
)
def test_a_provider_that_is_none(
    provider: Provider, metadata: dict[str, str | None], words: str
) -> None:
    provider.metadata = metadata
    with pytest.raises(ProviderUnavailableError, match=words):
        _identify(_settings(provider))


def test_a_server_that_is_no_provider(provider: Provider) -> None:
    provider.url += "/keys"
    with pytest.raises(ProviderUnavailableError, match="does not answer as an OpenID Connect"):
        _identify(_settings(provider))


def test_settings_that_let_nobody_in_are_refused() -> None:
    with pytest.raises(SettingsError, match="needs oidc_client_id"):
        load_settings({}, oidc_issuer="https://sso.example.org")
    with pytest.raises(SettingsError, match="only with oidc_issuer"):
        load_settings({}, password_sign_in="off")
    with pytest.raises(SettingsError, match="begins with https:// or http://"):
        load_settings({}, oidc_issuer="sso.example.org")
