"""Uploads that resume, and files that came out of a ZIP."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# SQLite's INTEGER holds 64 bits as it is.
LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _resize_size(sa.Integer(), sa.BigInteger())
    op.add_column("files", sa.Column("archive_id", LARGE, nullable=True))
    op.add_column("files", sa.Column("archive_entry", sa.Integer(), nullable=True))
    op.add_column("files", sa.Column("unpacked_files", sa.Integer(), nullable=True))
    op.create_index("ix_files_content_hash", "files", ["content_hash"])
    op.create_index("uq_files_archive_entry", "files", ["archive_id", "archive_entry"], unique=True)
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("batch_id", LARGE, nullable=False),
        sa.Column("created_by", LARGE, nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", LARGE, nullable=False),
        sa.Column("received", LARGE, nullable=False),
        sa.Column("file_id", LARGE, nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name="fk_uploads_batch_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_uploads_created_by", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name="fk_uploads_file_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
    )
    op.create_index("ix_uploads_batch_id", "uploads", ["batch_id"])
    op.create_index("ix_uploads_file_id", "uploads", ["file_id"])
    op.create_index("ix_uploads_finished_at_changed_at", "uploads", ["finished_at", "changed_at"])
    op.create_table(
        "upload_parts",
        sa.Column("upload_id", sa.String(), nullable=False),
        sa.Column("start", LARGE, nullable=False, autoincrement=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["uploads.id"], name="fk_upload_parts_upload_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upload_id", "start", name="pk_upload_parts"),
    )
    op.create_index("ix_upload_parts_key", "upload_parts", ["key"])


def downgrade() -> None:
    op.drop_table("upload_parts")
    op.drop_table("uploads")
    op.drop_index("uq_files_archive_entry", "files")
    op.drop_index("ix_files_content_hash", "files")
    for column in ("unpacked_files", "archive_entry", "archive_id"):
        op.drop_column("files", column)
    _resize_size(sa.BigInteger(), sa.Integer())


def _resize_size(before: sa.Integer, after: sa.Integer) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("files", "size", existing_type=before, type_=after)
