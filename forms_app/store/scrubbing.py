"""What was deleted must not be left in the database's own file."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

MOST_BYTES = 4 << 30
"""A larger file takes minutes, in which nobody else can write."""


def scrub(engine: Engine) -> bool:
    """Write SQLite's file anew and empty its journal; whether that was done.

    Deleted rows are overwritten anyway (`secure_delete`), but copies that pages of the file have
    outgrown are not. PostgreSQL gives space free in its own time, so nothing is done there.
    """
    if engine.dialect.name != "sqlite" or _size(engine) > MOST_BYTES:
        return False
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))
            is_busy = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).scalar()
    except OperationalError:  # Somebody has read or written for longer than we wait.
        return False
    return not is_busy


def _size(engine: Engine) -> int:
    path = engine.url.database
    return Path(path).stat().st_size if path and path != ":memory:" else 0
