"""What administrators change of others' accounts, and people of their own."""

from __future__ import annotations

from forms_app.errors import ConflictError
from forms_app.services import passwords
from forms_app.services.account_rules import (
    keep_an_administrator,
    load_person,
    lock_administrators,
)
from forms_app.services.accounts import Roles, put_roles
from forms_app.services.application import Application
from forms_app.services.people import free_name
from forms_app.services.sign_in_sessions import end_all_of
from forms_app.services.sign_in_tries import count_try, forget_tries
from forms_app.sign_in_errors import WrongPasswordError
from forms_app.store.audit import record_event
from forms_app.store.base import utc_now


def set_roles(
    app: Application, account_id: int, roles: Roles, is_admin: bool, user_id: int
) -> None:
    """What somebody may do from their next request on.

    Raises:
        NotFoundError: There is no such person or project.
        ConflictError: The last administrator would be lost.
    """
    with app.session() as session:
        lock_administrators(session)
        user = load_person(session, account_id)
        if user.is_admin and not is_admin:
            keep_an_administrator(session, user)
        user.is_admin = is_admin
        put_roles(session, account_id, roles)
        said = ", ".join(sorted(f"{project_id} {role}" for project_id, role in roles))
        admin = int(is_admin)
        record_event(session, "set_roles", "user", user.id, user_id, roles=said, is_admin=admin)


def disable(app: Application, account_id: int, user_id: int) -> None:
    """Somebody cannot sign in any more, and is signed out everywhere; what they did stays theirs.

    Raises:
        NotFoundError: There is nobody of that id.
        ConflictError: The last administrator would be lost.
    """
    with app.session() as session:
        lock_administrators(session)
        user = load_person(session, account_id)
        if user.disabled_at is not None:
            return
        keep_an_administrator(session, user)
        user.disabled_at = utc_now()
        end_all_of(session, user)
        record_event(session, "disable", "user", user.id, user_id)


def enable(app: Application, account_id: int, user_id: int) -> None:
    """Somebody can sign in again.

    Raises:
        NotFoundError: There is nobody of that id.
    """
    with app.session() as session:
        user = load_person(session, account_id)
        if user.disabled_at is not None:
            user.disabled_at = None
            record_event(session, "enable", "user", user.id, user_id)


def end_sessions(app: Application, account_id: int, user_id: int) -> None:
    """Sign somebody out everywhere.

    Raises:
        NotFoundError: There is nobody of that id.
    """
    with app.session() as session:
        user = load_person(session, account_id)
        end_all_of(session, user)
        record_event(session, "end_sessions", "user", user.id, user_id)


def rename(app: Application, account_id: int, name: str, user_id: int) -> None:
    """How others see somebody from now on.

    Raises:
        NotFoundError: There is nobody of that id.
        UserError: The name is empty or too long.
        ConflictError: Somebody else has it.
    """
    with app.session() as session:
        user = load_person(session, account_id)
        user.name = free_name(session, name, account_id)
        record_event(session, "rename", "user", user.id, user_id, name=user.name)


def change_password(app: Application, account_id: int, old: str, new: str, address: str) -> None:
    """Choose another password for oneself; all sessions end.

    Args:
        app: Where.
        account_id: Whose.
        old: The present password.
        new: The next one.
        address: Where the request comes from.

    Raises:
        WrongPasswordError: `old` is not the present password.
        TooManyTriesError: It was wrong too often.
        ConflictError: They sign in without a password.
        UserError: `new` cannot be taken.
    """
    with app.session() as session:
        user = load_person(session, account_id)
        login, known = user.login, user.password_hash
    if login is None or known is None:
        raise ConflictError("This account has no password; ask an administrator for a link.")
    passwords.refuse_weak(new, login)
    count_try(app, login, address)
    if not passwords.is_right(old, known):
        raise WrongPasswordError("The present password is another one.")
    with app.session() as session:
        user = load_person(session, account_id)
        forget_tries(session, login, address)
        user.password_hash = passwords.hash_password(new)
        end_all_of(session, user)
        record_event(session, "change_password", "user", user.id, account_id)
