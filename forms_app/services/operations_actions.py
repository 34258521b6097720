"""What a person does with work that waits or is stuck: sends it again, ends it, takes it out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import case, delete, update
from sqlalchemy.orm import Session

from forms_app.errors import BrokerUnavailableError, ConflictError
from forms_app.queues import (
    ALIGN_PAGE,
    ASSEMBLE_FILE,
    BUILD_EXPORT,
    READ_PAGES,
    RUN_TEMPLATE_JOB,
    SPLIT_FILE,
)
from forms_app.services import page_actions, template_jobs, uploads
from forms_app.services.application import Application
from forms_app.services.completion import NO_MODEL, UNFINISHED, finish_failed_page
from forms_app.services.loading import load
from forms_app.services.names import printable
from forms_app.services.people import get_person
from forms_app.services.sending import send_or_leave
from forms_app.store.audit import record_event
from forms_app.store.base import utc_now
from forms_app.store.claims import is_free
from forms_app.store.database_clock import database_now
from forms_app.store.locks import lock_file
from forms_app.store.models import ExportRow, PageRow
from forms_app.store.operations import free_ids
from forms_app.store.readings import model_version_id
from forms_app.store.stages import FAILED_STATES, ROWS, Stage, Subject, rows_of
from forms_app.store.states import ExportState, FileState, JobState

log = structlog.get_logger(__name__)

SENT_AT_ONCE = 2000
JUST_SENT = timedelta(seconds=10)
"""What was sent or has changed so lately is not sent again: pressing twice is as pressing once."""
MOST_REASON = 200
STOPPED = "stopped"
NOT_SENT = "The broker does not answer; what waits is kept, and is sent when it is back."
WAITING_STATES: dict[Subject, frozenset[str]] = {
    Subject.FILE: frozenset({FileState.UPLOADED}),
    Subject.PAGE: frozenset(UNFINISHED),
    Subject.EXPORT: frozenset({ExportState.PENDING}),
    Subject.JOB: frozenset({JobState.PENDING}),
}
TASK_OF_STAGE = {
    Stage.INTAKE: SPLIT_FILE,
    Stage.ALIGN: ALIGN_PAGE,
    Stage.ASSEMBLE: ASSEMBLE_FILE,
    Stage.READ: READ_PAGES,
    Stage.EXPORT: BUILD_EXPORT,
    Stage.TEMPLATE: RUN_TEMPLATE_JOB,
}


def requeue(app: Application, stage: Stage, user_id: int, row_id: int | None = None) -> int:
    """Send again what waits in a stage; leases of dead workers are freed.

    What has no attempt left is given one more.

    Args:
        row_id: This one alone.

    Returns:
        How many rows were sent; the oldest `SENT_AT_ONCE` at most.

    Raises:
        BrokerUnavailableError: The broker does not answer; the sweeper sends them when it is back.
    """
    kind = rows_of(stage).kind
    last = app.settings.max_attempts - 1
    with app.session() as session:
        now = database_now(session)
        picked = free_ids(stage, now, JUST_SENT, SENT_AT_ONCE, row_id)
        ids = session.scalars(
            update(kind)
            # Once more outside: a worker may take one between the two looks at it.
            .where(kind.id.in_(picked), is_free(kind))
            .values(
                changed_at=now,
                lease_until=None,
                attempts=case((kind.attempts > last, last), else_=kind.attempts),
            )
            .returning(kind.id),
            execution_options={"synchronize_session": False},
        ).all()
    _send(app, stage, sorted(ids))
    log.info("sent again by hand", stage=stage, number=len(ids), row_id=row_id, user_id=user_id)
    return len(ids)


def stop(app: Application, subject: Subject, row_id: int, reason: str, user_id: int) -> None:
    """End work that waits or is stuck: it fails, with the person and their reason as the message.

    It can be tried again.

    Raises:
        ConflictError: It is being worked on, or does not wait any more.
        NotFoundError: It is gone.
    """
    message = _message(get_person(app, user_id).name, reason)
    with app.session() as session:
        row = load(session, ROWS[subject], row_id)
        if isinstance(row, PageRow):
            lock_file(session, row.file_id)
        _end(session, subject, row_id, message)
        record_event(session, "stop", subject, row_id, user_id)
        session.refresh(row)
        if isinstance(row, PageRow):
            finish_failed_page(session, row_id, model_version_id(session, NO_MODEL, NO_MODEL))
    if isinstance(row, PageRow):
        # It may have been the last one that the others of its file waited for.
        send_or_leave(app, ASSEMBLE_FILE, row.file_id)
    log.info("stopped by hand", subject=subject, row_id=row_id, user_id=user_id)


def take_out(app: Application, page_id: int, user_id: int) -> None:
    """Take a page that waits or has failed out of its batch; it can be brought back.

    Raises:
        ConflictError: It is being worked on.
        NotFoundError: It is gone.
    """
    with app.session() as session:
        page = load(session, PageRow, page_id)
    if page.state in UNFINISHED:
        stop(app, Subject.PAGE, page_id, "", user_id)
    page_actions.drop_page(app, page_id, user_id)
    log.info("taken out by hand", page_id=page_id, user_id=user_id)


def bring_back(app: Application, page_id: int, user_id: int) -> None:
    """Undo `take_out`: the page is aligned and sorted anew.

    Raises:
        ConflictError: It has not been taken out.
    """
    page_actions.restore_page(app, page_id, user_id)
    log.info("brought back by hand", page_id=page_id, user_id=user_id)


def remove(app: Application, subject: Subject, row_id: int, user_id: int) -> None:
    """Delete what has failed: a file with its bytes, an export, or work around a template.

    Raises:
        ConflictError: It has not failed (any more).
        NotFoundError: It is gone.
    """
    with app.session() as session:
        row = load(session, ROWS[subject], row_id)
    if row.state != FAILED_STATES[subject] or subject is Subject.PAGE:
        raise ConflictError("This has not failed (any more); nothing was removed.")
    if subject is Subject.FILE:
        uploads.remove_file(app, row_id, user_id)
    elif subject is Subject.JOB:
        template_jobs.delete_job(app, row_id)
    else:
        _delete_export(app, row_id, user_id)
    log.info("removed by hand", subject=subject, row_id=row_id, user_id=user_id)


def _send(app: Application, stage: Stage, ids: list[int]) -> None:
    task = TASK_OF_STAGE[stage]
    each: list[tuple[int, ...]] = [(row_id,) for row_id in ids]
    if stage is Stage.READ:  # A task of it takes what waits, whatever that is.
        each = [() for _ in range(0, len(ids), app.settings.read_batch_pages)]
    try:
        for args in each:
            app.tasks.send(task, *args)
    except BrokerUnavailableError as error:
        raise BrokerUnavailableError(NOT_SENT) from error


def _message(name: str, reason: str) -> str:
    why = printable(" ".join(reason.split()))[:MOST_REASON]
    if why:
        return f"Stopped by {name}: {why}"
    return f"Stopped by {name}. Try it again when the cause is gone."


def _end(session: Session, subject: Subject, row_id: int, message: str) -> None:
    kind = ROWS[subject]
    values: dict[str, Any] = {"state": FAILED_STATES[subject], "error_message": message}
    if subject in (Subject.FILE, Subject.PAGE):
        values["error_code"] = STOPPED
    elif subject is Subject.EXPORT:
        values["finished_at"] = utc_now()
    ended = session.execute(
        update(kind)
        .where(kind.id == row_id, kind.state.in_(WAITING_STATES[subject]), is_free(kind))
        .values(lease_until=None, **values)
        .returning(kind.id),
        execution_options={"synchronize_session": False},
    ).first()
    if ended is not None:
        return
    row = load(session, kind, row_id)
    session.refresh(row)
    if row.state in WAITING_STATES[subject]:
        raise ConflictError("This is being worked on at the moment; wait until that is done.")
    raise ConflictError("This does not wait any more; nothing was stopped.")


def _delete_export(app: Application, export_id: int, user_id: int) -> None:
    with app.session() as session:
        session.execute(
            delete(ExportRow).where(
                ExportRow.id == export_id, ExportRow.state == ExportState.FAILED
            )
        )
        record_event(session, "delete", "export", export_id, user_id)
