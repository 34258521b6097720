"""SQLite never gives a deleted row's id to another one, where pages and messages hold ids.

An address in an open page, or a task on its way, would suddenly mean somebody else's job or batch.
PostgreSQL's sequences never go back.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from alembic import op
from sqlalchemy import Connection

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = (
    "form_templates",
    "template_versions",
    "template_jobs",
    "batches",
    "files",
    "pages",
    "submissions",
    "exports",
)
ID = "id INTEGER NOT NULL"
KEY = "CONSTRAINT pk_{table} PRIMARY KEY"


def upgrade() -> None:
    _rebuild_all(_with_lasting_ids)


def downgrade() -> None:
    _rebuild_all(_with_plain_ids)


def _with_lasting_ids(table: str, body: str) -> str:
    key = KEY.format(table=table)
    body, keys = re.subn(rf",\s*{key} \(id\)", "", body)
    body, ids = re.subn(rf"\b{ID}", f"{ID} {key} AUTOINCREMENT", body)
    if (keys, ids) != (1, 1):
        raise RuntimeError(f"The table {table} is not as the earlier migrations made it.")
    return body


def _with_plain_ids(table: str, body: str) -> str:
    key = KEY.format(table=table)
    columns = body[: body.rindex(")")].rstrip()
    return f"{columns}, {key} (id))".replace(f"{ID} {key} AUTOINCREMENT", ID)


def _rebuild_all(change: Callable[[str, str], str]) -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    # Triggers elsewhere look into these tables; SQLite would refuse to rename under them.
    connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")
    # All or nothing: Python's driver begins no transaction for statements like CREATE and DROP.
    # It is left open, so that the tables and Alembic's note of the revision are committed as one.
    connection.exec_driver_sql("SAVEPOINT rebuilding")
    for table in TABLES:
        _rebuild(connection, table, change)
    connection.exec_driver_sql("PRAGMA legacy_alter_table = OFF")


def _rebuild(connection: Connection, table: str, change: Callable[[str, str], str]) -> None:
    """Make a table anew from its own text, so that every check, index and trigger stays."""
    statements = connection.exec_driver_sql(
        "SELECT type, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL", (table,)
    ).all()
    made = next(sql for kind, sql in statements if kind == "table")
    body = change(table, made[made.index("(") :])
    connection.exec_driver_sql(f"CREATE TABLE rebuilt_{table} {body}")
    connection.exec_driver_sql(f"INSERT INTO rebuilt_{table} SELECT * FROM {table}")
    connection.exec_driver_sql(f"DROP TABLE {table}")
    connection.exec_driver_sql(f"ALTER TABLE rebuilt_{table} RENAME TO {table}")
    for kind, sql in statements:
        if kind != "table":
            connection.exec_driver_sql(sql)
