"""Signing in with a real OpenID Connect provider: there, back, linked; what is odd is refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.test import TestResponse

from forms_app.services import account_changes, accounts, second_factor
from forms_app.services.application import Application
from forms_app.store.models import UserRow
from forms_app.store.states import Role
from tests.accounts import make_account, quick_hashes
from tests.oidc_provider import (
    ANNA,
    CLIENT_ID,
    SECRET,
    Person,
    Provider,
    running_provider,
    send_browser,
)
from tests.services.audit_trail import events_of
from tests.web.signing_in import Stranger, pages_with_sign_in

__all__ = ["quick_hashes"]
pytestmark = pytest.mark.usefixtures("quick_hashes")


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def anna(app: Application) -> int:
    return make_account(app, roles=[Role.SUPERVISOR])


@pytest.fixture
def visitor(app: Application, provider: Provider) -> Stranger:
    return _stranger(app, provider)


def _stranger(app: Application, provider: Provider, **settings: str) -> Stranger:
    given = {
        "oidc_issuer": provider.url,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": SECRET,
        "oidc_name": "Office SSO",
    }
    return Stranger(pages_with_sign_in(app, **(given | settings)))


def _at_provider(visitor: Stranger, target: str = "/batches/") -> str:
    """Go there; the address that it sends the browser back to."""
    there = visitor.get("/sign-in/oidc", query_string={"next": target})
    assert there.status_code == 303, there.text
    return send_browser(there.location).removeprefix("http://localhost")


def _sign_in(visitor: Stranger, target: str = "/batches/") -> TestResponse:
    return visitor.get(_at_provider(visitor, target))


def _refused(answer: TestResponse, words: str, status: int = 422) -> None:
    assert answer.status_code == status, answer.location
    assert words in answer.text
    assert 'href="/sign-in/oidc?next=' in answer.text, "to try again"


def test_there_and_back(app: Application, visitor: Stranger, anna: int) -> None:
    page = visitor.get("/sign-in?next=/batches/?state%3Ddone").text
    assert "Sign in with Office SSO" in page
    assert 'href="/sign-in/oidc?next=/batches/?state%3Ddone"' in page
    fixed = visitor.cookie()
    answer = _sign_in(visitor, "/batches/?state=done")
    assert (answer.status_code, answer.location) == (303, "/batches/?state=done")
    assert "Anna" in visitor.get("/batches/").text
    assert visitor.cookie() != fixed
    assert [event.detail for event in events_of(app, "sign_in")] == [{"way": "oidc"}]
    assert [event.subject_id for event in events_of(app, "link_oidc")] == [anna]
    assert visitor.get("/sign-in/oidc?next=/figures/").location == "/figures/", "signed in already"


def test_what_is_asked_of_the_provider(
    app: Application, visitor: Stranger, provider: Provider, anna: int
) -> None:
    sent = [urlsplit(visitor.get("/sign-in/oidc").location) for _ in range(2)]
    asked = [{name: value for name, [value] in parse_qs(part.query).items()} for part in sent]
    assert asked[0]["scope"] == "openid email"
    assert asked[0]["code_challenge_method"] == "S256"
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[0][name]) >= 43 and asked[0][name] != asked[1][name]
    behind = visitor.get("/sign-in/oidc", headers={"X-Forwarded-Proto": "https"}).location
    assert "redirect_uri=https%3A%2F%2Flocalhost%2F" in behind
    named = _stranger(app, provider, site_url="https://forms.example.org")
    assert "redirect_uri=https%3A%2F%2Fforms.example.org%2F" in named.get("/sign-in/oidc").location


def test_nobody_is_led_elsewhere(visitor: Stranger, anna: int) -> None:
    assert _sign_in(visitor, "https://example.org/").location == "/"


def test_once_linked_the_login_does_not_matter(
    app: Application, visitor: Stranger, provider: Provider, anna: int
) -> None:
    _sign_in(visitor)
    visitor.post("/sign-out")
    provider.person = Person({"sub": ANNA["sub"]})
    assert _sign_in(visitor).status_code == 303
    visitor.post("/sign-out")
    provider.person = Person({**ANNA, "sub": "another"})
    _refused(_sign_in(visitor), "Nobody here signs in as anna, or another person does.")
    root = make_account(app, "Root", is_admin=True)
    Stranger.sign_in(visitor, "root")
    assert "Remove the link" in visitor.get(f"/accounts/{anna}").text
    assert visitor.post(f"/accounts/{anna}/oidc/off").status_code == 303
    assert [event.user_id for event in events_of(app, "unlink_oidc")] == [root]
    visitor.post("/sign-out")
    assert _sign_in(visitor).status_code == 303


def test_another_provider_links_anew(app: Application, visitor: Stranger, anna: int) -> None:
    _sign_in(visitor)
    with running_provider() as other:
        assert _sign_in(_stranger(app, other)).status_code == 303
        with app.session() as session:
            assert session.get_one(UserRow, anna).oidc_issuer == other.url


def test_the_last_administrator_is_not_unlinked(
    app: Application, visitor: Stranger, anna: int
) -> None:
    with app.session() as session:
        user = session.get_one(UserRow, anna)
        user.password_hash, user.is_admin = None, True
    _sign_in(visitor)
    assert visitor.post(f"/accounts/{anna}/oidc/off").status_code == 409
    assert accounts.get_account(app, anna).is_linked


def test_unknown_people_are_told_what_to_ask_for(
    app: Application, visitor: Stranger, provider: Provider, anna: int
) -> None:
    provider.person = Person({**ANNA, "email": "bo@example.org"})
    _refused(_sign_in(visitor), "invite you with the login bo@example.org")
    provider.person = Person({**ANNA, "email_verified": False})
    _refused(_sign_in(visitor), "has not verified it")
    assert [event.subject_id for event in events_of(app, "sign_in_failed")] == [0, 0]


def test_the_name_of_a_user_instead_of_an_address(
    app: Application, provider: Provider, anna: int
) -> None:
    provider.person = Person({"sub": "1", "preferred_username": "ANNA"})
    visitor = _stranger(app, provider, oidc_login_claim="preferred_username")
    assert _sign_in(visitor).status_code == 303


def test_who_is_disabled_is_told(app: Application, visitor: Stranger, anna: int) -> None:
    root = make_account(app, "Root", is_admin=True)
    _sign_in(visitor)
    account_changes.disable(app, anna, root)
    _refused(_sign_in(visitor), "Your account here is disabled")
    assert [event.subject_id for event in events_of(app, "sign_in_failed")] == [anna]


def test_nobody_disabled_is_linked(app: Application, visitor: Stranger, anna: int) -> None:
    account_changes.disable(app, anna, make_account(app, "Root", is_admin=True))
    _refused(_sign_in(visitor), "Your account here is disabled")
    assert not accounts.get_account(app, anna).is_linked


def test_a_second_factor_is_asked_for_all_the_same(
    app: Application, visitor: Stranger, anna: int
) -> None:
    with app.session() as session:
        session.get_one(UserRow, anna).totp_secret = second_factor.new_secret()
    assert _sign_in(visitor).location == "/sign-in/code?next=/batches/"
    assert visitor.get("/batches/").status_code == 303


def test_a_token_for_another_try_lets_nobody_in(
    app: Application, visitor: Stranger, provider: Provider, anna: int
) -> None:
    provider.changed = {"nonce": "of another try"}
    _refused(_sign_in(visitor), "not meant for this sign-in (nonce)")
    assert visitor.get("/batches/").status_code == 303
    assert not accounts.get_account(app, anna).is_linked


def test_an_answer_belongs_to_one_try_of_one_browser(
    app: Application, provider: Provider, visitor: Stranger, anna: int
) -> None:
    back = _at_provider(visitor)
    _refused(_stranger(app, provider).get(back), "begun in another window")
    _refused(visitor.get(back.replace("state=", "state=x")), "begun in another window")
    assert visitor.get(back).status_code == 303
    visitor.post("/sign-out")
    _refused(visitor.get(back), "begun in another window")


def test_a_try_lasts_for_some_minutes_only(
    visitor: Stranger, anna: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    back, now = _at_provider(visitor), time.time()
    monkeypatch.setattr(time, "time", lambda: now + 901)
    _refused(visitor.get(back), "too long ago")


def test_a_provider_that_is_away(app: Application, anna: int) -> None:
    with running_provider() as provider:
        visitor = _stranger(app, provider)
        back = _at_provider(visitor)
    _refused(visitor.get(back), "The sign-in service 127.0.0.1 cannot be reached", 503)
    provider.url += "/gone"
    _refused(_stranger(app, provider).get("/sign-in/oidc"), "cannot be reached", 503)
    assert visitor.sign_in().status_code == 303, "the password still works"


def test_signing_out_leads_on_to_the_provider(visitor: Stranger, anna: int) -> None:
    _sign_in(visitor)
    left = visitor.post("/sign-out")
    assert left.location == "/sign-in/oidc/left"
    page = visitor.get(left.location).text
    assert "/logout?client_id=fieldhand&amp;post_logout_redirect_uri=http%3A%2F%2Flocalhost" in page
    assert visitor.get("/batches/").status_code == 303


def test_without_passwords(app: Application, provider: Provider, anna: int) -> None:
    visitor = _stranger(app, provider, password_sign_in="off")
    page = visitor.get("/sign-in").text
    assert "Sign in with Office SSO" in page and 'type="password"' not in page
    refused = visitor.sign_in()
    assert refused.status_code == 422 and "People sign in with Office SSO here." in refused.text
    link = f"/invitation/{accounts.reset_password(app, anna, None).token}"
    fresh = {"password": "another long password", "repeated": "another long password"}
    assert visitor.post(link, fresh).location == "/", "the way in while the provider is away"


def test_nothing_is_there_where_it_is_off(app: Application, anna: int) -> None:
    visitor = Stranger(pages_with_sign_in(app))
    for path in ("/sign-in/oidc", "/sign-in/oidc/back?code=1&state=2", "/sign-in/oidc/left"):
        assert visitor.get(path).status_code == 404
    assert "/sign-in/oidc" not in visitor.get("/sign-in").text
