"""Rows of the audit trail: written once, in a chain, and never changed."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from forms_app.store.base import Base, JsonValue, Key, Timestamp

CHAIN_START = "0" * 64
"""What stands for the hash of an event before the first one."""


class AuditEventRow(Base):
    """Who did or saw what, and when; ids, names of things and counts only, never a field's value.

    Nothing here refers to other tables, because an event outlives what it tells of: a deleted
    person's id and name stay in it. `previous_hash` is the `hash` of the event before; see
    `store/audit_chain`. Triggers refuse every change and deletion (migration 0015).
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_subject", "subject_type", "subject_id"),
        Index("ix_audit_events_at", "at"),
        Index("ix_audit_events_project_id_at", "project_id", "at"),
        Index("ix_audit_events_user_name_at", "user_name", "at"),
        Index("ix_audit_events_verb_at", "verb", "at"),
        # A chain does not fork.
        Index("uq_audit_events_previous_hash", "previous_hash", unique=True),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    at: Mapped[Timestamp]
    user_id: Mapped[int | None] = mapped_column(Key)
    user_name: Mapped[str | None]
    project_id: Mapped[int | None] = mapped_column(Key)
    verb: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[int] = mapped_column(Key)
    detail: Mapped[JsonValue]
    source: Mapped[str | None]
    request_id: Mapped[str | None]
    address: Mapped[str | None]
    previous_hash: Mapped[str]
    hash: Mapped[str]
