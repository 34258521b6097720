"""The whole database as one file, taken while others write, and put back into an empty one."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from forms_app.errors import BackupError
from forms_app.store import views
from forms_app.store.engine import make_engine

SQLITE_FILE = "database.sqlite"
POSTGRES_FILE = "database.pgdump"


def dump_name(engine: Engine) -> str:
    """The file's name, which tells the kind of database."""
    return SQLITE_FILE if engine.dialect.name == "sqlite" else POSTGRES_FILE


@contextmanager
def dumped(engine: Engine, target: Path) -> Iterator[Session]:
    """Write the database to `target`; the session sees what was written, and nothing later.

    Raises:
        BackupError: It cannot be read, or PostgreSQL's client programs are missing.
    """
    try:
        if engine.dialect.name == "sqlite":
            _dump_sqlite(engine, target)
            with _sqlite_copy(target) as session:
                yield session
        else:
            with _dumped_postgres(engine, target) as session:
                yield session
    except (SQLAlchemyError, sqlite3.Error) as error:
        reason = str(error).partition("\n")[0]
        raise BackupError(f"The database cannot be backed up: {reason}.") from error


def refuse_unless_empty(engine: Engine) -> None:
    """A backup never goes over anything.

    Raises:
        BackupError: The database has tables, or does not answer.
    """
    if _is_missing_sqlite(engine):
        return
    shown = engine.url.render_as_string(hide_password=True)
    try:
        tables = inspect(engine).get_table_names()
    except SQLAlchemyError as error:
        reason = str(error).partition("\n")[0]
        raise BackupError(f"The database {shown} does not answer: {reason}.") from error
    if tables:
        raise BackupError(
            f"The database {shown} is in use; restore into an empty one, so that nothing is lost."
        )


def load_dump(engine: Engine, source: Path) -> None:
    """Fill an empty database from what `dumped` wrote: all of it or nothing.

    Raises:
        BackupError: It is of the other kind of database, or is refused.
    """
    if source.name != dump_name(engine):
        raise BackupError(
            f"The backup is not of a {engine.dialect.name} database; set database_url to one of "
            "the kind that it was made of."
        )
    if engine.dialect.name == "sqlite":
        _load_sqlite(engine, source)
    else:
        options = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
        address, password = _libpq(engine.url)
        _run("pg_restore", *options, f"--dbname={address}", str(source), password=password)


def _dump_sqlite(engine: Engine, target: Path) -> None:
    """SQLite's online backup: in one step, under a read lock that stops no writer."""
    with engine.connect() as connection, closing(sqlite3.connect(target)) as copy:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.backup(copy)
        # One file for everything: a copy in WAL mode would leave two more beside it.
        copy.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def _sqlite_copy(path: Path) -> Iterator[Session]:
    engine = make_engine(f"sqlite:///file:{path}?mode=ro&immutable=1&uri=true")
    try:
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()


@contextmanager
def _dumped_postgres(engine: Engine, target: Path) -> Iterator[Session]:
    """pg_dump and the session share one snapshot."""
    lasting = engine.execution_options(isolation_level="REPEATABLE READ")
    with Session(lasting) as session:
        snapshot = session.scalar(text("SELECT pg_export_snapshot()"))
        address, password = _libpq(engine.url)
        # Views are made again: where somebody has made their schema by hand, no dump may.
        options = (
            *("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"),
            f"--exclude-schema={views.SCHEMA}",
        )
        _run("pg_dump", *options, f"--file={target}", f"--dbname={address}", password=password)
        yield session


def _load_sqlite(engine: Engine, source: Path) -> None:
    path = Path(engine.url.database or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.restoring")
    shutil.copyfile(source, draft)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(path)


def _is_missing_sqlite(engine: Engine) -> bool:
    """Connecting would make the file."""
    return engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists()


def _libpq(url: URL) -> tuple[str, str]:
    """The address for PostgreSQL's own programs, and the password, which others could see in it."""
    password = str(url.password or "")
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return bare.render_as_string(hide_password=False), password


def _run(program: str, *arguments: str, password: str) -> None:
    if shutil.which(program) is None:
        raise BackupError(
            f"{program} is not installed here; install PostgreSQL's client programs, of the "
            "server's version or newer."
        )
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run(
        [program, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = done.stderr.strip().partition("\n")[0] or f"exit code {done.returncode}"
        raise BackupError(f"PostgreSQL's {reason}")
