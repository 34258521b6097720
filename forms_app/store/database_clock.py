"""The database's clock, by which leases run: machines that share work need no common time.

A worker whose clock is an hour wrong would otherwise take over what others hold, or have its own
taken. On SQLite all processes are on one machine, and this is that machine's clock.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from forms_app.store.base import UtcDateTime


class DatabaseNow(FunctionElement[datetime]):
    """When the statement began that this stands in."""

    type = UtcDateTime()
    inherit_cache = True


def database_now(session: Session) -> datetime:
    """The present as the database sees it, aware; to the millisecond on SQLite."""
    now: datetime | None = session.scalar(select(DatabaseNow()))
    assert now is not None
    return now


@compiles(DatabaseNow, "postgresql")
def _on_postgresql(_element: DatabaseNow, _compiler: Any, **_: Any) -> str:
    # Unlike clock_timestamp() it is the same for all rows, so that indexes can be used.
    return "statement_timestamp()"


@compiles(DatabaseNow, "sqlite")
def _on_sqlite(_element: DatabaseNow, _compiler: Any, **_: Any) -> str:
    # Six digits, as times are stored: they are compared as texts.
    return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
