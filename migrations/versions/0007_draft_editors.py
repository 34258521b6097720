"""Remember who has a draft open, so that people who edit the same one are told of each other."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "draft_editors",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("version_id", KEY, nullable=False),
        sa.Column("window", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("selected", JSON, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=True),
        sa.Column("expires_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["template_versions.id"],
            name="fk_draft_editors_version_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_draft_editors_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_draft_editors"),
        sa.UniqueConstraint("version_id", "window", name="uq_draft_editors_version_id_window"),
    )
    op.create_index("ix_draft_editors_expires_at", "draft_editors", ["expires_at"])


def downgrade() -> None:
    op.drop_table("draft_editors")
