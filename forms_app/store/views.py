"""Making and dropping the views of templates; BI tools read these and nothing else.

On PostgreSQL they have a schema of their own and keep, through every change, whom they are granted
to. On SQLite a prefix tells them from tables.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from forms_app.store.view_sql import quoted

SCHEMA = "fieldhand_views"
SQLITE_PREFIX = "view_"
# Any constant: those who refresh views of one PostgreSQL queue up behind it.
ADVISORY_LOCK = 0x66687677
LONGEST_WAIT = "3s"
"""Somebody who reads a view keeps it from being changed; a person who publishes does not wait."""

POSTGRES_VIEWS = text(
    "SELECT c.relname, obj_description(c.oid, 'pg_class') FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = :schema AND c.relkind = 'v'"
    " AND obj_description(c.oid, 'pg_class') LIKE 'fieldhand %'"
)
POSTGRES_GRANTEES = text(
    "SELECT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) g"
    " WHERE n.nspname = :schema AND c.relname = :name AND g.grantee <> c.relowner"
    " AND g.privilege_type = 'SELECT'"
)
SQLITE_VIEWS = text(
    "SELECT name, sql FROM sqlite_master WHERE type = 'view' AND name GLOB 'view_*'"
    # Not what others have made there.
    """ AND sql GLOB '* AS "_form_id"*'"""
)


def full_name(dialect: str, name: str) -> str:
    """How a query calls the view."""
    return f"{SCHEMA}.{name}" if dialect == "postgresql" else f"{SQLITE_PREFIX}{name}"


def begin(connection: Connection) -> None:
    """Start the transaction in which views are changed, alone; SQLite starts none for a view."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'")


def marks_of_views(connection: Connection) -> dict[str, str]:
    """The mark that each view was made with, by its full name; see `mark_of`."""
    if connection.dialect.name == "postgresql":
        rows = connection.execute(POSTGRES_VIEWS, {"schema": SCHEMA})
        return {f"{SCHEMA}.{name}": mark for name, mark in rows}
    return {name: _mark(sql.partition(" AS ")[2]) for name, sql in connection.execute(SQLITE_VIEWS)}


def mark_of(select: str) -> str:
    """Tells one definition of a view from another."""
    return _mark(select)


def make(connection: Connection, name: str, select: str) -> None:
    """Make the view of that full name, in place of one that there is."""
    if connection.dialect.name == "sqlite":
        _run(connection, f"DROP VIEW IF EXISTS {quoted(name)}")
        _run(connection, f"CREATE VIEW {quoted(name)} AS {select}")
        return
    own = name.removeprefix(f"{SCHEMA}.")
    view = f"{SCHEMA}.{quoted(own)}"
    _run(connection, f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    grantees = connection.execute(POSTGRES_GRANTEES, {"schema": SCHEMA, "name": own}).scalars()
    grants = [f"GRANT SELECT ON {view} TO {grantee}" for grantee in grantees]
    for statement in (
        f"DROP VIEW IF EXISTS {view}",
        # A barrier: no function of a reader's own sees forms of other templates.
        f"CREATE VIEW {view} WITH (security_barrier) AS {select}",
        f"COMMENT ON VIEW {view} IS '{_mark(select)}'",
        *grants,
    ):
        _run(connection, statement)


def drop(connection: Connection, name: str) -> None:
    """Drop the view of that full name."""
    schema, _, own = name.rpartition(".")
    view = f"{schema}.{quoted(own)}" if schema else quoted(own)
    _run(connection, f"DROP VIEW IF EXISTS {view}")


def drop_all(connection: Connection) -> None:
    """Drop every view of a template: no table can be changed that a view looks at.

    One that others have built a view upon stays; it is in nobody's way unless its own columns are
    changed.
    """
    for name in marks_of_views(connection):
        if connection.dialect.name == "sqlite":
            drop(connection, name)
            continue
        with suppress(DBAPIError), connection.begin_nested():
            drop(connection, name)


def _run(connection: Connection, statement: str) -> None:
    """Without parameters, or psycopg would take a % in a name for the place of one."""
    connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def _mark(select: str) -> str:
    return f"fieldhand {hashlib.sha256(select.encode()).hexdigest()[:16]}"
