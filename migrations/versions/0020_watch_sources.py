"""Watch sources: what brings in files by itself says that it is there and what it took."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "intake_sources",
        sa.Column("id", KEY, primary_key=True, autoincrement=True),
        sa.Column("project_id", KEY, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("batch_rule", sa.String(), nullable=False),
        sa.Column("heartbeat_s", sa.Integer(), nullable=True),
        sa.Column("backlog", sa.Integer(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("files_taken", KEY, nullable=False, server_default="0"),
        sa.Column("last_file_name", sa.String(), nullable=True),
        sa.Column("last_file_at", TIME, nullable=True),
        sa.Column("last_taking", sa.String(), nullable=True),
        sa.Column("errors", KEY, nullable=False, server_default="0"),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("last_error_at", TIME, nullable=True),
        sa.Column("last_seen_at", TIME, nullable=False),
        sa.Column("stopped_at", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("kind IN ('folder', 'command', 'api')", name="ck_intake_sources_kind"),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name="fk_intake_sources_project_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_intake_sources"),
        sa.UniqueConstraint(
            "project_id", "kind", "host", "name", name="uq_intake_sources_project_id_kind_host_name"
        ),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("intake_sources")
