"""Rows of one project among those of all."""

from __future__ import annotations

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, select
from sqlalchemy.orm import Session, aliased

from forms_app.store.models import BatchRow, ProjectRow


def narrowing(session: Session, project_id: int) -> int | None:
    """The project, or None where there is no other: then nothing has to be left out, and statements
    stay as quick as they are without projects."""
    others = select(ProjectRow.id).where(ProjectRow.id != project_id).limit(1)
    return project_id if session.scalar(others) is not None else None


def within(
    of_batch: SQLColumnExpression[int], batch_id: int | None, project_id: int | None
) -> list[ColumnElement[bool]]:
    """Rows of a batch, else of a project, else all.

    Args:
        of_batch: The column that names the rows' batch.
        batch_id: The batch; None for all of the project.
        project_id: See `narrowing`; None for those of all projects.
    """
    if batch_id is not None:
        return [of_batch == batch_id]
    if project_id is None:
        return []
    # Asked row by row: SQLite goes by the same index as without projects, in its order. As a list
    # of batches it would go by that of batches, and sort.
    own = aliased(BatchRow)
    return [exists().where(own.id == of_batch, own.project_id == project_id)]
