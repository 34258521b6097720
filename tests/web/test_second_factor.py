"""Pages of the second factor: after the password and before anything else."""

from __future__ import annotations

import re
import time

import pyotp
import pytest
from flask import Flask

from forms_app.services import second_factor
from forms_app.services.accounts import reset_password
from forms_app.services.application import Application
from forms_app.store.models import UserRow
from forms_app.store.states import Role
from tests.accounts import make_account, quick_hashes
from tests.web.signing_in import Stranger, pages_with_sign_in

__all__ = ["quick_hashes"]
pytestmark = pytest.mark.usefixtures("quick_hashes")


@pytest.fixture
def pages(app: Application) -> Flask:
    return pages_with_sign_in(app)


@pytest.fixture
def anna(app: Application) -> int:
    return make_account(app, roles=[Role.SUPERVISOR])


def _code(secret: str) -> str:
    return pyotp.TOTP(secret).now()


def _let_time_pass(app: Application, user_id: int) -> None:
    """The code of this step counts as unused again."""
    with app.session() as session:
        session.get_one(UserRow, user_id).totp_last_step = None


def _switched_on(app: Application, visitor: Stranger) -> tuple[str, list[str]]:
    """By the pages: the secret and the codes for once."""
    page = visitor.get("/account/second-factor").text
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found
    assert 'src="data:image/svg+xml' in page
    refused = visitor.post("/account/second-factor", {"code": "1"})
    assert refused.status_code == 422
    assert found[1] in refused.text, "the same picture, which is scanned by now"
    done = visitor.post("/account/second-factor", {"code": _code(found[1])})
    assert done.headers["Cache-Control"] == "no-store"
    return found[1], re.findall(r"<code>([a-z2-7-]+)</code>", done.text)


def test_from_the_picture_to_signing_in_with_a_code(
    app: Application, pages: Flask, anna: int
) -> None:
    visitor = Stranger(pages)
    visitor.sign_in()
    secret, codes = _switched_on(app, visitor)
    assert len(codes) == second_factor.RECOVERY_CODES
    assert "It is on" in visitor.get("/account/").text

    other = Stranger(pages)
    answer = other.sign_in(data={"next": "/batches/"})
    assert (answer.status_code, answer.location) == (303, "/sign-in/code?next=/batches/")
    assert other.get("/batches/").status_code == 303, "the password alone is not enough"
    assert 'value="/batches/"' in other.get(answer.location).text
    assert other.post("/sign-in/code", {"code": "000 000 0"}).status_code == 422
    _let_time_pass(app, anna)
    answer = other.post("/sign-in/code", {"code": _code(secret), "next": "/batches/"})
    assert (answer.status_code, answer.location) == (303, "/batches/")
    assert other.get("/batches/").status_code == 200

    third = Stranger(pages)
    third.sign_in()
    assert third.post("/sign-in/code", {"code": codes[0]}).status_code == 303
    assert third.get("/batches/").status_code == 200


def test_nobody_gets_to_the_code_without_the_password(pages: Flask, anna: int) -> None:
    stranger = Stranger(pages)
    assert stranger.get("/sign-in/code").location == "/sign-in?next=/"
    assert stranger.post("/sign-in/code", {"code": "1"}).location == "/sign-in?next=/"


def test_the_password_counts_for_some_minutes_only(
    app: Application, pages: Flask, anna: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = second_factor.new_secret()
    second_factor.switch_on(app, anna, secret, _code(secret))
    stranger = Stranger(pages)
    stranger.sign_in()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 301)
    assert stranger.post("/sign-in/code", {"code": "1"}).location.startswith("/sign-in?")


def test_it_is_switched_off_with_a_code_or_by_an_administrator(
    app: Application, pages: Flask, anna: int
) -> None:
    visitor = Stranger(pages)
    visitor.sign_in()
    _, codes = _switched_on(app, visitor)
    visitor.post("/account/second-factor/off", {"code": "1"})
    assert second_factor.is_on(app, anna)
    visitor.post("/account/second-factor/off", {"code": codes[0]})
    assert not second_factor.is_on(app, anna)

    secret = second_factor.new_secret()
    second_factor.switch_on(app, anna, secret, _code(secret))
    assert visitor.post(f"/accounts/{anna}/second-factor/off", {}).status_code == 403
    make_account(app, "Root", is_admin=True)
    root = Stranger(pages)
    root.sign_in("root")
    assert "Remove the second factor" in root.get(f"/accounts/{anna}").text
    assert root.post(f"/accounts/{anna}/second-factor/off", {}).status_code == 303
    assert not second_factor.is_on(app, anna)


def test_a_link_for_another_password_does_not_go_round_it(
    app: Application, pages: Flask, anna: int
) -> None:
    secret = second_factor.new_secret()
    second_factor.switch_on(app, anna, secret, _code(secret))
    root = make_account(app, "Root", is_admin=True)
    token = reset_password(app, anna, root).token
    stranger = Stranger(pages)
    stranger.get(f"/invitation/{token}")
    fresh = "another long password"
    answer = stranger.post(f"/invitation/{token}", {"password": fresh, "repeated": fresh})
    assert answer.location.startswith("/sign-in/code")
    assert stranger.get("/batches/").status_code == 303
