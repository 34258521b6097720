"""The database: reachable, writable, at the newest schema."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

import migrations
from forms_app.config import Settings
from forms_app.doctor.findings import Finding, Group
from forms_app.doctor.site import file_system_of, is_there
from forms_app.store.engine import make_engine

DATABASE = Group("database")
SLOW_MS = 100.0
NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "afs"})
CROWDED_SHARE = 0.9
"""Of the connections that PostgreSQL allows."""

START_IT = "Start it, or correct the setting database_url."
MIGRATE = "Run `fieldhand migrate` (`fieldhand serve` does so at its start)."


def check_database(settings: Settings) -> Iterator[Finding]:
    """Asks the database itself; one that `serve` has not made yet is no fault.

    Raises:
        ConfigurationError: The address is of no database that Fieldhand works with.
    """
    engine = existing_engine(settings)
    if engine is None:
        yield DATABASE.ok("reachable", "The database is made at the first start.")
        return
    try:
        yield from _look_into(engine)
    except SQLAlchemyError as error:
        # The first line names host and reason, never the password.
        reason = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        shown = engine.url.render_as_string(hide_password=True)
        yield DATABASE.failed("reachable", f"{shown} cannot be used: {reason}.", START_IT)
    finally:
        engine.dispose()


def existing_engine(settings: Settings) -> Engine | None:
    """The database of the settings, unless it is a file that is not there: asking would make it.

    Raises:
        ConfigurationError: The address is of no database that Fieldhand works with.
    """
    engine = make_engine(settings.database_url)
    is_file = engine.dialect.name == "sqlite"
    return None if is_file and is_there(Path(engine.url.database or "")) is False else engine


def judge_revision(current: str | None, known: frozenset[str], head: str) -> Finding:
    """Compares the database's schema with this version's.

    Args:
        current: The revision that the database is at; None when it has no tables.
        known: All revisions of this version of Fieldhand.
        head: The newest of them.
    """
    if current == head:
        return DATABASE.ok("migrated", f"The schema is the newest, {head}.")
    if current is None:
        return DATABASE.failed("migrated", "There are no tables yet.", MIGRATE)
    if current in known:
        return DATABASE.failed(
            "migrated", f"The schema is {current}; this version needs {head}.", MIGRATE
        )
    return DATABASE.failed(
        "migrated",
        f"The schema {current} is of a newer Fieldhand.",
        "Install that version again, or restore a backup of this one.",
    )


def judge_file(path: Path) -> Finding:
    """Whether an SQLite file, and the folder in which it keeps its journal, can be written."""
    if all(os.access(one, os.W_OK, effective_ids=True) for one in (path, path.parent)):
        return DATABASE.ok("writable", "It can be written.")
    return DATABASE.failed(
        "writable",
        f"{path}, or its folder, cannot be written.",
        "Give them to the user that runs Fieldhand.",
    )


def judge_file_system(kind: str) -> Finding:
    """Whether SQLite's locks and journal work there; machines may not share such a file."""
    if kind not in NETWORK_FILE_SYSTEMS:
        return DATABASE.ok("file_system", "It lies on a disk of this machine.")
    return DATABASE.failed(
        "file_system",
        f"It lies on a network file system ({kind}), where SQLite loses data.",
        "Move the data folder to a disk of this machine, or use PostgreSQL (database_url).",
    )


def _look_into(engine: Engine) -> Iterator[Finding]:
    with engine.connect() as connection:
        yield _answer(connection)
        if engine.dialect.name == "postgresql":
            yield _writing(connection)
            yield _crowd(connection)
        else:
            path = Path(engine.url.database or "").absolute()
            yield judge_file(path)
            yield judge_file_system(file_system_of(path))
    known = migrations.all_revisions(engine)
    current, head = migrations.current_revision(engine), migrations.head_revision(engine)
    yield judge_revision(current, known, head)


def _answer(connection: Connection) -> Finding:
    started = time.perf_counter()
    connection.execute(text("SELECT 1"))
    took_ms = (time.perf_counter() - started) * 1000
    version = ".".join(map(str, connection.dialect.server_version_info or ()))
    name = "SQLite" if connection.dialect.name == "sqlite" else "PostgreSQL"
    said = f"{name} {version} answers in {took_ms:.1f} ms."
    if took_ms <= SLOW_MS:
        return DATABASE.ok("reachable", said)
    return DATABASE.warning(
        "reachable", said, "That is slow; put it near the workers, or look what else it does."
    )


def _writing(connection: Connection) -> Finding:
    if connection.scalar(text("SHOW transaction_read_only")) == "off":
        return DATABASE.ok("writable", "It can be written.")
    return DATABASE.failed(
        "writable",
        "It can only be read: it is a replica, or set to default_transaction_read_only.",
        "Name the primary server in the setting database_url.",
    )


def _crowd(connection: Connection) -> Finding:
    most = int(connection.scalar(text("SHOW max_connections")) or 0)
    used = int(connection.scalar(text("SELECT count(*) FROM pg_stat_activity")) or 0)
    return judge_connections(used, most)


def judge_connections(used: int, most: int) -> Finding:
    """Whether there is room for more connections to PostgreSQL."""
    said = f"{used} of {most} connections are in use."
    if used < CROWDED_SHARE * most:
        return DATABASE.ok("connections", said)
    return DATABASE.warning(
        "connections", said, "Raise max_connections, or put a pooler such as PgBouncer before it."
    )
