"""Who works here: names that people give themselves, until there are accounts."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, NotFoundError, UserError
from forms_app.services.application import Application
from forms_app.services.dto.people import Person
from forms_app.services.loading import load
from forms_app.services.names import printable
from forms_app.store.models import LOCAL_USER_ID, MAIN_PROJECT_ID, MembershipRow, UserRow
from forms_app.store.states import Role

MOST_NAME_LENGTH = 60


def list_people(app: Application, project_id: int | None = None) -> tuple[Person, ...]:
    """Everybody who has given a name, by name; of one project those who have a part in it."""
    query = select(UserRow).where(UserRow.id != LOCAL_USER_ID)
    if project_id is not None:
        query = query.where(_has_part_in(project_id))
    with app.session() as session:
        rows = session.scalars(query)
        return tuple(sorted(map(_person, rows), key=lambda person: person.name.casefold()))


def get_person(app: Application, user_id: int, project_id: int | None = None) -> Person:
    """One of them; of one project where that is given.

    Raises:
        NotFoundError: There is nobody of that id.
    """
    with app.session() as session:
        row = load(session, UserRow, user_id)
        if project_id is not None and user_id != LOCAL_USER_ID:
            theirs = select(UserRow.id).where(UserRow.id == user_id, _has_part_in(project_id))
            if session.scalars(theirs).first() is None:
                raise NotFoundError("This person does not exist (any more).")
        return _person(row)


def add_person(app: Application, name: str, project_id: int = MAIN_PROJECT_ID) -> Person:
    """Somebody who has not worked here before, and works in a project now.

    Raises:
        UserError: The name is empty or too long.
        ConflictError: Somebody has that name.
    """
    with app.session() as session:
        row = UserRow(name=free_name(session, name))
        session.add(row)
        session.flush()
        session.add(MembershipRow(user_id=row.id, project_id=project_id, role=Role.REVIEWER))
        return _person(row)


def _has_part_in(project_id: int) -> ColumnElement[bool]:
    """A role there, or any rights everywhere."""
    role = exists().where(
        MembershipRow.user_id == UserRow.id, MembershipRow.project_id == project_id
    )
    return or_(UserRow.is_admin, role)


def free_name(session: Session, name: str, user_id: int = 0) -> str:
    """`name` as it is kept for somebody new, or for `user_id`.

    Raises:
        UserError: The name is empty or too long.
        ConflictError: Somebody else has that name.
    """
    name = " ".join(printable(name).split())
    if not name:
        raise UserError("Type the name that others are to see.")
    if len(name) > MOST_NAME_LENGTH:
        raise UserError(f"A name has at most {MOST_NAME_LENGTH} characters.")
    same = select(UserRow.id).where(func.lower(UserRow.name) == name.lower(), UserRow.id != user_id)
    if session.scalar(same.limit(1)) is not None:
        raise ConflictError(f"Somebody is called {name} already; choose them, or another name.")
    return name


def _person(row: UserRow) -> Person:
    return Person(row.id, row.name, row.id == LOCAL_USER_ID)
