"""Exports are delivered by the clock; the views of templates find forms by when they came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_index("ix_submissions_created_at", "submissions", ["created_at"])
    _create_deliveries()
    _create_runs()


def downgrade() -> None:
    op.drop_table("delivery_runs")
    op.drop_table("deliveries")
    op.drop_index("ix_submissions_created_at", "submissions")


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", KEY, primary_key=True, autoincrement=True),
        sa.Column("project_id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("template_id", KEY, nullable=True),
        sa.Column("batch_id", KEY, nullable=True),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("preset_id", KEY, nullable=True),
        sa.Column("rhythm", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("next_at", TIME, nullable=True),
        sa.Column("looked_at", TIME, nullable=True),
        sa.Column("paused_at", TIME, nullable=True),
        sa.Column("created_by", KEY, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=f"fk_deliveries_{column}", ondelete=fate
            )
            for column, table, fate in (
                ("project_id", "projects", "RESTRICT"),
                ("template_id", "form_templates", "CASCADE"),
                ("batch_id", "batches", "CASCADE"),
                ("created_by", "users", "SET NULL"),
            )
        ),
        sa.CheckConstraint("rhythm IN ('hour', 'day', 'finished')", name="ck_deliveries_rhythm"),
        sa.CheckConstraint(
            "(template_id IS NULL) <> (batch_id IS NULL)", name="ck_deliveries_one_subject"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_project_id_id", "deliveries", ["project_id", "id"])
    for column in ("next_at", "template_id", "batch_id"):
        op.create_index(f"ix_deliveries_{column}", "deliveries", [column])


def _create_runs() -> None:
    op.create_table(
        "delivery_runs",
        sa.Column("id", KEY, primary_key=True, autoincrement=True),
        sa.Column("delivery_id", KEY, nullable=False),
        sa.Column("batch_id", KEY, nullable=True),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("export_id", KEY, nullable=True),
        sa.Column("size", KEY, nullable=True),
        sa.Column("row_count", sa.Integer(), nullable=True),
        sa.Column("error_message", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_runs"),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=f"fk_delivery_runs_{column}", ondelete=fate
            )
            for column, table, fate in (
                ("delivery_id", "deliveries", "CASCADE"),
                ("batch_id", "batches", "CASCADE"),
                ("export_id", "exports", "SET NULL"),
            )
        ),
        sa.CheckConstraint("state IN ('pending', 'done', 'failed')", name="ck_delivery_runs_state"),
        sa.UniqueConstraint("delivery_id", "slot", name="uq_delivery_runs_delivery_id_slot"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_delivery_runs_state_due_at", "delivery_runs", ["state", "due_at"])
    for column in ("batch_id", "export_id"):
        op.create_index(f"ix_delivery_runs_{column}", "delivery_runs", [column])
