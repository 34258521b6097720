"""Engines and sessions for SQLite (embedded) and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from forms_app.errors import ConfigurationError, DatabaseUnavailableError, StorageFullError

BUSY_TIMEOUT_MS = 15_000


def make_engine(database_url: str) -> Engine:
    """An engine for a `sqlite:///` or `postgresql://` URL; it connects on first use.

    Its errors leave out the statement's parameters: they may hold what people wrote, and be logged.

    Raises:
        ConfigurationError: The URL is of no database that Fieldhand works with.
    """
    try:
        url = make_url(database_url)
    except ArgumentError as error:
        raise ConfigurationError(
            "The setting database_url is not a database address; write sqlite:///FILE or "
            "postgresql://USER@HOST/NAME."
        ) from error
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    if url.drivername == "postgresql+psycopg":
        engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)
        event.listen(engine, "handle_error", _leave_out_detail)
        return engine
    raise ConfigurationError(
        f"Fieldhand works with SQLite and PostgreSQL, not with {url.get_backend_name()}."
    )


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """A factory of sessions."""
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def session_scope(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """One transaction: committed at the end of the block, rolled back when it raises.

    Raises:
        DatabaseUnavailableError: The database cannot be reached or stayed locked.
        StorageFullError: Its disk is full.
    """
    try:
        with sessions.begin() as session:
            yield session
    except OperationalError as error:
        raise _transient(error) from error


def _transient(error: OperationalError) -> DatabaseUnavailableError | StorageFullError:
    text = str(error.orig)
    if "is full" in text or "No space left" in text:
        return StorageFullError("The disk of the database is full; free some space and try again.")
    return DatabaseUnavailableError("The database does not answer; try again in a moment.")


def _leave_out_detail(context: ExceptionContext) -> None:
    """PostgreSQL's DETAIL line quotes the whole row."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).split("\nDETAIL:")[0], *error.args[1:])


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """WAL lets readers and one writer work side by side; foreign keys are off unless asked for."""
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    # What people delete is overwritten, however this SQLite was built.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()
