"""People who can sign in, for tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from forms_app.services import passwords
from forms_app.services.application import Application
from forms_app.store.models import MAIN_PROJECT_ID, MembershipRow, SignInAttemptRow, UserRow
from forms_app.store.states import Role

PASSWORD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
HASH = QUICK.hash(PASSWORD)


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are kept with parameters that cost nothing: how long it takes is not tested."""
    monkeypatch.setattr(passwords, "HASHER", QUICK)


def make_account(
    app: Application,
    name: str = "Anna",
    roles: Iterable[Role] = (),
    is_admin: bool = False,
    project_id: int = MAIN_PROJECT_ID,
) -> int:
    """Somebody whose login is their name in lower case, and whose password is `PASSWORD`."""
    with app.session() as session:
        user = UserRow(name=name, login=name.lower(), is_admin=is_admin, password_hash=HASH)
        session.add(user)
        session.flush()
        for role in roles:
            session.add(MembershipRow(user_id=user.id, project_id=project_id, role=role))
        return user.id


def make_all_wait(app: Application) -> None:
    """Whoever has tried to sign in waits for an hour until the next try."""
    with app.session() as session:
        for row in session.scalars(select(SignInAttemptRow)):
            row.wait_until = row.tried_at + timedelta(hours=1)
