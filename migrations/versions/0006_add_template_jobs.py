"""Work around a template (self-tests, dry runs, blanks from copies); broken rules of exports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "template_jobs",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("version_id", KEY, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("request", JSON, nullable=False),
        sa.Column("steps_done", sa.Integer(), nullable=False),
        sa.Column("steps_total", sa.Integer(), nullable=False),
        sa.Column("result", JSON, nullable=True),
        sa.Column("error_message", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint(
            "kind IN ('registration', 'dry_run', 'blank')", name="ck_template_jobs_kind"
        ),
        sa.CheckConstraint("state IN ('pending', 'done', 'failed')", name="ck_template_jobs_state"),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["template_versions.id"],
            name="fk_template_jobs_version_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_template_jobs"),
    )
    op.create_index("ix_template_jobs_version_id", "template_jobs", ["version_id"])
    op.create_index("ix_template_jobs_state_lease_until", "template_jobs", ["state", "lease_until"])
    op.create_table(
        "template_job_files",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("job_id", KEY, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.CheckConstraint("role IN ('upload', 'page')", name="ck_template_job_files_role"),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["template_jobs.id"],
            name="fk_template_job_files_job_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_template_job_files"),
        sa.UniqueConstraint(
            "job_id", "role", "position", name="uq_template_job_files_job_id_role_position"
        ),
    )
    op.create_index("ix_template_job_files_content_hash", "template_job_files", ["content_hash"])
    op.add_column("exports", sa.Column("rule_breaks", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("exports", "rule_breaks")
    op.drop_table("template_job_files")
    op.drop_table("template_jobs")
