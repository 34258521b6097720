"""Rows of who has a draft open; they lapse when their window is not heard of any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from forms_app.store.base import (
    Base,
    JsonValue,
    OptionalTimestamp,
    PrimaryKey,
    Timestamp,
    UtcDateTime,
)


class DraftEditorRow(Base):
    """One window with the editor open; `window` and `browser` are random ids made there.

    `changed_at` is when that window last changed the draft, `selected` the fields it has selected.
    """

    __tablename__ = "draft_editors"
    __table_args__ = (
        UniqueConstraint("version_id", "window"),
        Index("ix_draft_editors_expires_at", "expires_at"),
    )

    id: Mapped[PrimaryKey]
    version_id: Mapped[int] = mapped_column(ForeignKey("template_versions.id", ondelete="CASCADE"))
    window: Mapped[str]
    browser: Mapped[str]
    device: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    selected: Mapped[JsonValue]
    opened_at: Mapped[Timestamp]
    changed_at: Mapped[OptionalTimestamp]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
