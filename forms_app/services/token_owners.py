"""Whose a token is to be, as a person at the command line names them."""

from __future__ import annotations

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from forms_app.errors import NotFoundError, UserError
from forms_app.services.actors import actor_of
from forms_app.services.application import Application
from forms_app.services.dto.actors import Actor
from forms_app.store.models import LOCAL_USER_ID, ProjectRow, UserRow


def owner_named(app: Application, user: str = "", project: str = "") -> Actor:
    """A person at work in a project.

    Args:
        user: Their login or name; nobody's is the local administrator's.
        project: Its name; the person's first one where it is empty.

    Raises:
        NotFoundError: There is no such person or project.
        UserError: They have no part in it; or nobody is named, where people have to sign in.
    """
    if not user and app.settings.sign_in == "required":
        raise UserError("People have to sign in here, so a token is somebody's: add --user LOGIN.")
    with app.session() as session:
        person = _person(session, user)
        project_id = _project_id(session, project)
        actor = actor_of(session, person, project_id)
    if project_id is not None and actor.project_id != project_id:
        raise UserError(f"{person.name} has no part in the project {project}.")
    return actor


def _person(session: Session, named: str) -> UserRow:
    wanted = UserRow.id == LOCAL_USER_ID
    if named:
        wanted = or_(UserRow.login == named.lower(), func.lower(UserRow.name) == named.lower())
    found = session.scalar(select(UserRow).where(wanted, UserRow.disabled_at.is_(None)))
    if found is None:
        raise NotFoundError(f"There is nobody called {named or 'the local administrator'} here.")
    return found


def _project_id(session: Session, named: str) -> int | None:
    if not named:
        return None
    same = func.lower(ProjectRow.name) == named.lower()
    found = session.scalar(select(ProjectRow.id).where(same, ProjectRow.archived_at.is_(None)))
    if found is None:
        raise NotFoundError(f"There is no project called {named} here.")
    return found
