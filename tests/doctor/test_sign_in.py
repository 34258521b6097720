"""The doctor and the OpenID Connect provider, a real one on loopback."""

from __future__ import annotations

from forms_app.config import load_settings
from forms_app.doctor.sign_in import check_sign_in, is_protected
from tests.doctor.asking import by_name, verdicts
from tests.oidc_provider import CLIENT_ID, running_provider


def test_without_a_provider_nothing_is_looked_at() -> None:
    assert not verdicts(check_sign_in(load_settings({})))


def test_it_answers_or_it_is_told_why_not() -> None:
    with running_provider() as provider:
        settings = load_settings({}, oidc_issuer=provider.url, oidc_client_id=CLIENT_ID)
        found = by_name(check_sign_in(settings))["provider"]
        assert found.said == f"The provider {provider.url} answers; its keys: 1."
        provider.metadata = {"issuer": "https://example.org"}
        found = by_name(check_sign_in(settings))["provider"]
        assert found.verdict == "failed" and "calls itself another issuer" in found.said
    found = by_name(check_sign_in(settings))["provider"]
    assert found.verdict == "failed" and "cannot be reached" in found.said


def test_one_that_is_asked_in_the_clear() -> None:
    assert is_protected("https://sso.example.org/realms/office")
    assert is_protected("http://127.0.0.1:8080") and is_protected("http://localhost:8080")
    assert not is_protected("http://sso.example.org")
    settings = load_settings({}, oidc_issuer="http://sso.invalid", oidc_client_id=CLIENT_ID)
    # What comes next would ask it.
    assert verdicts([next(iter(check_sign_in(settings)))]) == {"encrypted": "warning"}
