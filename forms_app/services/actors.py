"""Who asks: a person with their roles, and the project they work in now."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.errors import NotFoundError
from forms_app.services.application import Application
from forms_app.services.dto.actors import Actor
from forms_app.store.models import MAIN_PROJECT_ID, MembershipRow, ProjectRow, UserRow
from forms_app.store.states import Role


def local_actor(app: Application, user_id: int, project_id: int | None = None) -> Actor:
    """Somebody where nobody has to sign in: whoever they say they are, they may do everything.

    Raises:
        NotFoundError: There is nobody of that id.
    """
    with app.session() as session:
        user = session.get(UserRow, user_id)
        if user is None or user.disabled_at is not None:
            raise NotFoundError("This person does not exist (any more).")
        return actor_of(session, user, project_id, is_admin=True)


def actor_of(
    session: Session, user: UserRow, project_id: int | None = None, is_admin: bool | None = None
) -> Actor:
    """`user` as somebody who asks.

    Args:
        session: The transaction to look in.
        user: The person.
        project_id: The project they have chosen; where they have no part in it, or it is archived,
            their first one counts.
        is_admin: Whether they may do everything; as the row says by default.
    """
    is_admin = user.is_admin if is_admin is None else is_admin
    open_ids = _open_projects(session)
    # In an archived project nobody has a part, until it is brought back.
    roles = {each: some for each, some in _roles(session, user.id).items() if each in open_ids}
    reachable = open_ids if is_admin else [each for each in open_ids if each in roles]
    if project_id not in reachable:
        project_id = reachable[0] if reachable else MAIN_PROJECT_ID
    return Actor(user.id, user.name, is_admin, project_id, roles)


def _roles(session: Session, user_id: int) -> dict[int, frozenset[Role]]:
    found: dict[int, set[Role]] = defaultdict(set)
    rows = select(MembershipRow.project_id, MembershipRow.role)
    for project_id, role in session.execute(rows.where(MembershipRow.user_id == user_id)):
        found[project_id].add(Role(role))
    return {project_id: frozenset(roles) for project_id, roles in found.items()}


def _open_projects(session: Session) -> list[int]:
    is_open = ProjectRow.archived_at.is_(None)
    return list(session.scalars(select(ProjectRow.id).where(is_open).order_by(ProjectRow.id)))
