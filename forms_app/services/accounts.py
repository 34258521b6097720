"""The people who can sign in: listed, invited, found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, NotFoundError, UserError
from forms_app.services.account_rules import clean_login, load_person
from forms_app.services.application import Application
from forms_app.services.dto.accounts import Account, Invited, Project
from forms_app.services.invitations import add_link
from forms_app.services.people import free_name
from forms_app.store.audit import record_event
from forms_app.store.models import LOCAL_USER_ID, MembershipRow, ProjectRow, UserRow
from forms_app.store.states import Role

Roles = Collection[tuple[int, Role]]
"""Pairs of a project's id and a role in it."""


def list_accounts(app: Application) -> tuple[Account, ...]:
    """Everybody, by name."""
    with app.session() as session:
        users = session.scalars(select(UserRow).where(UserRow.id != LOCAL_USER_ID))
        roles = _all_roles(session)
        accounts = [_account(user, roles[user.id]) for user in users]
    return tuple(sorted(accounts, key=lambda account: account.name.casefold()))


def get_account(app: Application, user_id: int) -> Account:
    """One of them.

    Raises:
        NotFoundError: There is nobody of that id.
    """
    with app.session() as session:
        user = load_person(session, user_id)
        return _account(user, _all_roles(session, user_id)[user_id])


def find_login(app: Application, login: str) -> Account:
    """Whoever signs in as `login`.

    Raises:
        NotFoundError: Nobody does.
    """
    with app.session() as session:
        asked = select(UserRow.id).where(UserRow.login == login.strip().casefold())
        user_id = session.scalar(asked)
    if user_id is None:
        raise NotFoundError(f"Nobody signs in as {login}.")
    return get_account(app, user_id)


def list_open_projects(app: Application) -> tuple[Project, ...]:
    """Where roles can be given, by name."""
    with app.session() as session:
        asked = select(ProjectRow).where(ProjectRow.archived_at.is_(None))
        projects = [Project(row.id, row.name) for row in session.scalars(asked)]
    return tuple(sorted(projects, key=lambda project: project.name.casefold()))


def invite(
    app: Application, name: str, login: str, roles: Roles, is_admin: bool, user_id: int | None
) -> Invited:
    """A new account, and the link with which its person chooses a password.

    Args:
        app: Where.
        name: How others see them; somebody of that name without a login is given one.
        login: What they sign in as.
        roles: What they may do where.
        is_admin: Whether they may do everything.
        user_id: Who invites; None on the command line.

    Raises:
        UserError: Name or login cannot be taken, or nothing is allowed to them.
        ConflictError: Somebody has the login, or the name and a login.
        NotFoundError: There is no such project.
    """
    if not (roles or is_admin):
        raise UserError("Choose at least one role, or make them an administrator.")
    with app.session() as session:
        login = clean_login(session, login)
        user = _named(session, name) or UserRow(name=free_name(session, name))
        if user.login is not None:
            raise ConflictError(f"{user.name} has a login already: {user.login}.")
        user.login, user.is_admin = login, is_admin
        session.add(user)
        session.flush()
        put_roles(session, user.id, roles)
        admin = int(is_admin)
        record_event(session, "invite", "user", user.id, user_id, login=login, is_admin=admin)
        return Invited(user.id, user.name, add_link(session, user.id))


def reset_password(app: Application, account_id: int, user_id: int | None) -> Invited:
    """A link with which somebody chooses a new password; the old one counts until then.

    Raises:
        NotFoundError: There is nobody of that id.
        ConflictError: They have no login, or are disabled.
    """
    with app.session() as session:
        user = load_person(session, account_id)
        if user.login is None or user.disabled_at is not None:
            raise ConflictError(
                f"{user.name} cannot sign in: no login, or the account is disabled."
            )
        record_event(session, "link", "user", user.id, user_id)
        return Invited(user.id, user.name, add_link(session, user.id))


def put_roles(session: Session, account_id: int, roles: Roles) -> None:
    """Give somebody these roles in open projects and no others; archived projects stay as they are.

    Raises:
        NotFoundError: There is no such project.
    """
    is_open = ProjectRow.archived_at.is_(None)
    open_ids = set(session.scalars(select(ProjectRow.id).where(is_open)))
    if not {project_id for project_id, _ in roles} <= open_ids:
        raise NotFoundError("This project does not exist (any more).")
    asked = select(MembershipRow).where(MembershipRow.user_id == account_id)
    rows = {(row.project_id, Role(row.role)): row for row in session.scalars(asked)}
    for (project_id, role), row in rows.items():
        if project_id in open_ids and (project_id, role) not in roles:
            session.delete(row)
    for project_id, role in set(roles) - set(rows):
        session.add(MembershipRow(user_id=account_id, project_id=project_id, role=role))


def _named(session: Session, name: str) -> UserRow | None:
    """Somebody who has said their name where nobody had to sign in."""
    asked = select(UserRow).where(UserRow.name == " ".join(name.split()))
    user = session.scalars(asked).one_or_none()
    return None if user is None or user.id == LOCAL_USER_ID else user


def _all_roles(
    session: Session, account_id: int | None = None
) -> defaultdict[int, dict[int, frozenset[Role]]]:
    asked = select(MembershipRow)
    if account_id is not None:
        asked = asked.where(MembershipRow.user_id == account_id)
    found: defaultdict[int, dict[int, frozenset[Role]]] = defaultdict(dict)
    for row in session.scalars(asked):
        theirs = found[row.user_id]
        theirs[row.project_id] = theirs.get(row.project_id, frozenset()) | {Role(row.role)}
    return found


def _account(user: UserRow, roles: dict[int, frozenset[Role]]) -> Account:
    return Account(
        id=user.id,
        name=user.name,
        login=user.login,
        is_admin=user.is_admin,
        is_disabled=user.disabled_at is not None,
        is_invited=user.login is not None and not (user.password_hash or user.oidc_subject),
        has_second_factor=user.totp_secret is not None,
        is_linked=user.oidc_subject is not None,
        roles=roles,
        last_seen_at=user.last_seen_at,
    )
