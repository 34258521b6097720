"""Row locks that hold on both databases until the transaction ends.

SQLite knows no SELECT … FOR UPDATE, but one writer at a time: whoever writes first in a transaction
sees everything that was committed before, and makes the others wait.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import false, func, select, update
from sqlalchemy.orm import Session

from forms_app.store.models import BatchRow, FileRow, SubmissionRow


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


def lock_files(session: Session, file_ids: Collection[int]) -> None:
    """Several files, locked in the order of their ids, so that two who do so cannot block."""
    ordered = (
        select(FileRow.id).where(FileRow.id.in_(file_ids)).order_by(FileRow.id).with_for_update()
    ).cte("ordered")
    session.execute(
        update(FileRow).where(FileRow.id.in_(select(ordered.c.id))).values(state=FileRow.state),
        execution_options={"synchronize_session": False},
    )


def lock_batch(session: Session, batch_id: int) -> None:
    """The batch, locked: forms that are known by a key are made once. After the file's lock."""
    session.execute(update(BatchRow).where(BatchRow.id == batch_id).values(name=BatchRow.name))


def lock_blobs(session: Session, keys: Collection[str]) -> None:
    """Keep others from adding or dropping references to stored files, and from deleting them.

    Whoever refers to a file makes sure under this lock that it is kept; whoever deletes one makes
    sure that nothing refers to it: so bytes are never deleted below a row that is being added.
    """
    if session.get_bind().dialect.name == "postgresql":
        for key in sorted(keys):
            session.execute(select(func.pg_advisory_xact_lock(int(key[:15], 16))))
    else:
        session.execute(update(FileRow).where(false()).values(size=0))
