"""Webhooks: endpoints, the outbox of events, their deliveries, and what was told of batches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = sa.DateTime(timezone=True)
# index: (table, columns, condition)
INDEXES = {
    "ix_webhook_endpoints_project_id": ("webhook_endpoints", ["project_id"], None),
    "ix_webhook_events_project_id": ("webhook_events", ["project_id"], None),
    "ix_webhook_events_batch_id": ("webhook_events", ["batch_id"], None),
    "ix_webhook_events_created_at": ("webhook_events", ["created_at"], None),
    "ix_webhook_events_unspread": ("webhook_events", ["id"], "spread_at IS NULL"),
    "ix_webhook_deliveries_due": (
        "webhook_deliveries",
        ["endpoint_id", "next_at"],
        "state = 'pending'",
    ),
    "ix_webhook_deliveries_endpoint_id_id": ("webhook_deliveries", ["endpoint_id", "id"], None),
    "ix_webhook_deliveries_state_id": ("webhook_deliveries", ["state", "id"], None),
    "ix_webhook_deliveries_leased": (
        "webhook_deliveries",
        ["lease_until"],
        "lease_until IS NOT NULL",
    ),
}


def upgrade() -> None:
    _create_endpoints()
    _create_events()
    _create_deliveries()
    _create_batches()
    for name, (table, columns, condition) in INDEXES.items():
        where = sa.text(condition) if condition else None
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for table in ("webhook_batches", "webhook_deliveries", "webhook_events", "webhook_endpoints"):
        op.drop_table(table)


def _create_endpoints() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("project_id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("old_secret", sa.String(), nullable=True),
        sa.Column("old_secret_until", TIME, nullable=True),
        sa.Column("events", JSON, nullable=False),
        sa.Column("include_values", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("disabled_why", sa.String(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failing_since", TIME, nullable=True),
        sa.Column("paused_until", TIME, nullable=True),
        sa.Column("sent_at", TIME, nullable=True),
        sa.Column("created_by", KEY, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_endpoints"),
        _reference("webhook_endpoints", "project_id", "projects"),
        _reference("webhook_endpoints", "created_by", "users", "SET NULL"),
        sqlite_autoincrement=True,
    )


def _create_events() -> None:
    op.create_table(
        "webhook_events",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("project_id", KEY, nullable=False),
        sa.Column("batch_id", KEY, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", KEY, nullable=True),
        sa.Column("data", JSON, nullable=True),
        sa.Column("spread_at", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_events"),
        sa.UniqueConstraint("key", name="uq_webhook_events_key"),
        _reference("webhook_events", "project_id", "projects"),
        _reference("webhook_events", "batch_id", "batches"),
        sqlite_autoincrement=True,
    )


def _create_deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("endpoint_id", KEY, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("next_at", TIME, nullable=False),
        sa.Column("due_since", TIME, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.CheckConstraint("state IN ('pending', 'delivered', 'dead')", name="state"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
        sa.UniqueConstraint(
            "event_id", "endpoint_id", name="uq_webhook_deliveries_event_id_endpoint_id"
        ),
        _reference("webhook_deliveries", "event_id", "webhook_events"),
        _reference("webhook_deliveries", "endpoint_id", "webhook_endpoints"),
        sqlite_autoincrement=True,
    )


def _create_batches() -> None:
    op.create_table(
        "webhook_batches",
        sa.Column("batch_id", KEY, autoincrement=False, nullable=False),
        sa.Column("processed_as", sa.String(), nullable=True),
        sa.Column("is_finished", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", name="pk_webhook_batches"),
        _reference("webhook_batches", "batch_id", "batches"),
    )


def _reference(
    table: str, column: str, to: str, ondelete: str = "CASCADE"
) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}"
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete=ondelete)
