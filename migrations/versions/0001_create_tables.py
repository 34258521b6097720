"""Create all tables and the one local user."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "form_templates",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("archived_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_form_templates"),
    )
    op.create_table(
        "model_versions",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("card", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_model_versions"),
        sa.UniqueConstraint("model_id", name="uq_model_versions_model_id"),
    )
    op.create_table(
        "users",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("role IN ('admin', 'editor', 'reviewer')", name="ck_users_role"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("name", name="uq_users_name"),
    )
    op.create_table(
        "audit_events",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("subject_id", KEY, nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_audit_events_user_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_audit_events"),
    )
    op.create_index("ix_audit_events_subject", "audit_events", ["subject_type", "subject_id"])

    op.create_table(
        "template_versions",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("template_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("definition", JSON, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("published_at", TIME, nullable=True),
        sa.CheckConstraint("state IN ('draft', 'published')", name="ck_template_versions_state"),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["form_templates.id"],
            name="fk_template_versions_template_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_template_versions"),
        sa.UniqueConstraint(
            "template_id", "number", name="uq_template_versions_template_id_number"
        ),
    )
    op.create_index(
        "uq_template_versions_one_draft",
        "template_versions",
        ["template_id"],
        unique=True,
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )

    op.create_table(
        "batches",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version_id", KEY, nullable=False),
        sa.Column("created_by", KEY, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_batches_created_by", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["template_versions.id"],
            name="fk_batches_version_id",
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    op.create_index("ix_batches_version_id", "batches", ["version_id"])

    op.create_table(
        "template_fields",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("version_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["template_versions.id"],
            name="fk_template_fields_version_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_template_fields"),
        sa.UniqueConstraint("version_id", "name", name="uq_template_fields_version_id_name"),
    )
    op.create_table(
        "template_pages",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("version_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("blank_hash", sa.String(), nullable=False),
        sa.Column("source_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["template_versions.id"],
            name="fk_template_pages_version_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_template_pages"),
        sa.UniqueConstraint("version_id", "number", name="uq_template_pages_version_id_number"),
    )
    op.create_table(
        "exports",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("batch_id", KEY, nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("row_count", sa.Integer(), nullable=True),
        sa.Column("open_fields", sa.Integer(), nullable=True),
        sa.Column("error_message", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.CheckConstraint("format IN ('csv', 'json', 'jsonl', 'xlsx')", name="ck_exports_format"),
        sa.CheckConstraint("state IN ('pending', 'done', 'failed')", name="ck_exports_state"),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name="fk_exports_batch_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_exports"),
    )
    op.create_index("ix_exports_batch_id", "exports", ["batch_id"])
    op.create_index("ix_exports_state_lease_until", "exports", ["state", "lease_until"])

    op.create_table(
        "files",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("batch_id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("error_message", sa.String(), nullable=True),
        sa.Column("page_count", sa.Integer(), nullable=True),
        sa.Column("duplicate_of_id", KEY, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint(
            "state IN ('uploaded', 'split', 'done', 'failed', 'duplicate')", name="ck_files_state"
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name="fk_files_batch_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["duplicate_of_id"], ["files.id"], name="fk_files_duplicate_of_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
    )
    op.create_index("ix_files_batch_id", "files", ["batch_id"])
    op.create_index("ix_files_state_lease_until", "files", ["state", "lease_until"])
    op.create_index(
        "uq_files_content_once_per_batch",
        "files",
        ["batch_id", "content_hash"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('duplicate', 'failed')"),
        postgresql_where=sa.text("state NOT IN ('duplicate', 'failed')"),
    )

    op.create_table(
        "submissions",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("file_id", KEY, nullable=False),
        sa.Column("batch_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint(
            "state IN ('reading', 'needs_review', 'done')", name="ck_submissions_state"
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name="fk_submissions_batch_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name="fk_submissions_file_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_submissions"),
        sa.UniqueConstraint("file_id", "number", name="uq_submissions_file_id_number"),
    )
    op.create_index("ix_submissions_batch_id_state", "submissions", ["batch_id", "state"])

    op.create_table(
        "decisions",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("submission_id", KEY, nullable=False),
        sa.Column("field_name", sa.String(), nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("value", JSON, nullable=True),
        sa.Column("previous", JSON, nullable=True),
        sa.Column("overridden", sa.Boolean(), nullable=False),
        sa.Column("replaces_id", KEY, nullable=True),
        sa.Column("restores_id", KEY, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint(
            "action IN ('confirm', 'correct', 'blank', 'unreadable', 'restore')",
            name="ck_decisions_action",
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["decisions.id"], name="fk_decisions_replaces_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["restores_id"], ["decisions.id"], name="fk_decisions_restores_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name="fk_decisions_submission_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_decisions_user_id", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
    )
    op.create_index(
        "ix_decisions_submission_id_field_name", "decisions", ["submission_id", "field_name"]
    )

    op.create_table(
        "pages",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("file_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("submission_id", KEY, nullable=True),
        sa.Column("template_page", sa.Integer(), nullable=True),
        sa.Column("aligned_hash", sa.String(), nullable=True),
        sa.Column("quarter_turns", sa.Integer(), nullable=True),
        sa.Column("residual_px", sa.Double(), nullable=True),
        sa.Column("homography", JSON, nullable=True),
        sa.Column("field_residuals", JSON, nullable=True),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("error_message", sa.String(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("read_at", TIME, nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'aligned', 'read', 'failed')", name="ck_pages_state"
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name="fk_pages_file_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name="fk_pages_submission_id",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pages"),
        sa.UniqueConstraint("file_id", "number", name="uq_pages_file_id_number"),
        sa.UniqueConstraint(
            "submission_id", "template_page", name="uq_pages_submission_id_template_page"
        ),
    )
    op.create_index("ix_pages_state_lease_until", "pages", ["state", "lease_until"])

    op.create_table(
        "readings",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("submission_id", KEY, nullable=False),
        sa.Column("field_name", sa.String(), nullable=False),
        sa.Column("page_id", KEY, nullable=True),
        sa.Column("model_version_id", KEY, nullable=False),
        sa.Column("value", JSON, nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("alternatives", JSON, nullable=False),
        sa.Column("characters", JSON, nullable=False),
        sa.Column("residual_px", sa.Double(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint(
            "outcome IN ('read', 'blank', 'struck_out', 'unreadable', 'missing_page')",
            name="ck_readings_outcome",
        ),
        sa.ForeignKeyConstraint(
            ["model_version_id"],
            ["model_versions.id"],
            name="fk_readings_model_version_id",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["page_id"], ["pages.id"], name="fk_readings_page_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name="fk_readings_submission_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_readings"),
        sa.UniqueConstraint(
            "submission_id",
            "field_name",
            "model_version_id",
            name="uq_readings_submission_id_field_name_model_version_id",
        ),
    )
    op.create_index("ix_readings_page_id", "readings", ["page_id"])

    op.create_table(
        "submission_fields",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("submission_id", KEY, nullable=False),
        sa.Column("batch_id", KEY, nullable=False),
        sa.Column("field_name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reading_id", KEY, nullable=False),
        sa.Column("decision_id", KEY, nullable=True),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'decided')", name="ck_submission_fields_state"
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name="fk_submission_fields_batch_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decisions.id"],
            name="fk_submission_fields_decision_id",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["reading_id"],
            ["readings.id"],
            name="fk_submission_fields_reading_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name="fk_submission_fields_submission_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_submission_fields"),
        sa.UniqueConstraint(
            "submission_id", "field_name", name="uq_submission_fields_submission_id_field_name"
        ),
    )
    op.create_index(
        "ix_submission_fields_batch_id_state", "submission_fields", ["batch_id", "state"]
    )
    op.create_index("ix_submission_fields_decision_id", "submission_fields", ["decision_id"])
    op.create_index(
        "ix_submission_fields_queue",
        "submission_fields",
        ["batch_id", "flagged", "submission_id", "position"],
    )
    op.create_index("ix_submission_fields_reading_id", "submission_fields", ["reading_id"])

    _create_local_user()


def downgrade() -> None:
    op.drop_table("submission_fields")
    op.drop_table("readings")
    op.drop_table("pages")
    op.drop_table("decisions")
    op.drop_table("submissions")
    op.drop_table("files")
    op.drop_table("exports")
    op.drop_table("template_pages")
    op.drop_table("template_fields")
    op.drop_table("batches")
    op.drop_table("template_versions")
    op.drop_table("audit_events")
    op.drop_table("users")
    op.drop_table("model_versions")
    op.drop_table("form_templates")


def _create_local_user() -> None:
    users = sa.table("users", sa.column("name"), sa.column("role"), sa.column("created_at", TIME))
    op.bulk_insert(users, [{"name": "local", "role": "admin", "created_at": datetime.now(UTC)}])
