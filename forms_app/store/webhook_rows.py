"""Rows of webhooks: who is told of what (endpoints), what there is to tell (events, the outbox),
and each telling of it (deliveries).

An event is written in the transaction that makes it true. The rows are the queue of record:
`spread_at` of an event and the state of a delivery say what is left to do.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, text, true
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
    UtcDateTime,
    one_of,
)
from forms_app.store.states import WebhookState

IS_UNSPREAD = text("spread_at IS NULL")
IS_PENDING = text("state = 'pending'")
IS_LEASED = text("lease_until IS NOT NULL")


class WebhookEndpointRow(Base):
    """An address that is told of events of its project; `events` are their kinds.

    `secret` signs what is sent, and until `old_secret_until` the `old_secret` does so too.
    `failures` counts failed deliveries since the last good one, the first of which was at
    `failing_since`; nothing is sent before `paused_until`. `disabled_why` is None when a person
    switched it off.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = IDS_LAST

    id: Mapped[PrimaryKey]
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    url: Mapped[str]
    secret: Mapped[str]
    old_secret: Mapped[str | None]
    old_secret_until: Mapped[OptionalTimestamp]
    events: Mapped[JsonValue]
    include_values: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_enabled: Mapped[bool] = mapped_column(default=True, server_default=true())
    disabled_why: Mapped[str | None]
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    failing_since: Mapped[OptionalTimestamp]
    paused_until: Mapped[OptionalTimestamp]
    sent_at: Mapped[OptionalTimestamp]
    """When the sweeper last sent the task that delivers."""
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[Timestamp]


class WebhookEventRow(Base):
    """Something that happened. Its id is its order number, `key` what it is known by outside.

    `data` is written when it is spread to the endpoints. Never a field's value.
    """

    __tablename__ = "webhook_events"
    __table_args__ = (
        Index(
            "ix_webhook_events_unspread",
            "id",
            sqlite_where=IS_UNSPREAD,
            postgresql_where=IS_UNSPREAD,
        ),
        IDS_LAST,
    )

    id: Mapped[PrimaryKey]
    key: Mapped[str] = mapped_column(unique=True)
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), index=True
    )
    batch_id: Mapped[int | None] = mapped_column(
        ForeignKey("batches.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str]
    subject_id: Mapped[int | None] = mapped_column(Key)
    data: Mapped[JsonValue | None]
    spread_at: Mapped[OptionalTimestamp]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class WebhookDeliveryRow(Base):
    """One event for one endpoint; `due_since` is when it was first, or again, to be sent.

    `status`, `answer` (its first bytes as text), `duration_ms` and `error` are of the last attempt.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        one_of("state", WebhookState),
        UniqueConstraint("event_id", "endpoint_id"),
        Index(
            "ix_webhook_deliveries_due",
            *("endpoint_id", "next_at"),
            sqlite_where=IS_PENDING,
            postgresql_where=IS_PENDING,
        ),
        Index("ix_webhook_deliveries_endpoint_id_id", "endpoint_id", "id"),
        Index("ix_webhook_deliveries_state_id", "state", "id"),
        Index(
            "ix_webhook_deliveries_leased",
            "lease_until",
            sqlite_where=IS_LEASED,
            postgresql_where=IS_LEASED,
        ),
        IDS_LAST,
    )

    id: Mapped[PrimaryKey]
    event_id: Mapped[int] = mapped_column(ForeignKey("webhook_events.id", ondelete="CASCADE"))
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoints.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(default=WebhookState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[OptionalTimestamp]
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_since: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[int | None]
    answer: Mapped[str | None]
    duration_ms: Mapped[int | None]
    error: Mapped[str | None]
    changed_at: Mapped[ChangeTimestamp]
    created_at: Mapped[Timestamp]
    finished_at: Mapped[OptionalTimestamp]


class WebhookBatchRow(Base):
    """What was last told of a batch: how it was made up when all of it was processed, and whether
    all of it was finished."""

    __tablename__ = "webhook_batches"

    batch_id: Mapped[int] = mapped_column(
        ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    processed_as: Mapped[str | None]
    is_finished: Mapped[bool] = mapped_column(default=False, server_default=false())
