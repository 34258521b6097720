"""Codes of the second factor: of this moment, once, and never tried for ever."""

from __future__ import annotations

import time
from dataclasses import replace

import pyotp
import pytest
from sqlalchemy import select

from forms_app.errors import ConflictError
from forms_app.services import second_factor, sign_in
from forms_app.services.application import Application
from forms_app.sign_in_errors import TooManyTriesError, WrongCodeError
from forms_app.store.models import AuditEventRow, UserRow
from tests.accounts import PASSWORD, make_account, quick_hashes

__all__ = ["quick_hashes"]
ADDRESS = "192.0.2.7"
STEP_S = second_factor.STEP_S


@pytest.fixture
def anna(app: Application) -> int:
    return make_account(app)


def _code(secret: str, steps_from_now: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(time.time()) + STEP_S * steps_from_now)


def _switched_on(app: Application, user_id: int) -> tuple[str, tuple[str, ...]]:
    """The secret and the codes for once; the step before now is used up by it."""
    secret = second_factor.new_secret()
    return secret, second_factor.switch_on(app, user_id, secret, _code(secret, -1))


def test_a_code_is_taken_once(app: Application, anna: int) -> None:
    secret, _ = _switched_on(app, anna)
    assert second_factor.is_on(app, anna)
    code = _code(secret)
    second_factor.check_code(app, anna, f" {code[:3]} {code[3:]}", ADDRESS)
    with pytest.raises(WrongCodeError):
        second_factor.check_code(app, anna, code, ADDRESS)
    with pytest.raises(WrongCodeError, match="used already"):
        second_factor.check_code(app, anna, _code(secret, -1), ADDRESS)


@pytest.mark.parametrize("wrong", ["", "12345", "ünf🙂", "0" * 4000])
def test_what_is_no_code_is_refused(app: Application, anna: int, wrong: str) -> None:
    _switched_on(app, anna)
    with pytest.raises(WrongCodeError):
        second_factor.check_code(app, anna, wrong, ADDRESS)


def test_codes_of_long_ago_and_to_come_are_refused(app: Application, anna: int) -> None:
    secret, _ = _switched_on(app, anna)
    for steps in (-20, 20):
        with pytest.raises(WrongCodeError):
            second_factor.check_code(app, anna, _code(secret, steps), ADDRESS)


def test_it_is_switched_on_with_a_code_of_the_secret_alone(app: Application, anna: int) -> None:
    secret, other = second_factor.new_secret(), second_factor.new_secret()
    with pytest.raises(WrongCodeError, match="clock"):
        second_factor.switch_on(app, anna, secret, _code(other, 7))
    assert not second_factor.is_on(app, anna)
    _switched_on(app, anna)
    with pytest.raises(ConflictError):
        second_factor.switch_on(app, anna, secret, _code(secret))


def test_each_recovery_code_lets_in_once(app: Application, anna: int) -> None:
    _, codes = _switched_on(app, anna)
    assert len(set(codes)) == second_factor.codes_left(app, anna) == second_factor.RECOVERY_CODES
    second_factor.check_code(app, anna, codes[3].upper().replace("-", " "), ADDRESS)
    assert second_factor.codes_left(app, anna) == second_factor.RECOVERY_CODES - 1
    with pytest.raises(WrongCodeError):
        second_factor.check_code(app, anna, codes[3], ADDRESS)
    with app.session() as session:
        verbs = set(session.scalars(select(AuditEventRow.verb)))
    assert {"switch_on_second_factor", "used_recovery_code", "second_factor_failed"} <= verbs


@pytest.mark.usefixtures("quick_hashes")
def test_the_right_password_does_not_give_more_tries(app: Application, anna: int) -> None:
    secret, _ = _switched_on(app, anna)
    with pytest.raises(TooManyTriesError):
        for _ in range(8):
            assert sign_in.check_password(app, "anna", PASSWORD, ADDRESS) == anna
            with pytest.raises(WrongCodeError):
                second_factor.check_code(app, anna, "000000x", ADDRESS)
    with pytest.raises(TooManyTriesError):
        second_factor.check_code(app, anna, _code(secret), ADDRESS)


def test_what_is_kept_gives_no_codes(app: Application, anna: int) -> None:
    secret, _ = _switched_on(app, anna)
    with app.session() as session:
        kept = session.get_one(UserRow, anna).totp_secret
    assert kept
    assert secret not in kept
    elsewhere = replace(app, settings=replace(app.settings, secret_key="another" * 8))
    with pytest.raises(ConflictError, match="secret key"):
        second_factor.check_code(elsewhere, anna, _code(secret), ADDRESS)


def test_it_is_switched_off_with_its_codes(app: Application, anna: int) -> None:
    _switched_on(app, anna)
    second_factor.switch_off(app, anna, anna)
    assert not second_factor.is_on(app, anna)
    assert second_factor.codes_left(app, anna) == 0
    second_factor.switch_off(app, anna, anna)
