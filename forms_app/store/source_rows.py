"""Rows of the machines and programs that bring in files by themselves."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from forms_app.store.base import (
    IDS_LAST,
    Base,
    Key,
    OptionalTimestamp,
    PrimaryKey,
    Timestamp,
    one_of,
)
from forms_app.store.states import SourceKind


class IntakeSourceRow(Base):
    """Where files come from without a person in front of a page: `name` says which one, on `host`
    (empty where that does not matter), with the rule for `template` and batch as it was given.

    One with `heartbeat_s` says so often that it is there, until `stopped_at`; `trouble` is what
    hinders it just now. `backlog` is how many files it has yet to take, None where nobody knows.
    `last_taking` is what the last file was known by: told twice, it is counted once.
    """

    __tablename__ = "intake_sources"
    __table_args__ = (
        one_of("kind", SourceKind),
        UniqueConstraint("project_id", "kind", "host", "name"),
        IDS_LAST,
    )

    id: Mapped[PrimaryKey]
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    kind: Mapped[str]
    host: Mapped[str]
    name: Mapped[str]
    template: Mapped[str]
    batch_rule: Mapped[str]
    heartbeat_s: Mapped[int | None]
    backlog: Mapped[int | None]
    trouble: Mapped[str | None]
    files_taken: Mapped[int] = mapped_column(Key, default=0, server_default="0")
    last_file_name: Mapped[str | None]
    last_file_at: Mapped[OptionalTimestamp]
    last_taking: Mapped[str | None]
    errors: Mapped[int] = mapped_column(Key, default=0, server_default="0")
    last_error: Mapped[str | None]
    last_error_at: Mapped[OptionalTimestamp]
    last_seen_at: Mapped[Timestamp]
    stopped_at: Mapped[OptionalTimestamp]
    created_at: Mapped[Timestamp]
