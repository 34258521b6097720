"""Rows of work done around a template before it is used: self-tests, dry runs, blanks from copies.

They are kept for a few hours only; the sweeper deletes them with their files.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forms_app.store.base import (
    IDS_LAST,
    Base,
    ChangeTimestamp,
    JsonValue,
    OptionalTimestamp,
    PrimaryKey,
    Timestamp,
    one_of,
)
from forms_app.store.states import JobFileRole, JobKind, JobState


class TemplateJobRow(Base):
    """`request` is what was asked for, `result` what came out; how they look depends on `kind`."""

    __tablename__ = "template_jobs"
    __table_args__ = (
        one_of("kind", JobKind),
        one_of("state", JobState),
        Index("ix_template_jobs_state_lease_until", "state", "lease_until"),
        Index("ix_template_jobs_project_id_id", "project_id", "id"),
        IDS_LAST,
    )

    id: Mapped[PrimaryKey]
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects.id", ondelete="RESTRICT"), server_default="1"
    )
    kind: Mapped[str]
    version_id: Mapped[int | None] = mapped_column(
        ForeignKey("template_versions.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[str] = mapped_column(default=JobState.PENDING)
    request: Mapped[JsonValue]
    steps_done: Mapped[int] = mapped_column(default=0)
    steps_total: Mapped[int] = mapped_column(default=0)
    result: Mapped[JsonValue | None]
    error_message: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[OptionalTimestamp]
    changed_at: Mapped[ChangeTimestamp]
    created_at: Mapped[Timestamp]

    files: Mapped[list[TemplateJobFileRow]] = relationship(
        order_by="TemplateJobFileRow.position", passive_deletes="all"
    )


class TemplateJobFileRow(Base):
    """A file handed in (`upload`) or an image that came out (`page`), by its place."""

    __tablename__ = "template_job_files"
    __table_args__ = (
        UniqueConstraint("job_id", "role", "position"),
        one_of("role", JobFileRole),
    )

    id: Mapped[PrimaryKey]
    job_id: Mapped[int] = mapped_column(ForeignKey("template_jobs.id", ondelete="CASCADE"))
    role: Mapped[str]
    position: Mapped[int]
    name: Mapped[str]
    content_hash: Mapped[str] = mapped_column(index=True)
