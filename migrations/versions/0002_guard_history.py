"""Guard history: published template versions and decisions cannot be changed, only added to.

A decision or a version's part may go only together with what it belongs to; the row above is gone
by the time the database cascades, which is what the conditions test.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PUBLISHED = "a published template version cannot be changed"
DECIDED = "a decision cannot be changed"

_OF_PUBLISHED = (
    "EXISTS (SELECT 1 FROM template_versions v WHERE v.id = {row}.version_id"
    " AND v.state = 'published')"
)
_DECIDED_ON = "EXISTS (SELECT 1 FROM submissions s WHERE s.id = OLD.submission_id)"

# name: (table, event, condition, message)
GUARDS = {
    "guard_version_update": ("template_versions", "UPDATE", "OLD.state = 'published'", PUBLISHED),
    "guard_version_delete": (
        "template_versions",
        "DELETE",
        "OLD.state = 'published'"
        " AND EXISTS (SELECT 1 FROM form_templates t WHERE t.id = OLD.template_id)",
        PUBLISHED,
    ),
    **{
        f"guard_{table}_{event.lower()}": (
            f"template_{table}",
            event,
            _OF_PUBLISHED.format(row="NEW" if event == "INSERT" else "OLD"),
            PUBLISHED,
        )
        for table in ("pages", "fields")
        for event in ("INSERT", "UPDATE", "DELETE")
    },
    "guard_decision_update": ("decisions", "UPDATE", "TRUE", DECIDED),
    "guard_decision_delete": ("decisions", "DELETE", _DECIDED_ON, DECIDED),
}


def upgrade() -> None:
    create = _create_sqlite if op.get_bind().dialect.name == "sqlite" else _create_postgresql
    for name, (table, event, condition, message) in GUARDS.items():
        create(name, table, event, condition, message)


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, (table, *_) in GUARDS.items():
        if sqlite:
            op.execute(f"DROP TRIGGER {name}")
        else:
            op.execute(f"DROP TRIGGER {name} ON {table}")
            op.execute(f"DROP FUNCTION {name}()")


def _create_sqlite(name: str, table: str, event: str, condition: str, message: str) -> None:
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition}"
        f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
    )


def _create_postgresql(name: str, table: str, event: str, condition: str, message: str) -> None:
    row = "OLD" if event == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {condition} THEN RAISE EXCEPTION '{message}'"
        " USING ERRCODE = 'integrity_constraint_violation';"
        f" END IF; RETURN {row}; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
