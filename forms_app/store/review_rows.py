"""Rows of people's work in review: who has what, what they say to one another, and checks.

None of them is a decision: what counts for a field stands in `decisions` alone.
"""

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
    one_of,
)
from forms_app.store.states import NoteKind


class FieldLeaseRow(Base):
    """A field that one window of one person has on screen or fetched in advance; it lapses.

    `window` is a random id made there: a person's second window is somebody else. `mode`
    (`ReviewMode`) is the way of reviewing that it was handed out for, `seated_at` when the window
    began to have fields without a break.
    """

    __tablename__ = "field_leases"
    __table_args__ = (
        UniqueConstraint("submission_id", "field_name"),
        Index("ix_field_leases_batch_id_expires_at", "batch_id", "expires_at"),
        Index("ix_field_leases_user_id_window", "user_id", "window"),
    )

    id: Mapped[PrimaryKey]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"))
    field_name: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    window: Mapped[str]
    mode: Mapped[str]
    seated_at: Mapped[Timestamp]
    claimed_at: Mapped[Timestamp]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BatchReservationRow(Base):
    """A batch whose first looks are one person's, until a supervisor lets others in again."""

    __tablename__ = "batch_reservations"
    __table_args__ = (UniqueConstraint("batch_id"),)

    id: Mapped[PrimaryKey]
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    reserved_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[Timestamp]


class ReviewNoteRow(Base):
    """What one person asks of another about a field, or (without `field_name`) a whole form.

    `refer`: somebody who knows better is to decide · `return`: a supervisor wants it looked at
    again · `misaligned`: the boxes do not lie on the writing. Open until `resolved_at` is set.
    """

    __tablename__ = "review_notes"
    __table_args__ = (
        one_of("kind", NoteKind),
        Index("ix_review_notes_batch_id_kind", "batch_id", "kind", "resolved_at"),
        Index("ix_review_notes_submission_id_field_name", "submission_id", "field_name"),
    )

    id: Mapped[PrimaryKey]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"))
    field_name: Mapped[str | None]
    kind: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    text: Mapped[str]
    created_at: Mapped[Timestamp]
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    resolved_at: Mapped[OptionalTimestamp]
    answer: Mapped[str | None]


class SecondKeyRow(Base):
    """What a second person keyed of a high-risk field without seeing the first one's word."""

    __tablename__ = "second_keys"
    __table_args__ = (
        Index("ix_second_keys_submission_id_field_name", "submission_id", "field_name"),
    )

    id: Mapped[PrimaryKey]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"))
    field_name: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id", ondelete="CASCADE"))
    action: Mapped[str]
    value: Mapped[JsonValue | None]
    agrees: Mapped[bool]
    keystrokes: Mapped[int | None]
    duration_ms: Mapped[int | None]
    created_at: Mapped[Timestamp]


class QualitySampleRow(Base):
    """An auto-accepted field drawn for a check; `agrees` once a person has keyed it blind."""

    __tablename__ = "quality_samples"
    __table_args__ = (
        UniqueConstraint("submission_id", "field_name"),
        Index("ix_quality_samples_batch_id_agrees", "batch_id", "agrees"),
    )

    id: Mapped[PrimaryKey]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"))
    field_name: Mapped[str]
    drawn_at: Mapped[Timestamp]
    read_as: Mapped[JsonValue | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    action: Mapped[str | None]
    value: Mapped[JsonValue | None]
    agrees: Mapped[bool | None]
    checked_at: Mapped[OptionalTimestamp]


class SeededErrorRow(Base):
    """A wrong value that one person was shown on purpose, of a field that others have decided.

    What was answered stays here and never reaches the field. `missed` is None until then. `token`
    comes back with the answer.
    """

    __tablename__ = "seeded_errors"
    __table_args__ = (
        UniqueConstraint("token"),
        Index("ix_seeded_errors_user_id", "user_id", "missed"),
        Index("ix_seeded_errors_submission_id_field_name", "submission_id", "field_name"),
    )

    id: Mapped[PrimaryKey]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"), index=True)
    field_name: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    token: Mapped[str]
    truth: Mapped[JsonValue | None]
    shown: Mapped[JsonValue | None]
    action: Mapped[str | None]
    answer: Mapped[JsonValue | None]
    missed: Mapped[bool | None]
    created_at: Mapped[Timestamp]
    answered_at: Mapped[OptionalTimestamp]


class GlyphCheckRow(Base):
    """One character (or mark) that a person has looked at on a sheet of its like.

    `place` counts the reading's characters from 0. A newer model's reading is looked at anew.
    """

    __tablename__ = "glyph_checks"
    __table_args__ = (
        UniqueConstraint("submission_id", "field_name", "model_version_id", "place"),
        Index("ix_glyph_checks_batch_id_character", "batch_id", "character"),
    )

    id: Mapped[PrimaryKey]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"))
    field_name: Mapped[str]
    model_version_id: Mapped[int] = mapped_column(
        ForeignKey("model_versions.id", ondelete="CASCADE")
    )
    place: Mapped[int]
    character: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    is_right: Mapped[bool]
    created_at: Mapped[Timestamp]
