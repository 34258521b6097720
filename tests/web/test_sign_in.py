"""Where people sign in: strangers see nothing, sessions rotate and end, nobody is led elsewhere."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from forms_app.services import account_changes, sign_in
from forms_app.services.application import Application
from forms_app.services.invitations import first_link
from forms_app.sign_in_errors import WrongPasswordError
from forms_app.store.states import Role
from tests.accounts import PASSWORD, make_account, make_all_wait, quick_hashes
from tests.compiled_pages import compiled_once
from tests.web.signing_in import Stranger, pages_with_sign_in
from tests.web.visitor import FETCH, HTMX

__all__ = ["quick_hashes"]
pytestmark = pytest.mark.usefixtures("quick_hashes")
# The token of a page holds the second in which it was made.
CSRF_TOKEN = re.compile(r"(?<=csrf[-_]token\" )(content|value)=\"[^\"]+\"")


@pytest.fixture
def pages(app: Application) -> Flask:
    return pages_with_sign_in(app)


@pytest.fixture
def stranger(pages: Flask) -> Stranger:
    return Stranger(pages)


@pytest.fixture
def anna(app: Application) -> int:
    return make_account(app, roles=[Role.SUPERVISOR])


def test_a_page_leads_a_stranger_to_sign_in_and_back(stranger: Stranger, anna: int) -> None:
    answer = stranger.get("/batches/?state=done")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/batches/?state%3Ddone")
    page = stranger.get(answer.location).text
    assert 'value="/batches/?state=done"' in page
    assert "data-go" not in page, "the menu is nobody's yet"
    answer = stranger.sign_in(data={"next": "/batches/?state=done"})
    assert (answer.status_code, answer.location) == (303, "/batches/?state=done")
    assert "Anna" in stranger.get("/batches/").text
    assert stranger.get("/sign-in?next=/figures/").location == "/figures/"


def test_scripts_uploads_and_programs_are_told(pages: Flask) -> None:
    accepting = {"Accept": "application/json"}
    for headers in (FETCH, HTMX, {"Tus-Resumable": "1.0.0"}, accepting):
        for method, path in (("GET", "/live"), ("POST", "/batches/1/uploads")):
            answer = pages.test_client().open(path, method=method, headers=headers)
            assert answer.status_code == 401
            assert answer.get_json()["error"] == "not_signed_in"
            assert "sign in first" in answer.get_json()["message"]


def test_an_image_is_refused_and_a_form_leads_back_to_its_page(stranger: Stranger) -> None:
    image = stranger.get("/review/forms/1/pages/1.png", headers={"Accept": "image/avif,*/*"})
    assert image.status_code in (401, 404)
    sent = stranger.post_without_token(
        "/batches/", data={"name": "x"}, headers={"Referer": "http://localhost/batches/new"}
    )
    assert sent.location == "/sign-in?next=/batches/new"
    sent = stranger.post_without_token("/batches/", headers={"Referer": "https://example.org/x"})
    assert sent.location == "/sign-in?next=/"


def test_only_what_leads_there_is_answered_to_strangers(stranger: Stranger) -> None:
    for path in ("/sign-in", "/static/css/base.css"):
        assert stranger.get(path).status_code == 200
    assert stranger.get("/healthz").status_code in (200, 503)
    assert stranger.get("/no/such/page").status_code == 404


def test_nobody_is_led_elsewhere(stranger: Stranger, anna: int) -> None:
    for elsewhere in ("https://example.org/", "//example.org", "/\\example.org", "javascript:x"):
        page = stranger.get("/sign-in", query_string={"next": elsewhere}).text
        assert 'name="next" value="/"' in page
        assert stranger.sign_in(data={"next": elsewhere}).location == "/"
        stranger.post("/sign-out")


def test_a_refusal_keeps_the_login_and_says_nothing_of_it(stranger: Stranger, anna: int) -> None:
    pages = {}
    for login in ("anna", "nobody"):
        answer = stranger.sign_in(login, "wrong password")
        assert answer.status_code == 422
        assert "Login or password is wrong." in answer.text
        pages[login] = CSRF_TOKEN.sub("", answer.text).replace(f'value="{login}"', "")
    assert pages["anna"] == pages["nobody"]


def test_too_many_tries_say_how_long_to_wait(
    app: Application, stranger: Stranger, anna: int
) -> None:
    stranger.sign_in(password="wrong password")
    make_all_wait(app)
    answer = stranger.sign_in()
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 3600
    assert "failed too often" in answer.text


def test_signing_in_makes_a_new_session_and_a_new_token(
    pages: Flask, stranger: Stranger, anna: int
) -> None:
    before = stranger.token()
    fixed = stranger.cookie()
    stranger.sign_in()
    after = stranger.token()
    assert after != before
    thief = Stranger(pages)
    thief.keep_cookie(fixed)
    assert thief.get("/batches/").status_code == 303, "a session that was known before is nobody's"
    refused = stranger.post_without_token("/batches/1/delete", data={"csrf_token": before})
    assert refused.status_code == 400


def test_signing_out_ends_the_session_also_for_who_has_copied_it(
    pages: Flask, stranger: Stranger, anna: int
) -> None:
    stranger.sign_in()
    thief = Stranger(pages)
    thief.keep_cookie(stranger.cookie())
    assert thief.get("/batches/").status_code == 200
    left = stranger.post("/sign-out")
    assert left.location == "/sign-in"
    assert left.headers["Clear-Site-Data"] == '"cache"', "others may use the computer after this"
    assert stranger.get("/batches/").status_code == 303
    assert thief.get("/batches/").status_code == 303


def test_who_is_disabled_or_signed_out_everywhere_is_out_at_the_next_click(
    app: Application, stranger: Stranger, anna: int
) -> None:
    root = make_account(app, "Root", is_admin=True)
    for end in (account_changes.end_sessions, account_changes.disable):
        stranger.sign_in()
        assert stranger.get("/batches/").status_code == 200
        end(app, anna, root)
        assert stranger.get("/live", headers=HTMX).status_code == 401


def test_an_open_page_goes_on_after_signing_in_anew(stranger: Stranger, anna: int) -> None:
    assert stranger.get("/sign-in/again", headers=FETCH).status_code == 401
    stranger.sign_in()
    told = stranger.get("/sign-in/again", headers=FETCH).get_json()
    assert told["user_id"] == anna
    name = {"name": "Anna B", "csrf_token": told["csrf_token"]}
    assert stranger.post_without_token("/account/name", data=name).status_code == 303
    assert "Anna B" in stranger.get("/sign-in/done").text


def test_the_cookie_is_kept_from_scripts_and_goes_over_https_alone(
    stranger: Stranger, anna: int
) -> None:
    plain = stranger.get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in plain and "SameSite=Lax" in plain and "Secure" not in plain
    for asked in ({"base_url": "https://localhost/"}, {"headers": {"X-Forwarded-Proto": "https"}}):
        cookie = Stranger(stranger.flask_app).get("/sign-in", **asked).headers["Set-Cookie"]
        assert "Secure" in cookie


def test_addresses_are_believed_of_trusted_proxies_alone(app: Application, anna: int) -> None:
    def status(proxies: int, said: str) -> int:
        visitor = Stranger(pages_with_sign_in(app, trusted_proxies=proxies))
        return visitor.sign_in(headers={"X-Forwarded-For": said}).status_code

    with pytest.raises(WrongPasswordError):
        sign_in.check_password(app, "somebody", "wrong", "127.0.0.1")
    make_all_wait(app)
    assert status(0, "192.0.2.99") == 429, "everybody may claim any address"
    assert status(1, "10.9.9.9, 127.0.0.1") == 429
    assert status(1, "127.0.0.1, 192.0.2.99") == 303


def test_what_a_proxy_passes_on_is_never_this_computer_alone(app: Application) -> None:
    visitor = Stranger(compiled_once(app))
    assert visitor.get("/").status_code == 200
    assert visitor.get("/", headers={"X-Forwarded-For": "192.0.2.7"}).location == "/sign-in?next=/"


def test_the_first_link_makes_the_administrator_who_sees_everything(
    app: Application, stranger: Stranger
) -> None:
    assert "fieldhand user link" in stranger.get("/sign-in").text
    link = f"/invitation/{first_link(app)}"
    assert "First administrator" in stranger.get(link).text
    given = {"login": "Root", "name": "Ruth", "password": PASSWORD, "repeated": PASSWORD}
    refused = stranger.post(link, {**given, "repeated": "another one"})
    assert refused.status_code == 422 and "differ" in refused.text
    assert stranger.post(link, given).location == "/"
    assert 'data-go="o"' in stranger.get("/batches/").text
    assert stranger.get(link).status_code == 410
    assert first_link(app) is None


def test_the_menu_shows_what_a_role_may_open(app: Application, stranger: Stranger) -> None:
    for role, places in ((Role.REVIEWER, "hbtrfw"), (Role.OPERATOR, "hbtfw")):
        make_account(app, role.title(), [role])
        stranger.sign_in(role)
        page = stranger.get("/batches/").text
        assert [place for place in "hbtrfwo" if f'data-go="{place}"' in page] == list(places)
        assert "/accounts/" not in page
        assert stranger.get("/accounts/").status_code == 403
        stranger.post("/sign-out")


def test_who_has_no_role_yet_is_told_and_can_sign_out(app: Application, stranger: Stranger) -> None:
    make_account(app)
    stranger.sign_in()
    answer = stranger.get("/")
    assert answer.status_code == 403
    assert 'href="/account/"' in answer.text
    page = stranger.get("/account/").text
    assert "ask an administrator for a role" in page and "Sign out" in page
