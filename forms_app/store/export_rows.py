"""Rows of what people take out: exports, and choices for exports kept under a name."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, text
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
from forms_app.store.states import ExportFormat, ExportState


class ExportRow(Base):
    """A download, built once and kept as a file.

    `batch_id` is None for several batches (`ExportBatchRow`); `template_id` is set where it was
    asked for all batches of a template. `choice` is a `dto.export_choices.ExportChoice`, None the
    plainest. `rows_so_far` grows while it is built. `open_fields` were unreviewed then, and
    `rule_breaks` counts its forms in which a cross-field rule is broken.
    """

    __tablename__ = "exports"
    __table_args__ = (
        one_of("format", ExportFormat),
        one_of("state", ExportState),
        Index("ix_exports_state_lease_until", "state", "lease_until"),
        IDS_LAST,
    )

    id: Mapped[PrimaryKey]
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects.id", ondelete="RESTRICT"), server_default="1"
    )
    batch_id: Mapped[int | None] = mapped_column(
        ForeignKey("batches.id", ondelete="CASCADE"), index=True
    )
    template_id: Mapped[int | None] = mapped_column(
        ForeignKey("form_templates.id", ondelete="CASCADE"), index=True
    )
    format: Mapped[str]
    choice: Mapped[JsonValue | None]
    state: Mapped[str] = mapped_column(default=ExportState.PENDING)
    content_hash: Mapped[str | None]
    size: Mapped[int | None] = mapped_column(Key)
    row_count: Mapped[int | None]
    open_fields: Mapped[int | None]
    rule_breaks: Mapped[int | None]
    rows_so_far: Mapped[int] = mapped_column(default=0, server_default="0")
    rows_expected: Mapped[int | None]
    error_message: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[OptionalTimestamp]
    changed_at: Mapped[ChangeTimestamp]
    created_at: Mapped[Timestamp]
    finished_at: Mapped[OptionalTimestamp]


class ExportBatchRow(Base):
    """One of several batches that are in an export."""

    __tablename__ = "export_batches"

    export_id: Mapped[int] = mapped_column(
        ForeignKey("exports.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    batch_id: Mapped[int] = mapped_column(
        ForeignKey("batches.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )


class ExportPresetRow(Base):
    """A format and a choice for exports of a template, under a name; one may be the default."""

    __tablename__ = "export_presets"
    __table_args__ = (
        UniqueConstraint("template_id", "name"),
        one_of("format", ExportFormat),
        Index(
            "uq_export_presets_default",
            "template_id",
            unique=True,
            sqlite_where=text("is_default"),
            postgresql_where=text("is_default"),
        ),
        IDS_LAST,
    )

    id: Mapped[PrimaryKey]
    template_id: Mapped[int] = mapped_column(ForeignKey("form_templates.id", ondelete="CASCADE"))
    name: Mapped[str]
    format: Mapped[str]
    choice: Mapped[JsonValue]
    is_default: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[Timestamp]
    changed_at: Mapped[ChangeTimestamp]
