"""How long what is kept, and what was deleted before its batch.

A decision may be deleted while its form stays, but only while a row of `deletions` that is not
finished says that the values of its batch are being deleted: the exception is always on record.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = sa.DateTime(timezone=True)

GUARD = "guard_decision_delete"
MESSAGE = "a decision cannot be changed"
OF_A_FORM = "EXISTS (SELECT 1 FROM submissions s WHERE s.id = OLD.submission_id)"
ON_RECORD = (
    "EXISTS (SELECT 1 FROM submissions s JOIN deletions d ON d.batch_id = s.batch_id"
    " WHERE s.id = OLD.submission_id AND d.what = 'values' AND d.finished_at IS NULL)"
)


def upgrade() -> None:
    _create_rules()
    _create_deletions()
    op.add_column("files", sa.Column("scan_deleted_at", TIME))
    op.add_column("pages", sa.Column("picture_deleted_at", TIME))
    _guard(f"{OF_A_FORM} AND NOT {ON_RECORD}")


def downgrade() -> None:
    _guard(OF_A_FORM)
    op.drop_column("pages", "picture_deleted_at")
    op.drop_column("files", "scan_deleted_at")
    op.drop_table("deletions")
    op.drop_table("retention_rules")


def _create_rules() -> None:
    op.create_table(
        "retention_rules",
        sa.Column("project_id", KEY, autoincrement=False, nullable=False),
        sa.Column("scans_days", sa.Integer()),
        sa.Column("crops_days", sa.Integer()),
        sa.Column("values_days", sa.Integer()),
        sa.Column("exports_days", sa.Integer()),
        sa.Column("takes_unfinished", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("looked_at", TIME),
        sa.Column("changed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("project_id", name="pk_retention_rules"),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name="fk_retention_rules_project_id",
            ondelete="CASCADE",
        ),
    )


def _create_deletions() -> None:
    op.create_table(
        "deletions",
        sa.Column("id", KEY, primary_key=True, autoincrement=True),
        sa.Column("project_id", KEY, nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("batch_id", KEY),
        sa.Column("submission_id", KEY),
        sa.Column("user_id", KEY),
        sa.Column("reason", sa.String()),
        sa.Column("count", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("certificate", JSON),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("finished_at", TIME),
        sa.CheckConstraint(
            "what IN ('scans', 'crops', 'values', 'exports', 'submission')",
            name="ck_deletions_what",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_deletions"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_deletions_project_id", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_deletions_user_id", ondelete="SET NULL"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deletions_project_id_id", "deletions", ["project_id", "id"])
    op.create_index("ix_deletions_batch_id_what", "deletions", ["batch_id", "what"])


def _guard(condition: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {GUARD}")
        op.execute(
            f"CREATE TRIGGER {GUARD} BEFORE DELETE ON decisions WHEN {condition}"
            f" BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
        return
    op.execute(
        f"CREATE OR REPLACE FUNCTION {GUARD}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {condition} THEN RAISE EXCEPTION '{MESSAGE}'"
        " USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$"
    )
