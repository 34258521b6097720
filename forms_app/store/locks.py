"""Row locks that hold on both databases until the transaction ends.

SQLite knows no SELECT … FOR UPDATE, but one writer at a time: whoever writes first in a transaction
sees everything that was committed before, and makes the others wait.
"""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from forms_app.store.models import FileRow, SubmissionRow


def lock_submission(session: Session, submission_id: int) -> SubmissionRow | None:
    """The submission as it is now, locked; None when it is gone. Lock before reading its fields."""
    session.execute(
        update(SubmissionRow)
        .where(SubmissionRow.id == submission_id)
        .values(state=SubmissionRow.state)
    )
    return session.get(SubmissionRow, submission_id, populate_existing=True)


def lock_file(session: Session, file_id: int) -> FileRow | None:
    """The file as it is now, locked; None when it is gone."""
    session.execute(update(FileRow).where(FileRow.id == file_id).values(state=FileRow.state))
    return session.get(FileRow, file_id, populate_existing=True)
