"""Work around a template that a person waits for: asked for here, done by a worker, kept briefly.

The rows are the queue of record, as with files and pages: a task that finds its job done leaves,
leases lapse, the sweeper sends again what was left behind and deletes what has expired.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from forms_app.errors import NotFoundError, UserError
from forms_app.queues import RUN_TEMPLATE_JOB
from forms_app.services.application import Application
from forms_app.services.cleaning import delete_unreferenced
from forms_app.services.dto.templates import TemplateJob
from forms_app.services.loading import load
from forms_app.services.sending import send_or_leave
from forms_app.store.base import utc_now
from forms_app.store.blobs import doom
from forms_app.store.locks import lock_blobs
from forms_app.store.models import (
    MAIN_PROJECT_ID,
    TemplateJobFileRow,
    TemplateJobRow,
    TemplateVersionRow,
)
from forms_app.store.states import JobFileRole, JobKind, JobState

KEPT_FOR = timedelta(hours=6)
MOST_FILES = 60
MOST_BYTES = 400 << 20


def request_job(
    app: Application,
    kind: JobKind,
    version_id: int | None,
    request: dict[str, Any],
    uploads: Sequence[tuple[str, bytes]] = (),
    project_id: int = MAIN_PROJECT_ID,
) -> TemplateJob:
    """Ask for a job; a worker does it, the answer says where to look for it.

    Args:
        uploads: Files by name, in order.
        project_id: Whose it is where it is for no version.

    Raises:
        UserError: There are too many files, or too large ones.
    """
    if len(uploads) > MOST_FILES or sum(len(data) for _, data in uploads) > MOST_BYTES:
        raise UserError(
            f"Those are too many files at once; choose up to {MOST_FILES} with "
            f"{MOST_BYTES >> 20} MB in all."
        )
    with app.session() as session:
        if version_id is not None:
            project_id = load(session, TemplateVersionRow, version_id).template.project_id
        row = TemplateJobRow(
            kind=kind, version_id=version_id, request=request, project_id=project_id
        )
        row.files = kept_files(app, session, JobFileRole.UPLOAD, uploads)
        session.add(row)
        session.flush()
        job = job_info(row)
    send_or_leave(app, RUN_TEMPLATE_JOB, job.id)
    return job


def get_job(app: Application, job_id: int) -> TemplateJob:
    """How far a job is, and what came out of it.

    Raises:
        NotFoundError: It never was, or has expired.
    """
    with app.session() as session:
        return job_info(_load(session, job_id))


def jobs_of(app: Application, kind: JobKind, version_id: int) -> tuple[TemplateJob, ...]:
    """The jobs of a kind for a version that have not failed, newest first."""
    with app.session() as session:
        rows = session.scalars(
            select(TemplateJobRow)
            .where(
                TemplateJobRow.kind == kind,
                TemplateJobRow.version_id == version_id,
                TemplateJobRow.state != JobState.FAILED,
            )
            .order_by(TemplateJobRow.id.desc())
        )
        return tuple(map(job_info, rows))


def latest_job(app: Application, kind: JobKind, version_id: int) -> TemplateJob | None:
    """The newest of them."""
    return next(iter(jobs_of(app, kind, version_id)), None)


def job_page(app: Application, job_id: int, position: int) -> bytes:
    """An image that came out of a job, as PNG."""
    with app.session() as session:
        key = session.scalar(
            select(TemplateJobFileRow.content_hash).where(
                TemplateJobFileRow.job_id == job_id,
                TemplateJobFileRow.role == JobFileRole.PAGE,
                TemplateJobFileRow.position == position,
            )
        )
    if key is None:
        raise NotFoundError("This picture is gone; do it again.")
    return app.files.get(key)


def fail_job(app: Application, job_id: int, message: str, *conditions: ColumnElement[bool]) -> None:
    """Mark a job as failed, with a reason for people; only while `conditions` hold."""
    with app.session() as session:
        session.execute(
            update(TemplateJobRow)
            .where(TemplateJobRow.id == job_id, *conditions)
            .values(state=JobState.FAILED, error_message=message, lease_until=None)
        )


def delete_job(app: Application, job_id: int) -> None:
    """Forget a job and its files at once; that it is gone already is fine."""
    with app.session() as session:
        row = session.get(TemplateJobRow, job_id)
        keys = _forget(session, [row]) if row else set()
    delete_unreferenced(app, keys)


def forget_jobs_of(session: Session, version_id: int) -> set[str]:
    """Delete the jobs of a version; the keys of their files are doomed and returned."""
    rows = session.scalars(
        select(TemplateJobRow).where(TemplateJobRow.version_id == version_id)
    ).all()
    return _forget(session, rows)


def delete_expired_jobs(app: Application) -> None:
    """Forget what nobody looks at any more."""
    with app.session() as session:
        rows = session.scalars(
            select(TemplateJobRow).where(TemplateJobRow.created_at < utc_now() - KEPT_FOR)
        ).all()
        keys = _forget(session, rows)
    if keys:
        delete_unreferenced(app, keys)


def job_info(row: TemplateJobRow) -> TemplateJob:
    """A job as services hand it out."""
    return TemplateJob(
        id=row.id,
        kind=row.kind,
        version_id=row.version_id,
        state=row.state,
        request=row.request,
        steps_done=row.steps_done,
        steps_total=row.steps_total,
        result=row.result,
        error_message=row.error_message,
        page_count=sum(file.role == JobFileRole.PAGE for file in row.files),
    )


def kept_files(
    app: Application, session: Session, role: JobFileRole, files: Sequence[tuple[str, bytes]]
) -> list[TemplateJobFileRow]:
    """Rows of files that are stored and, until the transaction ends, kept from being deleted."""
    keys = [app.files.put(data) for _, data in files]
    lock_blobs(session, keys)
    for _, data in files:
        app.files.put(data)  # Somebody may have deleted the same bytes before the lock.
    return [
        TemplateJobFileRow(role=role, position=position, name=name, content_hash=key)
        for position, ((name, _), key) in enumerate(zip(files, keys, strict=True))
    ]


def _forget(session: Session, rows: Sequence[TemplateJobRow]) -> set[str]:
    """Delete the rows; the keys of their files are doomed with them."""
    keys = {file.content_hash for row in rows for file in row.files}
    for row in rows:
        session.delete(row)
    session.flush()
    if keys:
        doom(session, keys)
    return keys


def _load(session: Session, job_id: int) -> TemplateJobRow:
    row = session.get(TemplateJobRow, job_id)
    if row is None:
        raise NotFoundError("This is kept for a few hours only and is gone; do it again.")
    return row
