"""Links that work once: a person chooses a password, or the first administrator makes themselves.

The token is shown when the link is made and kept nowhere; the database has its SHA-256.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from forms_app.services import passwords
from forms_app.services.account_rules import (
    clean_login,
    has_administrator,
    load_person,
    lock_administrators,
)
from forms_app.services.application import Application
from forms_app.services.dto.accounts import Invitation
from forms_app.services.people import free_name
from forms_app.services.sign_in_sessions import end_all_of
from forms_app.sign_in_errors import InvitationError
from forms_app.store.audit import record_event
from forms_app.store.database_clock import database_now
from forms_app.store.models import InvitationRow, UserRow

VALID_FOR = timedelta(days=3)
FIRST_VALID_FOR = timedelta(hours=24)
UNUSABLE = "This link was used, has expired, or was replaced by a newer one; ask for a new link."


def is_waiting_for_first(app: Application) -> bool:
    """Whether no administrator can sign in yet."""
    with app.session() as session:
        return not has_administrator(session)


def first_link(app: Application) -> str | None:
    """A token that makes the first administrator; None where one can sign in already."""
    with app.session() as session:
        if has_administrator(session):
            return None
        session.execute(delete(InvitationRow).where(InvitationRow.user_id.is_(None)))
        return _add(session, None, FIRST_VALID_FOR)


def add_link(session: Session, user_id: int) -> str:
    """A token with which somebody chooses a password; an earlier one does not work any more."""
    session.execute(delete(InvitationRow).where(InvitationRow.user_id == user_id))
    return _add(session, user_id, VALID_FOR)


def get_invitation(app: Application, token: str) -> Invitation:
    """What a link is for.

    Raises:
        InvitationError: It does not work (any more).
    """
    with app.session() as session:
        row = _load(session, token)
        if row.user_id is None:
            return Invitation(None, "")
        user = load_person(session, row.user_id)
        return Invitation(user.login, user.name)


def accept(app: Application, token: str, password: str, login: str = "", name: str = "") -> int:
    """Use a link up; gives the id of whoever can sign in now.

    Args:
        app: Where.
        token: Of the link.
        password: The chosen one. It ends all sessions that were begun with an earlier one.
        login: For the first administrator alone.
        name: The same.

    Raises:
        InvitationError: The link does not work (any more); it may have been used meanwhile.
        UserError: The password, login or name cannot be taken; the link still works.
    """
    with app.session() as session:
        lock_administrators(session)
        row = _load(session, token)
        if row.user_id is None:
            user = _first_administrator(session, login, name)
        else:
            user = load_person(session, row.user_id)
        assert user.login is not None
        passwords.refuse_weak(password, user.login)
        _use_up(session, row, database_now(session))
        verb = "reset_password" if user.password_hash else "choose_password"
        user.password_hash = passwords.hash_password(password)
        end_all_of(session, user)
        record_event(session, verb, "user", user.id, user.id)
        return user.id


def _add(session: Session, user_id: int | None, valid_for: timedelta) -> str:
    token = secrets.token_urlsafe(32)
    until = database_now(session) + valid_for
    session.add(InvitationRow(user_id=user_id, token_hash=_hashed(token), expires_at=until))
    return token


def _load(session: Session, token: str) -> InvitationRow:
    asked = select(InvitationRow).where(InvitationRow.token_hash == _hashed(token))
    row = session.scalars(asked).one_or_none()
    if row is None or row.used_at is not None or row.expires_at < database_now(session):
        raise InvitationError(UNUSABLE)
    if row.user_id is None and has_administrator(session):
        raise InvitationError(UNUSABLE)
    if row.user_id is not None and load_person(session, row.user_id).disabled_at is not None:
        raise InvitationError(UNUSABLE)
    return row


def _use_up(session: Session, row: InvitationRow, now: datetime) -> None:
    unused = update(InvitationRow).where(
        InvitationRow.id == row.id, InvitationRow.used_at.is_(None)
    )
    if not session.execute(unused.values(used_at=now)).rowcount:  # type: ignore[attr-defined]
        raise InvitationError(UNUSABLE)


def _first_administrator(session: Session, login: str, name: str) -> UserRow:
    login = clean_login(session, login)
    user = UserRow(name=free_name(session, name or login), login=login, is_admin=True)
    session.add(user)
    session.flush()
    record_event(session, "create", "user", user.id, user.id, name=user.name, is_admin=1)
    return user


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
