"""Rows of people, of what they took out, and of what happened."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from forms_app.store.base import (
    IDS_LAST,
    Base,
    ChangeTimestamp,
    JsonValue,
    Key,
    OptionalTimestamp,
    PrimaryKey,
    Timestamp,
    one_of,
)
from forms_app.store.states import ExportFormat, ExportState, Role

# The one user of an installation without accounts; the first migration creates it.
LOCAL_USER_ID = 1


class UserRow(Base):
    """A person. `preferences` is what they have set for themselves, as the pages keep it."""

    __tablename__ = "users"
    __table_args__ = (one_of("role", Role),)

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    preferences: Mapped[JsonValue | None]
    created_at: Mapped[Timestamp]


class ExportRow(Base):
    """A download, built once and kept as a file; `open_fields` were unreviewed then, and
    `rule_breaks` counts its forms in which a cross-field rule is broken."""

    __tablename__ = "exports"
    __table_args__ = (
        one_of("format", ExportFormat),
        one_of("state", ExportState),
        Index("ix_exports_state_lease_until", "state", "lease_until"),
        IDS_LAST,
    )

    id: Mapped[PrimaryKey]
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"), index=True)
    format: Mapped[str]
    state: Mapped[str] = mapped_column(default=ExportState.PENDING)
    content_hash: Mapped[str | None]
    size: Mapped[int | None]
    row_count: Mapped[int | None]
    open_fields: Mapped[int | None]
    rule_breaks: Mapped[int | None]
    error_message: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[OptionalTimestamp]
    changed_at: Mapped[ChangeTimestamp]
    created_at: Mapped[Timestamp]
    finished_at: Mapped[OptionalTimestamp]


class AuditEventRow(Base):
    """Who did what to which thing, and when; ids and counts only, never a field's value."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_subject", "subject_type", "subject_id"),)

    id: Mapped[PrimaryKey]
    at: Mapped[Timestamp]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    verb: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[int] = mapped_column(Key)
    detail: Mapped[JsonValue]
