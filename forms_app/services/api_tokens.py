"""API tokens: made for one person and project, shown once, kept as their hash alone."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from forms_app.errors import NotFoundError, UserError
from forms_app.request_errors import TokenRefusedError
from forms_app.services.actors import actor_of
from forms_app.services.application import Application
from forms_app.services.dto.actors import Actor
from forms_app.services.dto.api_tokens import NewToken, TokenBearer, TokenInfo
from forms_app.services.names import clean_name
from forms_app.services.permissions import Permission, permissions_of
from forms_app.store.audit import record_event
from forms_app.store.base import utc_now
from forms_app.store.models import ApiTokenRow, ProjectRow, UserRow

PREFIX = "fh_"
"""By it people and scanners of source code recognise a token that has leaked."""

SECRET_BYTES = 32
MOST_DAYS = 3650
USE_IS_NOTED_EVERY = timedelta(minutes=1)
ENDED = "This API token is not valid (any more). Make a new one."


def create_token(
    app: Application, owner: Actor, name: str, scopes: Collection[str], days: int | None = None
) -> NewToken:
    """A token for `owner` in the project they work in; its secret cannot be shown again.

    Args:
        scopes: Names of permissions; the token may do no more, and never more than its person.
        days: After which it expires; None for never.

    Raises:
        UserError: A scope does not exist or is not the owner's to give, or a number is wrong.
    """
    _check_scopes(owner, scopes)
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise UserError(f"A token can be valid for 1 to {MOST_DAYS} days.")
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    row = ApiTokenRow(
        user_id=owner.user_id,
        project_id=owner.project_id,
        name=clean_name(name, "token"),
        token_hash=_hash(secret),
        scopes=sorted(set(scopes)),
        expires_at=None if days is None else utc_now() + timedelta(days=days),
    )
    with app.session() as session:
        session.add(row)
        session.flush()
        named = " ".join(row.scopes)
        record_event(session, "create", "api_token", row.id, owner.user_id, scopes=named)
        return NewToken(secret, _described(session, [row])[0])


def list_tokens(app: Application, user_id: int | None = None) -> tuple[TokenInfo, ...]:
    """Somebody's tokens, or everybody's; the newest first."""
    query = select(ApiTokenRow).order_by(ApiTokenRow.id.desc())
    if user_id is not None:
        query = query.where(ApiTokenRow.user_id == user_id)
    with app.session() as session:
        return tuple(_described(session, session.scalars(query).all()))


def revoke_token(app: Application, token_id: int, by: Actor) -> None:
    """From now on nobody gets in with the token; once more changes nothing.

    Raises:
        NotFoundError: There is none, or it is another's and `by` is no administrator.
    """
    with app.session() as session:
        row = session.get(ApiTokenRow, token_id)
        if row is None or not (by.is_admin or row.user_id == by.user_id):
            raise NotFoundError("This token does not exist (any more).")
        if row.revoked_at is None:
            row.revoked_at = utc_now()
            record_event(session, "revoke", "api_token", row.id, by.user_id)


def bearer_of(app: Application, secret: str) -> TokenBearer:
    """Whose request came with `secret`; the use is noted, once a minute at most.

    Raises:
        TokenRefusedError: It is no token (any more), or its person has no part in the project.
    """
    now = utc_now()
    with app.session() as session:
        row = session.scalar(select(ApiTokenRow).where(ApiTokenRow.token_hash == _hash(secret)))
        if row is None or _state(row, now) != "active":
            raise TokenRefusedError(ENDED)
        found = _bearer(session, row)
        _note_use(session, row, now)
        return found


def bearer_by_id(app: Application, token_id: int) -> TokenBearer:
    """Who may do now what is asked by something that they made with the token before.

    Raises:
        TokenRefusedError: It has ended since, or its person has no part in the project any more.
    """
    with app.session() as session:
        row = session.get(ApiTokenRow, token_id)
        if row is None or _state(row, utc_now()) != "active":
            raise TokenRefusedError(ENDED)
        return _bearer(session, row)


def _bearer(session: Session, row: ApiTokenRow) -> TokenBearer:
    """The person of a token that is valid, narrowed to what it may do and where."""
    user = session.get(UserRow, row.user_id)
    actor = _actor_in(session, user, row.project_id) if user else None
    if actor is None:
        raise TokenRefusedError("The person of this API token may not work here any more.")
    roles = {row.project_id: actor.roles.get(row.project_id, frozenset())}
    narrowed = replace(actor, roles=roles, scopes=frozenset(row.scopes))
    return TokenBearer(row.id, row.name, narrowed)


def _actor_in(session: Session, user: UserRow, project_id: int) -> Actor | None:
    """The person at work in the project; None where they may not (any more)."""
    project = session.get_one(ProjectRow, project_id)
    actor = actor_of(session, user, project_id)
    if user.disabled_at is not None or project.archived_at is not None:
        return None
    return actor if permissions_of(actor, project_id) else None


def _note_use(session: Session, row: ApiTokenRow, now: datetime) -> None:
    before = now - USE_IS_NOTED_EVERY
    if row.last_used_at is not None and row.last_used_at >= before:
        return
    is_older = or_(ApiTokenRow.last_used_at.is_(None), ApiTokenRow.last_used_at < before)
    noted = update(ApiTokenRow).where(ApiTokenRow.id == row.id, is_older)
    session.execute(
        noted.values(last_used_at=now), execution_options={"synchronize_session": False}
    )


def _check_scopes(owner: Actor, scopes: Collection[str]) -> None:
    known = tuple(Permission)
    if not scopes:
        raise UserError(f"Say what the token may do: {', '.join(known)}.")
    for scope in scopes:
        if scope not in known:
            raise UserError(f"A token may {', '.join(known)}; not {scope}.")
    if not set(scopes) <= permissions_of(owner, owner.project_id):
        raise UserError("A token may do no more than the person that it is for.")


def _described(session: Session, rows: Collection[ApiTokenRow]) -> list[TokenInfo]:
    now = utc_now()
    people = _names(session, UserRow, {row.user_id for row in rows})
    projects = _names(session, ProjectRow, {row.project_id for row in rows})
    return [
        TokenInfo(
            id=row.id,
            name=row.name,
            user_id=row.user_id,
            user_name=people[row.user_id],
            project_id=row.project_id,
            project_name=projects[row.project_id],
            scopes=tuple(row.scopes),
            state=_state(row, now),
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
        )
        for row in rows
    ]


def _names(
    session: Session, kind: type[UserRow] | type[ProjectRow], ids: Collection[int]
) -> dict[int, str]:
    return dict(session.execute(select(kind.id, kind.name).where(kind.id.in_(ids))).all())


def _state(row: ApiTokenRow, now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.expires_at is not None and row.expires_at <= now else "active"


def _hash(secret: str) -> str:
    """Of 256 random bits nobody finds the source, so that a plain hash will do."""
    return hashlib.sha256(secret.encode()).hexdigest()
