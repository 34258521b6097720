"""Rows of what was uploaded: batch → file → page, and the submissions the pages form.

The rows of files and pages are the queue of record: state and lease say what is left to do.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from forms_app.store.base import (
    IDS_LAST,
    Base,
    ByteCount,
    ChangeTimestamp,
    JsonValue,
    Key,
    OptionalTimestamp,
    PrimaryKey,
    Timestamp,
    one_of,
)
from forms_app.store.states import FileState, PageState, SubmissionState

# What the few rows have in common that queues and counts look for: they have indexes of their own.
HAS_OPEN_FIELDS = text("open_fields > 0")
HAS_FLAGGED_FIELDS = text("flagged_fields > 0")
IS_LEASED = text("lease_until IS NOT NULL")
IS_UNCHECKED = text("state = 'read' AND checked_at IS NULL")


class BatchRow(Base):
    """`version_id` is the first of its templates, `batch_versions` has them all. One that
    `takes_any` adds each published template that a page of it turns out to be of."""

    __tablename__ = "batches"
    __table_args__ = (Index("ix_batches_project_id_id", "project_id", "id"), IDS_LAST)

    id: Mapped[PrimaryKey]
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects.id", ondelete="RESTRICT"), server_default="1"
    )
    name: Mapped[str]
    version_id: Mapped[int] = mapped_column(
        ForeignKey("template_versions.id", ondelete="RESTRICT"), index=True
    )
    takes_any: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[Timestamp]


class BatchVersionRow(Base):
    """A template whose filled copies a batch holds; `position` is its place in lists.

    Forms and pages name a version of their batch's: this reference keeps it from being deleted.
    """

    __tablename__ = "batch_versions"

    batch_id: Mapped[int] = mapped_column(
        ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True
    )
    version_id: Mapped[int] = mapped_column(
        ForeignKey("template_versions.id", ondelete="RESTRICT"), primary_key=True, index=True
    )
    position: Mapped[int]


class FileRow(Base):
    """An uploaded file; the same content is read once per batch, the rest are duplicates.

    A ZIP becomes the files it holds: they carry its `archive_id` and their place in it, and when
    all are there, `unpacked_files` says how many and the ZIP's own bytes are not needed any more.
    `archive_id` is no foreign key: SQLite could only add one by making the table anew.
    `scan_deleted_at`: retention has deleted the bytes, and `content_hash` is empty.
    """

    __tablename__ = "files"
    __table_args__ = (
        one_of("state", FileState),
        Index(
            "uq_files_content_once_per_batch",
            "batch_id",
            "content_hash",
            unique=True,
            sqlite_where=text("state NOT IN ('duplicate', 'failed')"),
            postgresql_where=text("state NOT IN ('duplicate', 'failed')"),
        ),
        Index("ix_files_state_lease_until", "state", "lease_until"),
        Index("ix_files_state_id", "state", "id"),
        Index("ix_files_content_hash", "content_hash"),
        Index("ix_files_batch_id_id", "batch_id", "id"),
        Index("uq_files_archive_entry", "archive_id", "archive_entry", unique=True),
        IDS_LAST,
    )

    id: Mapped[PrimaryKey]
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"))
    name: Mapped[str]
    content_hash: Mapped[str | None]
    size: Mapped[ByteCount] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default=FileState.UPLOADED)
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    page_count: Mapped[int | None]
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("files.id", ondelete="SET NULL"))
    archive_id: Mapped[int | None] = mapped_column(Key)
    archive_entry: Mapped[int | None]
    unpacked_files: Mapped[int | None]
    scan_deleted_at: Mapped[OptionalTimestamp]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[OptionalTimestamp]
    changed_at: Mapped[ChangeTimestamp]
    created_at: Mapped[Timestamp]


class SubmissionRow(Base):
    """One filled form; `number` counts within its file. `version_id` is its template, None the
    batch's first; `key` is what the codes on its pages call it.

    `absent_pages` are template pages that a person said do not exist; `pages_missing` counts those
    that are neither there nor said to be absent. `open_fields` to `flagged_fields` count its fields
    (`SubmissionFieldRow`): triggers keep them, nothing else may write them.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("file_id", "number"),
        one_of("state", SubmissionState),
        Index("ix_submissions_batch_id_state", "batch_id", "state"),
        Index("ix_submissions_batch_id_key", "batch_id", "key"),
        Index("ix_submissions_batch_id_id", "batch_id", "id", "flagged_fields"),
        Index(
            "ix_submissions_flagged",
            *("id", "flagged_fields"),
            sqlite_where=HAS_FLAGGED_FIELDS,
            postgresql_where=HAS_FLAGGED_FIELDS,
        ),
        Index("ix_submissions_created_at", "created_at"),
        Index("ix_submissions_exported", "batch_id", "file_id", "number"),
        Index(
            "ix_submissions_open",
            "batch_id",
            "open_fields",
            sqlite_where=HAS_OPEN_FIELDS,
            postgresql_where=HAS_OPEN_FIELDS,
        ),
        IDS_LAST,
    )

    id: Mapped[PrimaryKey]
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id", ondelete="CASCADE"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"))
    version_id: Mapped[int | None] = mapped_column(Key)
    key: Mapped[str | None]
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default=SubmissionState.READING)
    absent_pages: Mapped[JsonValue] = mapped_column(default=list)
    pages_missing: Mapped[int] = mapped_column(default=0)
    open_fields: Mapped[int] = mapped_column(default=0, server_default="0")
    accepted_fields: Mapped[int] = mapped_column(default=0, server_default="0")
    decided_fields: Mapped[int] = mapped_column(default=0, server_default="0")
    flagged_fields: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[Timestamp]


class PageRow(Base):
    """One sheet side; a page claims a template page of a submission at most once.

    `scan_hash` and `scan_name` are of the scan that replaces the uploaded file's page, `placement`
    is how a person laid it (services/page_placements). `worst_residual_px` is its worst field's;
    `checked_at` says when a person found that it lies well enough all the same. `writing` is what
    tells it from other sheets (reading/likeness), `barcode` the text of the code on it.
    `picture_deleted_at`: retention has deleted the aligned page.
    """

    __tablename__ = "pages"
    __table_args__ = (
        UniqueConstraint("file_id", "number"),
        UniqueConstraint("submission_id", "template_page"),
        one_of("state", PageState),
        Index("ix_pages_state_lease_until", "state", "lease_until"),
        Index("ix_pages_changed_at", "changed_at"),
        Index("ix_pages_leased", "lease_until", sqlite_where=IS_LEASED, postgresql_where=IS_LEASED),
        # All that counting a batch's pages needs: their rows are wide.
        Index("ix_pages_counted", "file_id", "state", "read_at"),
        Index(
            "ix_pages_unchecked",
            "worst_residual_px",
            sqlite_where=IS_UNCHECKED,
            postgresql_where=IS_UNCHECKED,
        ),
        Index("ix_pages_state_id", "state", "id"),
        Index("ix_pages_read_at", "read_at"),
        IDS_LAST,
    )

    id: Mapped[PrimaryKey]
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id", ondelete="CASCADE"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default=PageState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[OptionalTimestamp]
    changed_at: Mapped[ChangeTimestamp]
    submission_id: Mapped[int | None] = mapped_column(
        ForeignKey("submissions.id", ondelete="SET NULL")
    )
    version_id: Mapped[int | None] = mapped_column(Key)
    template_page: Mapped[int | None]
    barcode: Mapped[str | None]
    aligned_hash: Mapped[str | None]
    quarter_turns: Mapped[int | None]
    residual_px: Mapped[float | None]
    homography: Mapped[JsonValue | None]
    field_residuals: Mapped[JsonValue | None]
    worst_residual_px: Mapped[float | None]
    checked_at: Mapped[OptionalTimestamp]
    placement: Mapped[JsonValue | None]
    scan_hash: Mapped[str | None]
    scan_name: Mapped[str | None]
    picture_deleted_at: Mapped[OptionalTimestamp]
    writing: Mapped[str | None]
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    created_at: Mapped[Timestamp]
    read_at: Mapped[OptionalTimestamp]
