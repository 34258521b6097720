"""Whose account it is that somebody signs in to with OpenID Connect; nobody gets a new one."""

from __future__ import annotations

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from forms_app.services.account_rules import (
    keep_an_administrator,
    load_person,
    lock_administrators,
)
from forms_app.services.application import Application
from forms_app.services.dto.oidc import Identity
from forms_app.services.sign_in_sessions import end_all_of
from forms_app.sign_in_errors import ProviderRefusedError
from forms_app.store.audit import record_event
from forms_app.store.models import UserRow

WAY = "oidc"


def account_of(app: Application, identity: Identity) -> int:
    """The id of somebody's account; at the first time it is found by its login and linked.

    Raises:
        ProviderRefusedError: They have none, or it is disabled.
    """
    with app.session() as session:
        user = _linked(session, identity) or _newly_linked(session, identity)
        if user is not None and user.disabled_at is None:
            return user.id
        user_id = 0 if user is None else user.id
        record_event(session, "sign_in_failed", "user", user_id, None, way=WAY)
    if user_id:
        raise ProviderRefusedError("Your account here is disabled; ask an administrator.")
    raise ProviderRefusedError(_unknown(identity.login))


def _linked(session: Session, identity: Identity) -> UserRow | None:
    asked = select(UserRow).where(
        UserRow.oidc_issuer == identity.issuer, UserRow.oidc_subject == identity.subject
    )
    return session.scalars(asked).one_or_none()


def _newly_linked(session: Session, identity: Identity) -> UserRow | None:
    """The account of that login, disabled ones too; None where there is none to be had."""
    if not identity.login:
        return None
    # An account that somebody has signed in to stays theirs, whoever has their login later; but
    # what an earlier provider has said counts no more.
    is_free = or_(UserRow.oidc_subject.is_(None), UserRow.oidc_issuer != identity.issuer)
    mine = (UserRow.login == identity.login, is_free)
    link = (
        update(UserRow)
        .where(*mine, UserRow.disabled_at.is_(None))
        .values(oidc_issuer=identity.issuer, oidc_subject=identity.subject)
        .returning(UserRow.id)
    )
    user_id = session.scalar(link)
    if user_id is None:
        # Two windows may have come back at once.
        return _linked(session, identity) or session.scalar(select(UserRow).where(*mine))
    record_event(session, "link_oidc", "user", user_id, user_id)
    return session.get_one(UserRow, user_id)


def unlink(app: Application, account_id: int, user_id: int) -> None:
    """Whoever the provider says has the login next is linked with the account.

    Raises:
        NotFoundError: There is nobody of that id.
        ConflictError: The last administrator would be lost.
    """
    with app.session() as session:
        lock_administrators(session)
        user = load_person(session, account_id)
        if user.oidc_subject is None:
            return
        if user.is_admin and not user.password_hash:
            keep_an_administrator(session, user)
        user.oidc_issuer = user.oidc_subject = None
        end_all_of(session, user)
        record_event(session, "unlink_oidc", "user", user.id, user_id)


def _unknown(login: str) -> str:
    if login:
        return (
            f"Nobody here signs in as {login}, or another person does. Ask an administrator to "
            f"invite you with the login {login}."
        )
    return (
        "The sign-in service does not say under which login you are known here, or has not "
        "verified it. Ask whoever runs it."
    )
