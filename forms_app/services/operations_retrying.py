"""Failed work tried again: one thing, or all that failed for a reason, or of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, UserError
from forms_app.queues import ALIGN_PAGE, BUILD_EXPORT, RUN_TEMPLATE_JOB, SPLIT_FILE
from forms_app.services.application import Application
from forms_app.services.dto.batches import NEVER_READ
from forms_app.services.loading import load
from forms_app.services.retries import FRESH, one_of_a_content, retry_file, retry_page
from forms_app.services.sending import send_all_or_leave, send_or_leave
from forms_app.store.audit import record_event
from forms_app.store.locks import lock_files
from forms_app.store.models import ExportRow, FileRow, PageRow, TemplateJobRow
from forms_app.store.stages import FAILED_STATES, ROWS, Subject
from forms_app.store.states import ExportState, FileState, JobState, PageState
from forms_app.store.work_items import Failures

log = structlog.get_logger(__name__)

CHUNK = 200
MOST_AT_ONCE = 5000
"""A person waits for the answer; what is left is tried at the next press."""
TASKS = {
    Subject.FILE: SPLIT_FILE,
    Subject.PAGE: ALIGN_PAGE,
    Subject.EXPORT: BUILD_EXPORT,
    Subject.JOB: RUN_TEMPLATE_JOB,
}
ANEW = {"attempts": 0, "lease_until": None, "error_message": None}
AGAIN: dict[Subject, dict[str, Any]] = {
    Subject.FILE: {"state": FileState.UPLOADED, **FRESH},
    Subject.PAGE: {"state": PageState.PENDING, **FRESH},
    Subject.EXPORT: {"state": ExportState.PENDING, "finished_at": None, **ANEW},
    Subject.JOB: {"state": JobState.PENDING, "result": None, "steps_done": 0, **ANEW},
}


@dataclass(frozen=True, slots=True)
class Retried:
    """How many are tried again, how many could not be, and whether more are left for later."""

    number: int
    refused: int
    has_more: bool


def retry(app: Application, subject: Subject, row_id: int, user_id: int) -> None:
    """Try one failed thing again.

    Raises:
        ConflictError: It has not failed, or another try cannot help.
        NotFoundError: It is gone.
    """
    if subject is Subject.FILE:
        retry_file(app, row_id, user_id)
    elif subject is Subject.PAGE:
        retry_page(app, row_id, user_id)
    else:
        _retry_one(app, subject, row_id, user_id)
    log.info("tried again", subject=subject, row_id=row_id, user_id=user_id)


def retry_all(app: Application, failures: Failures, user_id: int) -> Retried:
    """Try all of `failures` again, up to `MOST_AT_ONCE`, the oldest first.

    Raises:
        ConflictError: Another try cannot help.
    """
    if failures.code in NEVER_READ:
        raise ConflictError("Another try cannot help: the reason lies in the files themselves.")
    number = refused = 0
    last_id, ids = 0, _next_ids(app, failures, 0)
    while ids and number + refused < MOST_AT_ONCE:
        again, not_again = _retry_chunk(app, failures.subject, ids, user_id)
        number, refused, last_id = number + again, refused + not_again, ids[-1]
        ids = _next_ids(app, failures, last_id)
    log.info(
        "all tried again", subject=failures.subject, code=failures.code,
        batch_id=failures.batch_id, number=number, refused=refused, user_id=user_id,
    )  # fmt: skip
    return Retried(number, refused, bool(ids))


def _next_ids(app: Application, failures: Failures, after_id: int) -> Sequence[int]:
    kind = failures.kind
    query = select(kind.id).where(failures.condition, kind.id > after_id, _can_help(failures))
    with app.session() as session:
        return session.scalars(query.order_by(kind.id).limit(CHUNK)).all()


def _can_help(failures: Failures) -> ColumnElement[bool]:
    """Not where the reason lies in the bytes alone, nor where none were kept."""
    if failures.subject is Subject.FILE:
        code, is_kept = FileRow.error_code, FileRow.content_hash.is_not(None)
        return is_kept & or_(code.is_(None), code.not_in(NEVER_READ))
    if failures.subject is Subject.PAGE:
        return or_(PageRow.error_code.is_(None), PageRow.error_code.not_in(NEVER_READ))
    return failures.kind.id > 0


def _retry_chunk(
    app: Application, subject: Subject, ids: Sequence[int], user_id: int
) -> tuple[int, int]:
    """All in one transaction; one by one where the content of some is in the batch again.

    Returns:
        How many are tried again, and how many cannot be. What somebody else has tried again
        meanwhile counts as neither.
    """
    try:
        with one_of_a_content(app) as session:
            again = _start_again(session, subject, ids)
            for row_id in again:
                record_event(session, "retry", subject, row_id, user_id)
    except ConflictError:
        number = sum(_was_retried(app, subject, row_id, user_id) for row_id in ids)
        return number, len(ids) - number
    send_all_or_leave(app, ((TASKS[subject], (row_id,)) for row_id in again))
    return len(again), 0


def _was_retried(app: Application, subject: Subject, row_id: int, user_id: int) -> bool:
    try:
        retry(app, subject, row_id, user_id)
    except UserError:
        return False
    return True


def _start_again(session: Session, subject: Subject, ids: Sequence[int]) -> Sequence[int]:
    if subject is Subject.PAGE:
        files = session.scalars(select(PageRow.file_id).where(PageRow.id.in_(ids)).distinct())
        lock_files(session, files.all())
    kind = ROWS[subject]
    again = session.scalars(
        update(kind)
        .where(kind.id.in_(ids), kind.state == FAILED_STATES[subject])
        .values(**AGAIN[subject])
        .returning(kind.id),
        execution_options={"synchronize_session": False},
    ).all()
    if subject is Subject.PAGE:
        theirs = select(PageRow.file_id).where(PageRow.id.in_(again))
        session.execute(
            update(FileRow).where(FileRow.id.in_(theirs)).values(state=FileState.SPLIT, **FRESH),
            execution_options={"synchronize_session": False},
        )
    return sorted(again)


def _retry_one(app: Application, subject: Subject, row_id: int, user_id: int) -> None:
    """An export, or work around a template."""
    kind = ExportRow if subject is Subject.EXPORT else TemplateJobRow
    with app.session() as session:
        load(session, kind, row_id)
        if not _start_again(session, subject, [row_id]):
            raise ConflictError("This has not failed; there is nothing to try again.")
        record_event(session, "retry", subject, row_id, user_id)
    send_or_leave(app, TASKS[subject], row_id)
