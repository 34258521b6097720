"""Rows of uploads under way: what has arrived of a file, part by part."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from forms_app.store.base import Base, ByteCount, ChangeTimestamp, OptionalTimestamp, Timestamp


class UploadRow(Base):
    """A file on its way; `received` bytes of `size` are kept.

    It stays for a while after its file was added, so that a sender who missed the last answer asks
    again and is told, instead of sending the file a second time.
    """

    __tablename__ = "uploads"
    __table_args__ = (Index("ix_uploads_finished_at_changed_at", "finished_at", "changed_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"), index=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    name: Mapped[str]
    size: Mapped[ByteCount]
    received: Mapped[ByteCount] = mapped_column(default=0)
    file_id: Mapped[int | None] = mapped_column(
        ForeignKey("files.id", ondelete="SET NULL"), index=True
    )
    finished_at: Mapped[OptionalTimestamp]
    changed_at: Mapped[ChangeTimestamp]
    created_at: Mapped[Timestamp]


class UploadPartRow(Base):
    """A stretch of an upload that lies in the file store under `key`; `start` counts bytes."""

    __tablename__ = "upload_parts"

    upload_id: Mapped[str] = mapped_column(
        ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True
    )
    start: Mapped[ByteCount] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int]
    key: Mapped[str] = mapped_column(index=True)
