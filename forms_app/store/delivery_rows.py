"""Rows of scheduled delivery: what goes where and when, and each file that went or is to go."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from forms_app.store.base import (
    IDS_LAST,
    Base,
    ByteCount,
    ChangeTimestamp,
    Key,
    OptionalTimestamp,
    PrimaryKey,
    Timestamp,
    UtcDateTime,
    one_of,
)
from forms_app.store.states import DeliveryState, Rhythm

ONE_SUBJECT = "(template_id IS NULL) <> (batch_id IS NULL)"


class DeliveryRow(Base):
    """The data of one batch, or of the batches of one template, to a place again and again.

    `place` is an entry of the setting `delivery_folders`, `folder` a path below it. `preset_id` is
    no foreign key: without its preset a delivery says so, instead of delivering other columns.
    `next_at` is when the next slot of an hourly or daily delivery begins, `looked_at` until when
    one of finished batches has looked for them.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        one_of("rhythm", Rhythm),
        CheckConstraint(ONE_SUBJECT, name="one_subject"),
        Index("ix_deliveries_project_id_id", "project_id", "id"),
        Index("ix_deliveries_next_at", "next_at"),
        IDS_LAST,
    )

    id: Mapped[PrimaryKey]
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="RESTRICT"))
    name: Mapped[str]
    template_id: Mapped[int | None] = mapped_column(
        ForeignKey("form_templates.id", ondelete="CASCADE"), index=True
    )
    batch_id: Mapped[int | None] = mapped_column(
        ForeignKey("batches.id", ondelete="CASCADE"), index=True
    )
    format: Mapped[str]
    preset_id: Mapped[int | None] = mapped_column(Key)
    rhythm: Mapped[str]
    place: Mapped[str]
    folder: Mapped[str]
    next_at: Mapped[OptionalTimestamp]
    looked_at: Mapped[OptionalTimestamp]
    paused_at: Mapped[OptionalTimestamp]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[Timestamp]


class DeliveryRunRow(Base):
    """One file of a delivery; `slot` is the moment or finished batch that it stands for.

    `file_name` follows from delivery and slot, its ending from what is exported: a run that is done
    twice writes one file. `batch_id` is None for all batches of a template. `due_at` is when it is
    tried next.
    """

    __tablename__ = "delivery_runs"
    __table_args__ = (
        one_of("state", DeliveryState),
        UniqueConstraint("delivery_id", "slot"),
        Index("ix_delivery_runs_state_due_at", "state", "due_at"),
        IDS_LAST,
    )

    id: Mapped[PrimaryKey]
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"))
    batch_id: Mapped[int | None] = mapped_column(
        ForeignKey("batches.id", ondelete="CASCADE"), index=True
    )
    slot: Mapped[str]
    file_name: Mapped[str]
    state: Mapped[str] = mapped_column(default=DeliveryState.PENDING)
    export_id: Mapped[int | None] = mapped_column(
        ForeignKey("exports.id", ondelete="SET NULL"), index=True
    )
    size: Mapped[ByteCount | None]
    row_count: Mapped[int | None]
    error_message: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[OptionalTimestamp]
    changed_at: Mapped[ChangeTimestamp]
    created_at: Mapped[Timestamp]
    finished_at: Mapped[OptionalTimestamp]
