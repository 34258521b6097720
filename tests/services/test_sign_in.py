"""Signing in: who is let in, how long it lasts, and what failing often costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from forms_app.errors import UserError
from forms_app.services import account_changes, passwords, sign_in, sign_in_sessions
from forms_app.services.application import Application
from forms_app.services.dto.actors import Actor
from forms_app.sign_in_errors import NotSignedInError, TooManyTriesError, WrongPasswordError
from forms_app.store.models import SignInAttemptRow, SignInSessionRow, UserRow
from forms_app.store.states import Role
from tests.accounts import PASSWORD, make_account, make_all_wait, quick_hashes

__all__ = ["quick_hashes"]
pytestmark = pytest.mark.usefixtures("quick_hashes")
HERE = "192.0.2.7"


def failures(app: Application, count: int, login: str = "anna", address: str = HERE) -> None:
    for _ in range(count):
        with pytest.raises(WrongPasswordError):
            sign_in.check_password(app, login, "wrong", address)


def found(app: Application, key: str, is_use: bool = True) -> Actor | None:
    return sign_in_sessions.find(app, key, None, is_use)


def age_session(app: Application, **columns: timedelta) -> None:
    with app.session() as session:
        [row] = session.scalars(select(SignInSessionRow))
        for name, by in columns.items():
            setattr(row, name, getattr(row, name) - by)


def test_login_and_password_let_somebody_in(any_app: Application) -> None:
    anna = make_account(any_app, roles=[Role.REVIEWER])
    assert sign_in.check_password(any_app, " Anna ", PASSWORD, HERE) == anna
    key = sign_in_sessions.begin(any_app, anna)
    actor = found(any_app, key)
    assert actor == Actor(anna, "Anna", False, 1, {1: frozenset({Role.REVIEWER})})
    sign_in_sessions.end(any_app, key)
    assert found(any_app, key) is None
    sign_in_sessions.end(any_app, key)


def test_whatever_is_wrong_the_answer_is_the_same(app: Application) -> None:
    make_account(app)
    for login, password in (("anna", "wrong"), ("nobody", PASSWORD), ("", "")):
        with pytest.raises(WrongPasswordError) as refused:
            sign_in.check_password(app, login, password, HERE)
        assert refused.value.message == "Login or password is wrong."


def pauses(app: Application) -> set[float]:
    """How long the next try waits, of all that were counted, s; then none of them does."""
    with app.session() as session:
        rows = session.scalars(select(SignInAttemptRow)).all()
        waits = {(row.wait_until - row.tried_at).total_seconds() for row in rows if row.wait_until}
        session.execute(update(SignInAttemptRow).values(wait_until=None))
    return waits


def test_failing_often_has_to_wait_longer_each_time(any_app: Application) -> None:
    make_account(any_app)
    failures(any_app, 3)
    assert pauses(any_app) == set()
    for wait_s in (2, 4, 8):
        failures(any_app, 1)
        assert pauses(any_app) == {wait_s}
    make_all_wait(any_app)
    with pytest.raises(TooManyTriesError, match="try again in 60 minutes") as refused:
        sign_in.check_password(any_app, "ANNA", PASSWORD, "192.0.2.99")
    assert 3500 < refused.value.wait_s <= 3600
    assert pauses(any_app) == {3600}
    sign_in.check_password(any_app, "anna", PASSWORD, HERE)
    failures(any_app, 3)
    assert pauses(any_app) == set()


def test_an_address_that_fails_often_waits_too_whatever_it_types(app: Application) -> None:
    make_account(app)
    for i in range(29):
        failures(app, 1, login=f"login-{i}")
    assert pauses(app) == set()
    failures(app, 1, login="anything")
    assert pauses(app) == {2}
    sign_in.check_password(app, "anna", PASSWORD, HERE)
    assert pauses(app) == set()
    failures(app, 1, login="anything else")
    assert pauses(app) == {4}, "one password known is no leave to try the others"


def test_failures_are_forgotten_after_an_hour(app: Application) -> None:
    make_account(app)
    failures(app, 4)
    make_all_wait(app)
    with app.session() as session:
        for row in session.scalars(select(SignInAttemptRow)):
            row.tried_at -= timedelta(hours=2)
    assert sign_in.check_password(app, "anna", PASSWORD, HERE)


def test_what_is_typed_is_not_kept(app: Application) -> None:
    failures(app, 1, login="my secret password")
    with app.session() as session:
        kept = session.scalars(select(SignInAttemptRow.key_hash)).all()
    assert len(kept) == 2
    assert not any("secret" in key or HERE in key for key in kept)


def test_a_password_kept_with_older_parameters_is_kept_anew(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = make_account(app)
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher())
    sign_in.check_password(app, "anna", PASSWORD, HERE)
    with app.session() as session:
        kept = session.get_one(UserRow, anna).password_hash
    assert kept is not None
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not passwords.is_outdated(kept)


def test_sessions_lapse_unused_and_after_their_time(any_app: Application) -> None:
    anna = make_account(any_app)
    idle = timedelta(minutes=any_app.settings.session_idle_minutes)
    key = sign_in_sessions.begin(any_app, anna)
    age_session(any_app, seen_at=idle - timedelta(minutes=1))
    assert found(any_app, key, is_use=False)
    assert found(any_app, key, is_use=True)
    age_session(any_app, seen_at=idle - timedelta(minutes=1))
    assert found(any_app, key, is_use=False), "its use was not noted"
    age_session(any_app, seen_at=timedelta(minutes=2))
    assert found(any_app, key) is None
    assert sign_in_sessions.count_open(any_app, anna) == 0
    key = sign_in_sessions.begin(any_app, anna)
    age_session(any_app, created_at=timedelta(hours=any_app.settings.session_hours, minutes=1))
    assert found(any_app, key) is None


def test_who_is_disabled_is_out_at_once(any_app: Application) -> None:
    anna, root = make_account(any_app), make_account(any_app, "Root", is_admin=True)
    key = sign_in_sessions.begin(any_app, anna)
    account_changes.disable(any_app, anna, root)
    assert found(any_app, key) is None
    with pytest.raises(WrongPasswordError):
        sign_in.check_password(any_app, "anna", PASSWORD, HERE)
    with pytest.raises(NotSignedInError):
        sign_in_sessions.begin(any_app, anna)
    account_changes.enable(any_app, anna, root)
    assert sign_in.check_password(any_app, "anna", PASSWORD, HERE) == anna
    assert found(any_app, key) is None


def test_signing_out_everywhere_and_a_new_password_end_every_session(any_app: Application) -> None:
    anna = make_account(any_app)
    for end in (
        lambda: account_changes.end_sessions(any_app, anna, anna),
        lambda: account_changes.change_password(any_app, anna, PASSWORD, "another good one", HERE),
    ):
        keys = [sign_in_sessions.begin(any_app, anna) for _ in range(2)]
        assert sign_in_sessions.count_open(any_app, anna) == 2
        end()
        assert [found(any_app, key) for key in keys] == [None, None]
    assert sign_in.check_password(any_app, "anna", "another good one", HERE) == anna


def test_changing_a_password_asks_for_the_present_one(app: Application) -> None:
    anna = make_account(app)
    with pytest.raises(WrongPasswordError, match="present password"):
        account_changes.change_password(app, anna, "wrong", "another good one", HERE)
    with pytest.raises(UserError, match="at least 10"):
        account_changes.change_password(app, anna, PASSWORD, "short", HERE)
    assert sign_in.check_password(app, "anna", PASSWORD, HERE) == anna


@pytest.mark.parametrize(
    "weak", ["short", "x" * 201, "aaaaaaaaaaaa", "Password123", "Anna-Maria1", "1234567890"]
)
def test_passwords_that_a_stranger_tries_first_are_refused(weak: str) -> None:
    with pytest.raises(UserError):
        passwords.refuse_weak(weak, "anna-maria")


def test_letters_count_however_they_are_typed() -> None:
    kept = passwords.hash_password("Schlu\u0308ssel bund")
    assert passwords.is_right("Schl\u00fcssel bund", kept)
