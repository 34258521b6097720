"""Signing in with login and password."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.services import passwords
from forms_app.services.application import Application
from forms_app.services.sign_in_tries import count_try, forget_tries
from forms_app.sign_in_errors import WrongPasswordError
from forms_app.store.audit import record_event
from forms_app.store.models import UserRow

# One sentence for every reason: which logins exist is nobody's business.
REFUSED = "Login or password is wrong."


def check_password(app: Application, login: str, password: str, address: str) -> int:
    """The id of whoever has that login and password; they are not signed in yet.

    Args:
        app: Where.
        login: As typed; capitals do not count.
        password: As typed.
        address: Where the request comes from.

    Raises:
        WrongPasswordError: They do not belong together, or the account is disabled; the answer
            takes as long where there is no such login.
        TooManyTriesError: Signing in failed too often; the password was not looked at.
    """
    login = login.strip().casefold()
    count_try(app, login, address)
    with app.session() as session:
        user = _user_of(session, login)
    if not passwords.is_right(password, user.password_hash if user else None):
        _record_failure(app, user)
        raise WrongPasswordError(REFUSED)
    assert user is not None
    if user.disabled_at is not None:
        _record_failure(app, user)
        raise WrongPasswordError(REFUSED)
    _settle(app, user.id, login, password, address)
    return user.id


def _user_of(session: Session, login: str) -> UserRow | None:
    return session.scalars(select(UserRow).where(UserRow.login == login)).one_or_none()


def _record_failure(app: Application, user: UserRow | None) -> None:
    if user is not None:
        with app.session() as session:
            record_event(session, "sign_in_failed", "user", user.id, None)


def _settle(app: Application, user_id: int, login: str, password: str, address: str) -> None:
    """Forget what failed before; keep the password with today's parameters."""
    with app.session() as session:
        forget_tries(session, login, address)
        user = session.get_one(UserRow, user_id)
        if user.password_hash and passwords.is_outdated(user.password_hash):
            user.password_hash = passwords.hash_password(password)
