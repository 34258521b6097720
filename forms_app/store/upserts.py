"""INSERT … ON CONFLICT for both databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from forms_app.store.base import Base

# Databases limit the parameters of one statement.
ROWS_AT_ONCE = 1000


def insert_into(session: Session, kind: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT of the session's database that understands `on_conflict_do_…`."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(kind)
    return sqlite.insert(kind)


def insert_missing(
    session: Session, kind: type[Base], rows: list[dict[str, Any]], key: list[str]
) -> None:
    """Insert those `rows` whose `key` columns are not there yet."""
    for start in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[start : start + ROWS_AT_ONCE]
        session.execute(
            insert_into(session, kind).values(some).on_conflict_do_nothing(index_elements=key)
        )
