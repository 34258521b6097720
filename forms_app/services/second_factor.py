"""The second factor: six digits of an app beside the password (TOTP, RFC 6238), or a code that
lets somebody in once who has lost it.

The secret is kept encrypted under the key that signs sessions: a stolen database gives no codes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from forms_app.config import load_secret_key
from forms_app.errors import ConflictError
from forms_app.services.account_rules import load_person
from forms_app.services.application import Application
from forms_app.services.sign_in_tries import count_try, forget_tries
from forms_app.sign_in_errors import WrongCodeError
from forms_app.store.audit import record_event
from forms_app.store.models import RecoveryCodeRow, UserRow

ISSUER = "Fieldhand"
STEP_S = 30
# Clocks of telephones are a little wrong: one step before and after is taken (RFC 6238, 5.2).
STEPS_AROUND = (0, -1, 1)
RECOVERY_CODES = 10
RECOVERY_BYTES = 10
REFUSED = "This code is wrong or was used already; wait for the next one, then type that."


@dataclass(frozen=True, slots=True)
class SetUp:
    """What an app is told: the secret in Base32, and the address that its picture holds."""

    secret: str
    address: str


def new_secret() -> str:
    """A secret that is nobody's yet, in Base32."""
    return pyotp.random_base32()


def set_up_of(app: Application, user_id: int, secret: str) -> SetUp:
    """How somebody tells their app of `secret`."""
    with app.session() as session:
        login = load_person(session, user_id).login or ""
    address = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)
    return SetUp(secret, address)


def is_on(app: Application, user_id: int) -> bool:
    """Whether somebody needs more than their password."""
    with app.session() as session:
        return load_person(session, user_id).totp_secret is not None


def codes_left(app: Application, user_id: int) -> int:
    """How many codes for once somebody has left."""
    with app.session() as session:
        codes = select(RecoveryCodeRow).where(RecoveryCodeRow.user_id == user_id)
        return len(session.scalars(codes).all())


def switch_on(app: Application, user_id: int, secret: str, code: str) -> tuple[str, ...]:
    """From now on somebody signs in with codes of `secret`, which `code` proves to be in their app.

    Returns:
        Codes for once, to be shown now and never again.

    Raises:
        WrongCodeError: The code is not of that secret and this moment.
        ConflictError: They have a second factor.
    """
    step = _step_of(secret, code)
    if step is None:
        raise WrongCodeError(
            "This code does not belong to the picture. Look whether the clock of your device is "
            "right, then type the code that it shows now."
        )
    with app.session() as session:
        user = load_person(session, user_id)
        switched = session.execute(
            update(UserRow)
            .where(UserRow.id == user.id, UserRow.totp_secret.is_(None))
            .values(totp_secret=_cipher(app).encrypt(secret.encode()).decode(), totp_last_step=step)
            .returning(UserRow.id)
        )
        if switched.first() is None:
            raise ConflictError("You have a second factor already; remove it before the next one.")
        record_event(session, "switch_on_second_factor", "user", user_id, user_id)
        return _new_codes(session, user_id)


def switch_off(app: Application, account_id: int, user_id: int) -> None:
    """The password is enough again; `user_id` says so, for themselves or as an administrator.

    Raises:
        NotFoundError: There is nobody of that id.
    """
    with app.session() as session:
        user = load_person(session, account_id)
        if user.totp_secret is None:
            return
        user.totp_secret = user.totp_last_step = None
        session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == account_id))
        record_event(session, "switch_off_second_factor", "user", account_id, user_id)


def check_code(app: Application, user_id: int, code: str, address: str) -> None:
    """Nothing, if it is somebody's code of this moment, or one for once; it is used up with that.

    Raises:
        WrongCodeError: It is not.
        TooManyTriesError: Codes were wrong too often; this one was not looked at.
        ConflictError: The secret cannot be read any more.
    """
    # Of its own: the right password, typed again and again, must not let codes be tried for ever.
    tries = f"code:{user_id}"
    count_try(app, tries, address)
    with app.session() as session:
        user = load_person(session, user_id)
        if not (_use_step(app, session, user, code) or _use_once(session, user_id, code)):
            refused = True
            record_event(session, "second_factor_failed", "user", user_id, None)
        else:
            refused = False
            forget_tries(session, tries, address)
    if refused:
        raise WrongCodeError(REFUSED)


def _use_step(app: Application, session: Session, user: UserRow, code: str) -> bool:
    if user.totp_secret is None:
        return False
    try:
        secret = _cipher(app).decrypt(user.totp_secret.encode()).decode()
    except InvalidToken:
        raise ConflictError(
            "The second factor cannot be checked, because the secret key of this installation has "
            "changed. Ask an administrator to remove your second factor."
        ) from None
    step = _step_of(secret, code)
    if step is None:
        return False
    is_unused = or_(UserRow.totp_last_step.is_(None), UserRow.totp_last_step < step)
    used = session.execute(
        update(UserRow)
        .where(UserRow.id == user.id, is_unused)
        .values(totp_last_step=step)
        .returning(UserRow.id)
    )
    return used.first() is not None


def _use_once(session: Session, user_id: int, code: str) -> bool:
    used = session.execute(
        delete(RecoveryCodeRow)
        .where(RecoveryCodeRow.user_id == user_id, RecoveryCodeRow.code_hash == _hash(code))
        .returning(RecoveryCodeRow.user_id)
    )
    if used.first() is None:
        return False
    record_event(session, "used_recovery_code", "user", user_id, user_id)
    return True


def _step_of(secret: str, code: str) -> int | None:
    """The step of time, of those around now, that `code` is of."""
    now, typed = int(time.time()) // STEP_S, "".join(code.split()).encode()
    codes = pyotp.TOTP(secret, interval=STEP_S)
    for step in (now + away for away in STEPS_AROUND):
        if hmac.compare_digest(codes.at(step * STEP_S).encode(), typed):
            return step
    return None


def _new_codes(session: Session, user_id: int) -> tuple[str, ...]:
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == user_id))
    codes = []
    for _ in range(RECOVERY_CODES):
        letters = base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower()
        codes.append("-".join(letters[at : at + 4] for at in range(0, len(letters), 4)))
    session.add_all(RecoveryCodeRow(user_id=user_id, code_hash=_hash(code)) for code in codes)
    return tuple(codes)


def _hash(code: str) -> str:
    """Of the letters alone, however they are grouped; being random, they need no salt."""
    plain = "".join(letter for letter in code.casefold() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def _cipher(app: Application) -> Fernet:
    key = hashlib.sha256(b"second factor " + load_secret_key(app.settings).encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
