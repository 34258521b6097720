"""What every change of accounts has to keep: clean logins, one of each, and an administrator."""

from __future__ import annotations

import re

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, NotFoundError, UserError
from forms_app.services.loading import load
from forms_app.store.models import LOCAL_USER_ID, UserRow

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")


def clean_login(session: Session, login: str) -> str:
    """`login` as it is kept.

    Raises:
        UserError: It is not one.
        ConflictError: Somebody has it.
    """
    login = login.strip().casefold()
    if not LOGIN.fullmatch(login):
        raise UserError(
            "A login has 2 to 64 characters: letters a to z, digits, and . _ @ + - after the first."
        )
    if session.scalar(select(UserRow.id).where(UserRow.login == login)) is not None:
        raise ConflictError(f"Somebody signs in as {login} already; choose another login.")
    return login


def load_person(session: Session, user_id: int) -> UserRow:
    """Somebody who can have an account.

    Raises:
        NotFoundError: There is nobody of that id.
    """
    if user_id == LOCAL_USER_ID:
        raise NotFoundError("This person does not exist (any more).")
    return load(session, UserRow, user_id)


def lock_administrators(session: Session) -> None:
    """Before somebody may lose that role: of two who take it from one another, one comes first."""
    # On SQLite whoever writes first makes others wait.
    session.execute(
        update(UserRow).where(UserRow.id == LOCAL_USER_ID).values(name=UserRow.name),
        execution_options={"synchronize_session": False},
    )


def has_administrator(session: Session, but: int = 0) -> bool:
    """Whether an administrator, other than `but`, can sign in."""
    asked = select(UserRow.id).where(
        UserRow.is_admin,
        UserRow.login.is_not(None),
        UserRow.password_hash.is_not(None) | UserRow.oidc_subject.is_not(None),
        UserRow.disabled_at.is_(None),
        UserRow.id != but,
    )
    return session.scalar(asked.limit(1)) is not None


def keep_an_administrator(session: Session, user: UserRow) -> None:
    """Nothing, if `user` may stop to be an administrator; call `lock_administrators` before.

    Raises:
        ConflictError: Nobody else could sign in as one.
    """
    if has_administrator(session) and not has_administrator(session, but=user.id):
        raise ConflictError(
            f"{user.name} is the last administrator who can sign in; make somebody else one first."
        )
