"""Browsers that people have signed in with: begun, recognised, ended.

A browser holds a random key, the database its SHA-256: neither a copy of the database nor a cookie
from before signing out opens anything.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from forms_app.config import Settings
from forms_app.services.actors import actor_of
from forms_app.services.application import Application
from forms_app.services.dto.actors import Actor
from forms_app.services.loading import load
from forms_app.sign_in_errors import NotSignedInError
from forms_app.store.audit import record_event
from forms_app.store.database_clock import DatabaseNow, database_now
from forms_app.store.models import SignInSessionRow, UserRow

# A row is not written for every image of a page.
SEEN_EVERY = timedelta(minutes=1)


def begin(app: Application, user_id: int, way: str = "password") -> str:
    """Somebody has proved who they are: a new session; gives its key, which is kept nowhere.

    Args:
        app: Where.
        user_id: Who.
        way: How they proved it, a word for the audit trail.

    Raises:
        NotSignedInError: Their account was disabled.
    """
    key = secrets.token_urlsafe(32)
    with app.session() as session:
        user = load(session, UserRow, user_id)
        if user.disabled_at is not None:
            raise NotSignedInError("This account is disabled.")
        now = database_now(session)
        _delete_lapsed(session, app.settings, now)
        session.add(
            SignInSessionRow(
                user_id=user_id,
                key_hash=_hashed(key),
                epoch=user.session_epoch,
                created_at=now,
                seen_at=now,
            )
        )
        user.last_seen_at = now
        record_event(session, "sign_in", "user", user_id, user_id, way=way)
    return key


def find(app: Application, key: str, project_id: int | None, is_use: bool) -> Actor | None:
    """Whose session it is; None when it is nobody's (any more).

    Args:
        app: Where.
        key: What the browser holds.
        project_id: The project that it works in.
        is_use: Whether a person does something: only that keeps the session from lapsing.
    """
    with app.session() as session:
        asked = (
            select(SignInSessionRow, UserRow, DatabaseNow())
            .join(UserRow, UserRow.id == SignInSessionRow.user_id)
            .where(SignInSessionRow.key_hash == _hashed(key), *_OPEN)
        )
        found = session.execute(asked).one_or_none()
        if found is None or _has_lapsed(app.settings, found[0], found[2]):
            return None
        row, user, now = found
        if is_use and now - row.seen_at > SEEN_EVERY:
            row.seen_at = user.last_seen_at = now
        return actor_of(session, user, project_id)


def end(app: Application, key: str) -> None:
    """Sign out in one browser."""
    with app.session() as session:
        asked = select(SignInSessionRow).where(SignInSessionRow.key_hash == _hashed(key))
        row = session.scalars(asked).one_or_none()
        if row is not None:
            session.delete(row)
            record_event(session, "sign_out", "user", row.user_id, row.user_id)


def end_all_of(session: Session, user: UserRow) -> None:
    """Sign somebody out everywhere, also where they are signing in at this moment."""
    user.session_epoch = UserRow.session_epoch + 1
    session.execute(delete(SignInSessionRow).where(SignInSessionRow.user_id == user.id))


def count_open(app: Application, user_id: int) -> int:
    """In how many browsers somebody is signed in."""
    with app.session() as session:
        asked = (
            select(SignInSessionRow)
            .join(UserRow, UserRow.id == SignInSessionRow.user_id)
            .where(SignInSessionRow.user_id == user_id, *_OPEN)
        )
        now = database_now(session)
        return sum(not _has_lapsed(app.settings, row, now) for row in session.scalars(asked))


_OPEN = (UserRow.session_epoch == SignInSessionRow.epoch, UserRow.disabled_at.is_(None))


def _has_lapsed(settings: Settings, row: SignInSessionRow, now: datetime) -> bool:
    seen_after, begun_after = _moments(settings, now)
    return row.seen_at < seen_after or row.created_at < begun_after


def _delete_lapsed(session: Session, settings: Settings, now: datetime) -> None:
    seen_after, begun_after = _moments(settings, now)
    lapsed = or_(SignInSessionRow.seen_at < seen_after, SignInSessionRow.created_at < begun_after)
    # Rows that somebody else is about to delete are theirs: two would wait for each other.
    ids = select(SignInSessionRow.id).where(lapsed).with_for_update(skip_locked=True)
    session.execute(delete(SignInSessionRow).where(SignInSessionRow.id.in_(ids)))


def _moments(settings: Settings, now: datetime) -> tuple[datetime, datetime]:
    """Sessions that were used last, or begun, before these have lapsed."""
    idle = timedelta(minutes=settings.session_idle_minutes)
    return now - idle, now - timedelta(hours=settings.session_hours)


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
