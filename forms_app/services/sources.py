"""Sources of files that come in without a person at a page: what they tell, and how they stand."""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from forms_app.errors import NotFoundError, TransientError
from forms_app.services.application import Application
from forms_app.services.dto.sources import Source, SourceKind, SourceState
from forms_app.services.loading import LARGEST_ID
from forms_app.services.names import printable
from forms_app.store import sources as store
from forms_app.store.audit import record_event
from forms_app.store.database_clock import database_now
from forms_app.store.models import IntakeSourceRow
from forms_app.store.sources import SourceKey

log = structlog.get_logger(__name__)

HEARTBEAT_S = 10
BEATS_MISSED = 6
"""A source that has not been heard of for so many is silent."""
MOST_LISTED = 500
COMMAND = "fieldhand submit"
TROUBLED = (SourceState.SILENT, SourceState.HINDERED)
# What a file system or a program says can be long.
MOST_LETTERS = 500


class SourceReport:
    """What a source tells of itself.

    It never stands in the way of the files: while the database does not answer nothing is told,
    and the source shows as silent.
    """

    def __init__(self, app: Application, kind: SourceKind, name: str, project_id: int) -> None:
        host = "" if kind == SourceKind.API else socket.gethostname()
        self._app = app
        self._key = SourceKey(project_id, kind, host, printable(name))

    def rule(self, template: str, batch_rule: str) -> None:
        """What becomes of its files."""
        self._tell(lambda session: store.tell_rule(session, self._key, template, batch_rule))

    def alive(self, backlog: int, trouble: str | None) -> None:
        """It is there and says so every `HEARTBEAT_S`; `backlog` files are yet to be taken."""
        cut = _cut(trouble) if trouble else None
        self._tell(lambda session: store.tell_alive(session, self._key, HEARTBEAT_S, backlog, cut))

    def taken(self, file_name: str, taking: str) -> None:
        """A file is in its batch; `taking` is the same when it is told once more."""
        name = _cut(file_name)
        self._tell(lambda session: store.tell_taken(session, self._key, name, taking))

    def failed(self, message: str) -> None:
        """A file, or all of them, could not be taken or will not be read."""
        cut = _cut(message)
        self._tell(lambda session: store.tell_error(session, self._key, cut))

    def stopped(self) -> None:
        """It ends because somebody wanted it to."""
        self._tell(lambda session: store.tell_stopped(session, self._key))

    def _tell(self, told: Callable[[Session], None]) -> None:
        try:
            with self._app.session() as session:
                told(session)
        except TransientError as error:
            log.warning("a source could not tell how it stands", reason=error.message)


def list_sources(app: Application, project_ids: Collection[int] | None = None) -> list[Source]:
    """The sources of some projects, or of all: first those that somebody has to look after, then
    by when they were heard of."""
    with app.session() as session:
        now = database_now(session)
        rows = store.list_sources(session, project_ids, MOST_LISTED)
        found = [_source(row, now) for row in rows]
    return sorted(found, key=lambda source: source.state not in TROUBLED)


def expected_sources(app: Application) -> list[Source]:
    """Those of all projects that should be there now, whether they are or not."""
    with app.session() as session:
        now = database_now(session)
        return [_source(row, now) for row in store.expected_sources(session, MOST_LISTED)]


def forget_source(
    app: Application, source_id: int, user_id: int, project_id: int | None = None
) -> str:
    """Take a source from the list, and give its name; files that it brought stay. One that is
    still there comes back by itself.

    Raises:
        NotFoundError: It is not in the list (of that project).
    """
    with app.session() as session:
        # Databases refuse numbers beyond 64 bits with an error of their own.
        row = session.get(IntakeSourceRow, source_id) if source_id <= LARGEST_ID else None
        if row is None or project_id not in (None, row.project_id):
            raise NotFoundError("This source does not exist (any more).")
        record_event(
            session,
            "forget",
            "source",
            source_id,
            user_id,
            project_id=row.project_id,
            name=row.name,
        )
        session.delete(row)
        return str(row.name)


def _cut(text: str) -> str:
    return printable(text)[:MOST_LETTERS]


def _source(row: IntakeSourceRow, now: datetime) -> Source:
    return Source(
        id=row.id,
        kind=SourceKind(row.kind),
        name=row.name,
        host=row.host,
        project_id=row.project_id,
        template=row.template,
        batch_rule=row.batch_rule,
        state=_state_of(row, now),
        backlog=row.backlog,
        trouble=row.trouble or "",
        files_taken=row.files_taken,
        last_file_name=row.last_file_name,
        last_file_at=row.last_file_at,
        errors=row.errors,
        last_error=row.last_error,
        last_error_at=row.last_error_at,
        last_seen_at=row.last_seen_at,
    )


def _state_of(row: IntakeSourceRow, now: datetime) -> SourceState:
    if row.heartbeat_s is None:
        return SourceState.ASKED
    if row.stopped_at is not None:
        return SourceState.STOPPED
    if now - row.last_seen_at > BEATS_MISSED * timedelta(seconds=row.heartbeat_s):
        return SourceState.SILENT
    return SourceState.HINDERED if row.trouble else SourceState.WATCHING
