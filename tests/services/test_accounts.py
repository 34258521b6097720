"""Accounts and links on both databases: what two do at once happens once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from forms_app.errors import ConflictError, FieldhandError, UserError
from forms_app.services import account_changes, accounts, invitations
from forms_app.services.actors import local_actor
from forms_app.services.application import Application
from forms_app.sign_in_errors import InvitationError
from forms_app.store.base import utc_now
from forms_app.store.models import (
    LOCAL_USER_ID,
    InvitationRow,
    MembershipRow,
    ProjectRow,
    UserRow,
)
from forms_app.store.states import Role
from tests.accounts import PASSWORD, make_account, quick_hashes

__all__ = ["quick_hashes"]
pytestmark = pytest.mark.usefixtures("quick_hashes")


def at_once(*does: Callable[[], object]) -> list[object]:
    """What each came to: its result, or the failure of ours that it raised."""
    barrier = Barrier(len(does))

    def run(do: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return do()
        except FieldhandError as error:
            return error

    with ThreadPoolExecutor(len(does)) as threads:
        return list(threads.map(run, does))


def test_two_administrators_cannot_disable_each_other(any_app: Application) -> None:
    one, two = (make_account(any_app, name, is_admin=True) for name in ("One", "Two"))
    came_to = at_once(
        lambda: account_changes.disable(any_app, one, two),
        lambda: account_changes.disable(any_app, two, one),
    )
    assert [type(each) for each in came_to].count(ConflictError) == 1
    assert [each.is_disabled for each in accounts.list_accounts(any_app)].count(True) == 1


def test_a_link_is_used_once_by_whoever_comes_first(any_app: Application) -> None:
    token = invitations.first_link(any_app)
    assert token is not None
    came_to = at_once(
        *(
            lambda name=name: invitations.accept(any_app, token, PASSWORD, name, name)  # type: ignore[misc]
            for name in ("one", "two")
        )
    )
    assert [type(each) for each in came_to].count(InvitationError) == 1
    [account] = accounts.list_accounts(any_app)
    assert account.is_admin
    assert not invitations.is_waiting_for_first(any_app)


def test_a_link_expires_and_its_token_is_not_kept(any_app: Application) -> None:
    token = accounts.reset_password(any_app, make_account(any_app), None).token
    with any_app.session() as session:
        [row] = session.scalars(select(InvitationRow))
        assert token not in row.token_hash
        row.expires_at = utc_now() - timedelta(seconds=1)
    with pytest.raises(InvitationError):
        invitations.get_invitation(any_app, token)
    with pytest.raises(InvitationError):
        invitations.accept(any_app, token, PASSWORD)


def test_a_refused_password_does_not_use_a_link_up(any_app: Application) -> None:
    token = accounts.reset_password(any_app, make_account(any_app), None).token
    with pytest.raises(UserError, match="at least 10"):
        invitations.accept(any_app, token, "short")
    invitations.accept(any_app, token, PASSWORD)


def test_roles_of_archived_projects_stay(any_app: Application) -> None:
    with any_app.session() as session:
        session.add(ProjectRow(name="Old", archived_at=utc_now()))
    anna = make_account(any_app, roles=[Role.REVIEWER])
    with any_app.session() as session:
        session.add(MembershipRow(user_id=anna, project_id=2, role=Role.AUDITOR))
    account_changes.set_roles(any_app, anna, {(1, Role.OPERATOR)}, False, LOCAL_USER_ID)
    assert accounts.get_account(any_app, anna).roles == {
        1: frozenset({Role.OPERATOR}),
        2: frozenset({Role.AUDITOR}),
    }


def test_whoever_works_here_without_signing_in_is_the_administrator(app: Application) -> None:
    anna = make_account(app, roles=[Role.REVIEWER])
    for user_id in (LOCAL_USER_ID, anna):
        actor = local_actor(app, user_id)
        assert (actor.user_id, actor.is_admin, actor.project_id) == (user_id, True, 1)
    with app.session() as session:
        assert session.get_one(UserRow, LOCAL_USER_ID).is_admin
