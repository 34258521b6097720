"""Large databases: each form counts its fields, and indexes hold only what somebody looks for.

Triggers keep the counts, so that no way of changing a field can forget them; whoever changes a
field has locked its form before. What is counted for a batch are then its forms, not its fields.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# column: what it counts
COUNTED = {
    "open_fields": "{row}state = 'open'",
    "accepted_fields": "{row}state = 'accepted'",
    "decided_fields": "{row}state = 'decided'",
    "flagged_fields": "{row}flagged",
}
IS_OPEN = "state = 'open'"
IS_TO_KEY = "value IS NULL AND outcome IN ('read', 'unreadable')"
IS_UNCHECKED = "state = 'read' AND checked_at IS NULL"
IS_LEASED = "lease_until IS NOT NULL"
HAS_OPEN = "open_fields > 0"
HAS_FLAGGED = "flagged_fields > 0"
# As statements say it there: SQLite looks at the words.
FLAGGED = {"sqlite": "flagged IS 1", "postgresql": "flagged IS true"}
IS_ASIDE = {
    "sqlite": "state = 'open' AND (stage != 'review' OR flagged = 0)",
    "postgresql": "state = 'open' AND (stage <> 'review' OR NOT flagged)",
}
# index: (table, columns, condition)
INDEXES = {
    "ix_submission_fields_open": (
        "submission_fields",
        ["batch_id", "submission_id", "position"],
        IS_OPEN,
    ),
    "ix_submission_fields_open_anywhere": (
        "submission_fields",
        ["submission_id", "position"],
        IS_OPEN,
    ),
    "ix_submission_fields_flagged": (
        "submission_fields",
        ["batch_id", "submission_id", "position"],
        FLAGGED,
    ),
    "ix_submission_fields_aside": (
        "submission_fields",
        ["batch_id", "stage", "submission_id", "position"],
        IS_ASIDE,
    ),
    "ix_readings_to_key": ("readings", ["id"], IS_TO_KEY),
    "ix_submissions_open": ("submissions", ["batch_id", "open_fields"], HAS_OPEN),
    "ix_submissions_flagged": ("submissions", ["id", "flagged_fields"], HAS_FLAGGED),
    "ix_submissions_batch_id_id": ("submissions", ["batch_id", "id", "flagged_fields"], None),
    "ix_submissions_exported": ("submissions", ["batch_id", "file_id", "number"], None),
    "ix_files_batch_id_id": ("files", ["batch_id", "id"], None),
    "ix_pages_counted": ("pages", ["file_id", "state", "read_at"], None),
    "ix_pages_unchecked": ("pages", ["worst_residual_px"], IS_UNCHECKED),
    "ix_pages_changed_at": ("pages", ["changed_at"], None),
    "ix_pages_leased": ("pages", ["lease_until"], IS_LEASED),
}
QUEUE = ("ix_submission_fields_queue", ["batch_id", "flagged", "submission_id", "position"])


def upgrade() -> None:
    for column in COUNTED:
        added = sa.Column(column, sa.Integer(), nullable=False, server_default="0")
        op.add_column("submissions", added)
    _count_what_is_there()
    for name, (table, columns, condition) in INDEXES.items():
        op.create_index(name, table, columns, **_where(condition))
    op.drop_index(QUEUE[0], "submission_fields")
    op.drop_index("ix_files_batch_id", "files")
    if _is_sqlite():
        _count_in_sqlite()
    else:
        _count_in_postgresql()


def downgrade() -> None:
    for event in ("insert", "update", "delete"):
        if _is_sqlite():
            op.execute(f"DROP TRIGGER count_fields_{event}")
        else:
            op.execute(f"DROP TRIGGER count_fields_{event} ON submission_fields")
            op.execute(f"DROP FUNCTION count_fields_{event}()")
    op.create_index("ix_files_batch_id", "files", ["batch_id"])
    op.create_index(QUEUE[0], "submission_fields", QUEUE[1])
    for name, (table, *_) in INDEXES.items():
        op.drop_index(name, table)
    for column in COUNTED:
        op.drop_column("submissions", column)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _where(condition: str | dict[str, str] | None) -> dict[str, sa.TextClause]:
    if condition is None:
        return {}
    by_database = condition if isinstance(condition, dict) else dict.fromkeys(FLAGGED, condition)
    return {f"{name}_where": sa.text(words) for name, words in by_database.items()}


def _count_what_is_there() -> None:
    sums = ", ".join(
        f"SUM(CASE WHEN {what.format(row='')} THEN 1 ELSE 0 END) AS {column}"
        for column, what in COUNTED.items()
    )
    op.execute(
        f"UPDATE submissions SET {', '.join(f'{c} = counted.{c}' for c in COUNTED)} FROM"
        f" (SELECT submission_id, {sums} FROM submission_fields GROUP BY submission_id) AS counted"
        " WHERE counted.submission_id = submissions.id"
    )


def _count_in_sqlite() -> None:
    def step(row: str, sign: str) -> dict[str, str]:
        return {c: f"{sign} ({what.format(row=f'{row}.')})" for c, what in COUNTED.items()}

    def create(event: str, words: str, *steps: dict[str, str]) -> None:
        changes = ", ".join(
            f"{column} = {column} {' '.join(each[column] for each in steps)}" for column in COUNTED
        )
        row = "OLD" if event == "delete" else "NEW"
        op.execute(
            f"CREATE TRIGGER count_fields_{event} AFTER {words} ON submission_fields BEGIN"
            f" UPDATE submissions SET {changes} WHERE id = {row}.submission_id; END"
        )

    create("insert", "INSERT", step("NEW", "+"))
    create("update", "UPDATE OF state, flagged", step("NEW", "+"), step("OLD", "-"))
    create("delete", "DELETE", step("OLD", "-"))


def _count_in_postgresql() -> None:
    """Once a statement, not once a row: a page's fields come in one."""
    tables = {
        "insert": ("NEW TABLE AS new_rows", ["+new_rows"]),
        "update": ("OLD TABLE AS old_rows NEW TABLE AS new_rows", ["+new_rows", "-old_rows"]),
        "delete": ("OLD TABLE AS old_rows", ["-old_rows"]),
    }
    for event, (referencing, signed) in tables.items():
        rows = " UNION ALL ".join(
            f"SELECT submission_id, state, flagged, {each[0]}1 AS step FROM {each[1:]}"
            for each in signed
        )
        sums = ", ".join(
            f"SUM(CASE WHEN {what.format(row='')} THEN step ELSE 0 END) AS {column}"
            for column, what in COUNTED.items()
        )
        changes = ", ".join(f"{c} = submissions.{c} + changed.{c}" for c in COUNTED)
        is_change = " OR ".join(f"changed.{column} <> 0" for column in COUNTED)
        name = f"count_fields_{event}"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" UPDATE submissions SET {changes} FROM (SELECT submission_id, {sums}"
            f" FROM ({rows}) AS signed GROUP BY submission_id) AS changed"
            f" WHERE submissions.id = changed.submission_id AND ({is_change});"
            " RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event.upper()} ON submission_fields"
            f" REFERENCING {referencing} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
