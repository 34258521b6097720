"""One attempt at a claimed piece of work: the class of what goes wrong decides its fate."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from sqlalchemy import select, update

from forms_app.errors import StorageDamagedError, TransientError, UserError
from forms_app.reading.errors import ReadingError
from forms_app.services.application import Application
from forms_app.store.claims import LeasedRow, claim_one, release
from forms_app.store.models import FileRow, PageRow
from forms_app.store.states import FileState, PageState

log = structlog.get_logger(__name__)

FAILED_STATES = {FileRow: FileState.FAILED, PageRow: PageState.FAILED}
INTERNAL = "internal"
INTERNAL_MESSAGE = (
    "Fieldhand failed on this {thing} for a reason of its own; try it again, and report it with "
    "the log when that does not help."
)
WORDS = {FileRow: "file", PageRow: "page"}


def claim(app: Application, kind: LeasedRow, row_id: int, state: str) -> bool:
    """Lease a row to work on; False when there is nothing (left) to do for this task."""
    with app.session() as session:
        return claim_one(
            session, kind, row_id, state, app.settings.lease_seconds, app.settings.max_attempts
        )


def attempt(
    app: Application, kind: type[FileRow] | type[PageRow], row_id: int, work: Callable[[], None]
) -> None:
    """Do `work` for a claimed row.

    A file or page that cannot be read fails with its reason. Anything unforeseen gives the row
    back for another attempt, and fails it after the last.

    Raises:
        TransientError: As `work` raised it; the row is free again and the attempt not counted.
    """
    try:
        work()
    except TransientError as error:
        log.warning("work put off", **_subject(kind, row_id), code=error.code)
        with app.session() as session:
            release(session, kind, row_id, counted=False)
        raise
    except (ReadingError, UserError, StorageDamagedError) as error:
        log.info("work refused", **_subject(kind, row_id), code=error.code)
        fail(app, kind, row_id, error.code, error.message)
    except Exception:
        log.exception("work failed unexpectedly", **_subject(kind, row_id))
        _give_back(app, kind, row_id)


def fail(
    app: Application,
    kind: type[FileRow] | type[PageRow],
    row_id: int,
    code: str,
    message: str,
) -> None:
    """Mark a row as failed, with a reason for people."""
    with app.session() as session:
        session.execute(
            update(kind)
            .where(kind.id == row_id)
            .values(
                state=FAILED_STATES[kind], error_code=code, error_message=message, lease_until=None
            )
        )


def _give_back(app: Application, kind: type[FileRow] | type[PageRow], row_id: int) -> None:
    with app.session() as session:
        release(session, kind, row_id, counted=True)
        attempts = session.scalar(select(kind.attempts).where(kind.id == row_id))
        is_last = attempts is not None and attempts >= app.settings.max_attempts
    if is_last:
        fail(app, kind, row_id, INTERNAL, INTERNAL_MESSAGE.format(thing=WORDS[kind]))


def _subject(kind: type[FileRow] | type[PageRow], row_id: int) -> dict[str, int]:
    return {f"{WORDS[kind]}_id": row_id}
