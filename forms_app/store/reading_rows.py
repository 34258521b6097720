"""Rows of what the machine reads and people decide.

Readings and decisions are the record; `submission_fields` holds one line per field that points at
the reading and the decision that count now, so that queues, counts and exports are plain joins.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forms_app.reading.types import Outcome
from forms_app.store.base import Base, JsonValue, PrimaryKey, Timestamp, one_of
from forms_app.store.states import Action, FieldState, ReviewStage


class ModelVersionRow(Base):
    """A classifier that has read something here; `card` is its model card."""

    __tablename__ = "model_versions"

    id: Mapped[PrimaryKey]
    model_id: Mapped[str] = mapped_column(unique=True)
    engine: Mapped[str]
    card: Mapped[JsonValue]
    created_at: Mapped[Timestamp]


# The page is not there, or a person is to key an image: the only "read" without a value.
OF_NOTHING = text("outcome = 'missing_page' OR (outcome = 'read' AND value IS NULL)")
# Writing that the machine gave up on, and pictures of writing: a person is to key it.
TO_KEY = text("value IS NULL AND outcome IN ('read', 'unreadable')")
# Few of many fields wait for a person, and few of those for something else than a first look.
# Statements say it in the very words of the index, so that no planner overlooks it.
IS_OPEN = text("state = 'open'")


class ReadingRow(Base):
    """What one model said of one field; reading again with the same model replaces it."""

    __tablename__ = "readings"
    __table_args__ = (
        UniqueConstraint("submission_id", "field_name", "model_version_id"),
        one_of("outcome", Outcome),
        # The few that read nothing: figures leave them out without looking into the others.
        Index("ix_readings_of_nothing", "id", sqlite_where=OF_NOTHING, postgresql_where=OF_NOTHING),
        Index("ix_readings_to_key", "id", sqlite_where=TO_KEY, postgresql_where=TO_KEY),
    )

    id: Mapped[PrimaryKey]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"))
    field_name: Mapped[str]
    page_id: Mapped[int | None] = mapped_column(
        ForeignKey("pages.id", ondelete="SET NULL"), index=True
    )
    model_version_id: Mapped[int] = mapped_column(
        ForeignKey("model_versions.id", ondelete="RESTRICT")
    )
    value: Mapped[JsonValue | None]
    outcome: Mapped[str]
    confidence: Mapped[float]
    needs_review: Mapped[bool]
    reasons: Mapped[JsonValue]
    alternatives: Mapped[JsonValue]
    characters: Mapped[JsonValue]
    residual_px: Mapped[float | None]
    created_at: Mapped[Timestamp]

    model_version: Mapped[ModelVersionRow] = relationship()


class DecisionRow(Base):
    """What a person said of a field. Append-only: triggers refuse any change.

    `replaces_id` is the decision that counted before; a `restore` makes `restores_id` count again
    (or the reading, where that is empty). `previous` is the value before, for the record;
    `read_as` is what the person was shown of the model `model_id`. `note` says why a rule was
    overridden. `mode` is the way of working, `keystrokes` and `duration_ms` what it took; they are
    empty where nobody counted.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        one_of("action", Action),
        Index("ix_decisions_submission_id_field_name", "submission_id", "field_name"),
        Index("ix_decisions_created_at", "created_at"),
    )

    id: Mapped[PrimaryKey]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"))
    field_name: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    action: Mapped[str]
    value: Mapped[JsonValue | None]
    previous: Mapped[JsonValue | None]
    overridden: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str | None]
    model_id: Mapped[str | None]
    read_as: Mapped[JsonValue | None]
    mode: Mapped[str | None]
    keystrokes: Mapped[int | None]
    duration_ms: Mapped[int | None]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id", ondelete="CASCADE"))
    restores_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id", ondelete="CASCADE"))
    created_at: Mapped[Timestamp]


class SubmissionFieldRow(Base):
    """A field as it now stands. `flagged`: the policy sent the current reading to a person.

    `stage` (`ReviewStage`) says what an open field waits for.
    """

    __tablename__ = "submission_fields"
    __table_args__ = (
        UniqueConstraint("submission_id", "field_name"),
        one_of("state", FieldState),
        Index(
            "ix_submission_fields_open",
            *("batch_id", "submission_id", "position"),
            sqlite_where=IS_OPEN,
            postgresql_where=IS_OPEN,
        ),
        Index(
            "ix_submission_fields_open_anywhere",
            *("submission_id", "position"),
            sqlite_where=IS_OPEN,
            postgresql_where=IS_OPEN,
        ),
        Index(
            "ix_submission_fields_aside",
            *("batch_id", "stage", "submission_id", "position"),
            sqlite_where=text("state = 'open' AND (stage != 'review' OR flagged = 0)"),
            postgresql_where=text("state = 'open' AND (stage <> 'review' OR NOT flagged)"),
        ),
        Index(
            "ix_submission_fields_flagged",
            *("batch_id", "submission_id", "position"),
            sqlite_where=text("flagged IS 1"),
            postgresql_where=text("flagged IS true"),
        ),
        Index("ix_submission_fields_batch_id_state", "batch_id", "state"),
    )

    id: Mapped[PrimaryKey]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"))
    field_name: Mapped[str]
    position: Mapped[int]
    reading_id: Mapped[int] = mapped_column(
        ForeignKey("readings.id", ondelete="CASCADE"), index=True
    )
    decision_id: Mapped[int | None] = mapped_column(
        ForeignKey("decisions.id", ondelete="SET NULL"), index=True
    )
    flagged: Mapped[bool]
    state: Mapped[str]
    stage: Mapped[str] = mapped_column(default=ReviewStage.REVIEW)

    reading: Mapped[ReadingRow] = relationship()
    decision: Mapped[DecisionRow | None] = relationship()
