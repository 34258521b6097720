"""One attempt at a claimed piece of work: the class of what goes wrong decides its fate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import structlog
from sqlalchemy import ColumnElement, select, update

from forms_app.errors import (
    FieldhandError,
    LeaseLostError,
    StorageDamagedError,
    TransientError,
    UserError,
)
from forms_app.reading.errors import ReadingError
from forms_app.services.application import Application
from forms_app.services.dto.webhooks import EventKind
from forms_app.services.webhook_outbox import note_file_finished, note_page
from forms_app.services.work_events import about, work_failed
from forms_app.storage_errors import full_disk_told
from forms_app.store.claims import Lease, LeasedRow, claim_one, release
from forms_app.store.models import (
    ExportRow,
    FileRow,
    PageRow,
    TemplateJobRow,
    WebhookDeliveryRow,
)
from forms_app.store.states import FileState, PageState

log = structlog.get_logger(__name__)

FAILED_STATES: dict[LeasedRow, str] = {FileRow: FileState.FAILED, PageRow: PageState.FAILED}
INTERNAL = "internal"
INTERNAL_MESSAGE = (
    "Fieldhand failed on this {thing} for a reason of its own; try it again, and report it with "
    "the log when that does not help."
)
WORDS: dict[LeasedRow, str] = {
    FileRow: "file",
    PageRow: "page",
    ExportRow: "export",
    TemplateJobRow: "job",
    WebhookDeliveryRow: "delivery",
}


class LongWork(Protocol):
    """Work whose lease is renewed while it lasts."""

    app: Application
    lease: Lease


def claim(app: Application, kind: LeasedRow, row_id: int, state: str) -> Lease | None:
    """Lease a row to work on; None when there is nothing (left) to do for this task."""
    with app.session() as session:
        return claim_one(
            session, kind, row_id, state, app.settings.lease_seconds, app.settings.max_attempts
        )


def attempt(app: Application, lease: Lease, work: Callable[[], None]) -> None:
    """Do `work` for a claimed file or page; `work` saves only what it still holds the lease of.

    A file or page that cannot be read fails with its reason. Anything unforeseen gives the row
    back for another attempt, and fails it after the last.

    Raises:
        TransientError: As `work` raised it; the row is free again and the attempt not counted.
    """
    with about(**_subject(lease)):
        _attempt(app, lease, work)


def _attempt(app: Application, lease: Lease, work: Callable[[], None]) -> None:
    try:
        with full_disk_told():
            work()
    except TransientError as error:
        log.warning("work put off", code=error.code)
        with app.session() as session:
            release(session, lease, counted=False)
        raise
    except LeaseLostError:
        log.warning("work taken over by another worker")
    except (ReadingError, UserError, StorageDamagedError) as error:
        log.info("work refused", code=error.code)
        fail(app, lease.kind, lease.row_id, error.code, error.message, lease.is_ours)
    except Exception:
        log.exception("work failed unexpectedly")
        _give_back(app, lease)


def attempt_long(
    work: LongWork, do: Callable[[], None], fail_with: Callable[..., None], internal_message: str
) -> None:
    """Do a claimed export or job; what goes wrong fails it at once, as a person waits for it.

    Args:
        do: does it, and saves only what `work` still holds the lease of.
        fail_with: called with application, row id, message and the condition that the lease holds.
        internal_message: what people are told of a failure that nobody has foreseen.

    Raises:
        TransientError: As `do` raised it; the row is free again and the attempt not counted.
    """
    with about(**_subject(work.lease)):
        _attempt_long(work, do, fail_with, internal_message)


def _attempt_long(
    work: LongWork, do: Callable[[], None], fail_with: Callable[..., None], internal_message: str
) -> None:
    kind = WORDS[work.lease.kind]
    try:
        with full_disk_told():
            do()
    except TransientError as error:
        log.warning("work put off", code=error.code)
        with work.app.session() as session:
            release(session, work.lease, counted=False)
        raise
    except LeaseLostError:
        log.info("work taken over or deleted")
    except FieldhandError as error:
        log.info("work refused", code=error.code)
        work_failed(kind, error.code)
        fail_with(work.app, work.lease.row_id, error.message, work.lease.is_ours)
    except Exception:
        log.exception("work failed unexpectedly")
        work_failed(kind, INTERNAL)
        fail_with(work.app, work.lease.row_id, internal_message, work.lease.is_ours)


def fail(
    app: Application,
    kind: LeasedRow,
    row_id: int,
    code: str,
    message: str,
    *conditions: ColumnElement[bool],
) -> None:
    """Mark a file or page as failed, with a reason for people; only while `conditions` hold."""
    with app.session() as session:
        failed = session.scalars(
            update(kind)
            .where(kind.id == row_id, *conditions)
            .values(
                state=FAILED_STATES[kind], error_code=code, error_message=message, lease_until=None
            )
            .returning(kind.id),
            execution_options={"synchronize_session": False},
        ).all()
        if failed and kind is PageRow:
            note_page(session, EventKind.PAGE_FAILED, row_id)
        elif failed:
            note_file_finished(session, row_id)
    if failed:
        work_failed(WORDS[kind], code)


def _give_back(app: Application, lease: Lease) -> None:
    kind = lease.kind
    with app.session() as session:
        attempts = session.scalar(select(kind.attempts).where(lease.is_ours))
        is_last = attempts is not None and attempts >= app.settings.max_attempts
        if not is_last:
            release(session, lease, counted=True)
    if is_last:
        message = INTERNAL_MESSAGE.format(thing=WORDS[kind])
        fail(app, kind, lease.row_id, INTERNAL, message, lease.is_ours)


def _subject(lease: Lease) -> dict[str, int]:
    return {f"{WORDS[lease.kind]}_id": lease.row_id}
