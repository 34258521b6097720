"""A batch may hold several templates; forms and pages know theirs, and the code on a page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "batch_versions",
        sa.Column("batch_id", KEY, nullable=False),
        sa.Column("version_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name="fk_batch_versions_batch_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["template_versions.id"],
            name="fk_batch_versions_version_id",
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("batch_id", "version_id", name="pk_batch_versions"),
    )
    op.create_index("ix_batch_versions_version_id", "batch_versions", ["version_id"])
    op.add_column(
        "batches", sa.Column("takes_any", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    for table in ("submissions", "pages"):
        # No reference: SQLite would rebuild the table for one, under triggers that look into it.
        # The batch's own keeps the version from being deleted.
        op.add_column(table, sa.Column("version_id", KEY, nullable=True))
    op.add_column("submissions", sa.Column("key", sa.String(), nullable=True))
    op.create_index("ix_submissions_batch_id_key", "submissions", ["batch_id", "key"])
    op.add_column("pages", sa.Column("barcode", sa.String(), nullable=True))
    op.execute(
        "INSERT INTO batch_versions (batch_id, version_id, position)"
        " SELECT id, version_id, 0 FROM batches"
    )
    op.execute(
        "UPDATE submissions SET version_id ="
        " (SELECT b.version_id FROM batches b WHERE b.id = submissions.batch_id)"
    )
    op.execute(
        "UPDATE pages SET version_id = (SELECT b.version_id FROM batches b"
        " JOIN files f ON f.batch_id = b.id WHERE f.id = pages.file_id)"
        " WHERE template_page IS NOT NULL"
    )


def downgrade() -> None:
    """Forms of a batch's further templates stay, as if they were of its first one."""
    op.drop_column("pages", "barcode")
    op.drop_index("ix_submissions_batch_id_key", "submissions")
    op.drop_column("submissions", "key")
    for table in ("pages", "submissions"):
        op.drop_column(table, "version_id")
    op.drop_column("batches", "takes_any")
    op.drop_table("batch_versions")
