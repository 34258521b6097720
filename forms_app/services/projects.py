"""Projects: what separates templates, batches and people from those of others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, NotFoundError, UserError
from forms_app.services.application import Application
from forms_app.services.names import clean_name
from forms_app.services.project_of import Kind, missing
from forms_app.store.audit import record_event
from forms_app.store.base import utc_now
from forms_app.store.models import BatchRow, FormTemplateRow, MembershipRow, ProjectRow
from forms_app.store.projects import narrowing


@dataclass(frozen=True, slots=True)
class ProjectSummary:
    """A project in numbers; `people` have a role in it. In an archived one nobody works."""

    id: int
    name: str
    created_at: datetime
    archived_at: datetime | None
    templates: int
    batches: int
    people: int


def list_projects(app: Application) -> list[ProjectSummary]:
    """All projects by name, archived ones last."""
    with app.session() as session:
        rows = session.scalars(select(ProjectRow)).all()
        templates = _counted(session, FormTemplateRow.project_id, FormTemplateRow.id)
        batches = _counted(session, BatchRow.project_id, BatchRow.id)
        people = _counted(session, MembershipRow.project_id, MembershipRow.user_id.distinct())
        found = [
            ProjectSummary(
                row.id,
                row.name,
                row.created_at,
                row.archived_at,
                templates.get(row.id, 0),
                batches.get(row.id, 0),
                people.get(row.id, 0),
            )
            for row in rows
        ]
    return sorted(found, key=lambda each: (each.archived_at is not None, each.name.casefold()))


def project_called(app: Application, name: str) -> int:
    """The id of the open project with this name or number.

    Raises:
        NotFoundError: There is none.
    """
    with app.session() as session:
        rows = session.scalars(select(ProjectRow).where(ProjectRow.archived_at.is_(None)))
        found = [row.id for row in rows if name in (row.name, str(row.id))]
    if not found:
        raise NotFoundError(f"There is no project '{name}'.")
    return found[0]


def create_project(app: Application, name: str, user_id: int) -> int:
    """A new, empty project; gives its id.

    Raises:
        UserError: The name is empty or too long.
        ConflictError: Another project has it.
    """
    with app.session() as session:
        row = ProjectRow(name=_free_name(session, name))
        session.add(row)
        session.flush()
        record_event(session, "create", "project", row.id, user_id, name=row.name)
        return row.id


def rename_project(app: Application, project_id: int, name: str, user_id: int) -> None:
    """Call a project otherwise.

    Raises:
        NotFoundError: There is no such project.
        UserError: The name is empty or too long.
        ConflictError: Another project has it.
    """
    with app.session() as session:
        row = _load(session, project_id)
        row.name = _free_name(session, name, project_id)
        record_event(session, "rename", "project", project_id, user_id, name=row.name)


def archive_project(app: Application, project_id: int, user_id: int) -> None:
    """Nobody works in the project any more; everything in it stays, and it can be brought back.

    Raises:
        NotFoundError: There is no such project.
        ConflictError: It is the only one that people work in.
    """
    with app.session() as session:
        row = _load(session, project_id)
        others = select(ProjectRow.id).where(
            ProjectRow.archived_at.is_(None), ProjectRow.id != project_id
        )
        if session.scalar(others.limit(1)) is None:
            raise ConflictError("This is the only project that people work in; make another first.")
        if row.archived_at is None:
            row.archived_at = utc_now()
            record_event(session, "archive", "project", project_id, user_id)


def bring_back_project(app: Application, project_id: int, user_id: int) -> None:
    """People work in an archived project again, in the roles they had.

    Raises:
        NotFoundError: There is no such project.
    """
    with app.session() as session:
        row = _load(session, project_id)
        if row.archived_at is not None:
            row.archived_at = None
            record_event(session, "bring_back", "project", project_id, user_id)


def narrowed(app: Application, project_id: int) -> int | None:
    """What lists are narrowed to: the project, or None where there is no other."""
    with app.session() as session:
        return narrowing(session, project_id)


def _counted(session: Session, of_project: Any, what: Any) -> dict[int, int]:
    """How many there are by project."""
    return dict(session.execute(select(of_project, func.count(what)).group_by(of_project)).all())


def _load(session: Session, project_id: int) -> ProjectRow:
    row = session.get(ProjectRow, project_id)
    if row is None:
        raise missing(Kind.PROJECT)
    return row


def _free_name(session: Session, name: str, project_id: int = 0) -> str:
    """`name` as it is kept; capitals do not tell two projects apart."""
    name = clean_name(name, "project")
    if name.isdecimal():
        raise UserError("Give the project a name that is not a number: projects have numbers too.")
    same = func.lower(ProjectRow.name) == name.lower()
    taken = select(ProjectRow.id).where(same, ProjectRow.id != project_id)
    if session.scalar(taken.limit(1)) is not None:
        raise ConflictError(f"There is a project “{name}” already; choose another name.")
    return name
