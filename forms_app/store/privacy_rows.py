"""Rows of how long what is kept, and of what was deleted."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, false
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
from forms_app.store.states import Deleted


class RetentionRuleRow(Base):
    """How many days what is kept in a project; None is for ever. Without a row all is.

    `looked_at` is when it was last looked what is due; empty where there was more than was deleted.
    """

    __tablename__ = "retention_rules"

    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    scans_days: Mapped[int | None]
    crops_days: Mapped[int | None]
    values_days: Mapped[int | None]
    exports_days: Mapped[int | None]
    takes_unfinished: Mapped[bool] = mapped_column(default=False, server_default=false())
    looked_at: Mapped[OptionalTimestamp]
    changed_at: Mapped[ChangeTimestamp]


class DeletionRow(Base):
    """Something that was deleted of a batch, by retention or (a whole form) by a person.

    It outlives the batch and the form, whose ids are no references; exports of a project are of no
    batch here. `count` says how many files, pages, forms or exports. `certificate` proves an
    erasure. While it is not finished and says `values`, decisions of the batch may be deleted: that
    is so only within the transaction that does it.
    """

    __tablename__ = "deletions"
    __table_args__ = (
        one_of("what", Deleted),
        Index("ix_deletions_project_id_id", "project_id", "id"),
        Index("ix_deletions_batch_id_what", "batch_id", "what"),
        IDS_LAST,
    )

    id: Mapped[PrimaryKey]
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="RESTRICT"))
    what: Mapped[str]
    batch_id: Mapped[int | None] = mapped_column(Key)
    submission_id: Mapped[int | None] = mapped_column(Key)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    reason: Mapped[str | None]
    count: Mapped[int] = mapped_column(default=0, server_default="0")
    certificate: Mapped[JsonValue | None]
    started_at: Mapped[Timestamp]
    finished_at: Mapped[OptionalTimestamp]
