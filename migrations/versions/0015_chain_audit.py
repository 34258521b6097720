"""Chain audit: events say where they came from and whose they are, and are never changed again.

Those that are there are chained as they are, with the names that people have now; they belong to
the first project, in which everything happened.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
NEW = {
    "user_name": sa.String(),
    "project_id": KEY,
    "source": sa.String(),
    "request_id": sa.String(),
    "address": sa.String(),
    "previous_hash": sa.String(),
    "hash": sa.String(),
}
EVENTS = sa.table(
    "audit_events",
    sa.column("id", KEY),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("user_id", KEY),
    sa.column("verb", sa.String()),
    sa.column("subject_type", sa.String()),
    sa.column("subject_id", KEY),
    sa.column("detail", JSON),
    *(sa.column(name, kind) for name, kind in NEW.items()),
)
USERS = sa.table("users", sa.column("id", KEY), sa.column("name", sa.String()))
INDEXES = {
    "ix_audit_events_at": ["at"],
    "ix_audit_events_project_id_at": ["project_id", "at"],
    "ix_audit_events_user_name_at": ["user_name", "at"],
    "ix_audit_events_verb_at": ["verb", "at"],
}
CHAINED = ("user_name", "project_id", "previous_hash", "hash")
MAIN_PROJECT = 1
ROWS_AT_ONCE = 1000
FINAL = "an audit event cannot be changed"


def upgrade() -> None:
    for name, kind in NEW.items():
        op.add_column("audit_events", sa.Column(name, kind, nullable=True))
    _chain(op.get_bind())
    with op.batch_alter_table("audit_events") as events:
        events.drop_constraint("fk_audit_events_user_id", type_="foreignkey")
        events.alter_column("previous_hash", existing_type=sa.String(), nullable=False)
        events.alter_column("hash", existing_type=sa.String(), nullable=False)
    for name, columns in INDEXES.items():
        op.create_index(name, "audit_events", columns)
    op.create_index("uq_audit_events_previous_hash", "audit_events", ["previous_hash"], unique=True)
    _guard()


def downgrade() -> None:
    _unguard()
    for name in (*INDEXES, "uq_audit_events_previous_hash"):
        op.drop_index(name, "audit_events")
    # They refer to people again, and some people may be gone.
    op.execute("UPDATE audit_events SET user_id = NULL WHERE user_id NOT IN (SELECT id FROM users)")
    with op.batch_alter_table("audit_events") as events:
        for name in NEW:
            events.drop_column(name)
        events.create_foreign_key(
            "fk_audit_events_user_id", "users", ["user_id"], ["id"], ondelete="SET NULL"
        )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('audit_events', 'id'),"
            " (SELECT COALESCE(MAX(id), 0) + 1 FROM audit_events), false)"
        )


def _chain(connection: Connection) -> None:
    """A thousand at a time: there may be millions."""
    changed = (
        EVENTS.update()
        .where(EVENTS.c.id == sa.bindparam("event_id"))
        .values({name: sa.bindparam(f"new_{name}") for name in CHAINED})
    )
    last = "0" * 64
    for rows in _pages(connection):
        found = []
        for row in rows:
            event = {**row, "project_id": MAIN_PROJECT, "previous_hash": last}
            event["hash"] = last = _hash_of(event)
            values = {f"new_{name}": event[name] for name in CHAINED}
            found.append({"event_id": event["id"], **values})
        connection.execute(changed, found)


def _pages(connection: Connection) -> Iterator[list[dict[str, Any]]]:
    after = None
    columns = [column for column in EVENTS.c if column.name not in ("user_name", "hash")]
    query = (
        sa.select(*columns, USERS.c.name.label("user_name"))
        .select_from(EVENTS.outerjoin(USERS, USERS.c.id == EVENTS.c.user_id))
        .order_by(EVENTS.c.id)
        .limit(ROWS_AT_ONCE)
    )
    while True:
        following = query if after is None else query.where(EVENTS.c.id > after)
        rows = [dict(row) for row in connection.execute(following).mappings()]
        if not rows:
            return
        yield rows
        after = rows[-1]["id"]


def _hash_of(event: Mapping[str, Any]) -> str:
    """As `store/audit_chain` does it: this must not change when that does."""
    shown = {name: value for name, value in event.items() if name != "hash"}
    at: datetime = event["at"]
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    shown["at"] = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    text = json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _guard() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER guard_audit_events_{event.lower()} BEFORE {event} ON audit_events"
                f" BEGIN SELECT RAISE(ABORT, '{FINAL}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION guard_audit_events() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{FINAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for event, each in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER guard_audit_events_{event.lower()} BEFORE {event} ON audit_events"
            f" FOR EACH {each} EXECUTE FUNCTION guard_audit_events()"
        )


def _unguard() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for event in ("update", "delete") if on_sqlite else ("update", "delete", "truncate"):
        op.execute(
            f"DROP TRIGGER guard_audit_events_{event}" + ("" if on_sqlite else " ON audit_events")
        )
    if not on_sqlite:
        op.execute("DROP FUNCTION guard_audit_events()")
