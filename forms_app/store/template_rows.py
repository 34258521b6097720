"""Rows of form templates. A published version never changes: triggers refuse it."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forms_app.store.base import (
    IDS_LAST,
    Base,
    JsonValue,
    OptionalTimestamp,
    PrimaryKey,
    Timestamp,
    one_of,
)
from forms_app.store.states import VersionState


class FormTemplateRow(Base):
    __tablename__ = "form_templates"
    __table_args__ = (Index("ix_form_templates_project_id_id", "project_id", "id"), IDS_LAST)

    id: Mapped[PrimaryKey]
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects.id", ondelete="RESTRICT"), server_default="1"
    )
    name: Mapped[str]
    created_at: Mapped[Timestamp]
    archived_at: Mapped[OptionalTimestamp]

    versions: Mapped[list[TemplateVersionRow]] = relationship(
        back_populates="template", order_by="TemplateVersionRow.number", passive_deletes=True
    )


class TemplateVersionRow(Base):
    """`definition` is the template file's object without `pages`; `revision` counts the saves."""

    __tablename__ = "template_versions"
    __table_args__ = (
        UniqueConstraint("template_id", "number"),
        one_of("state", VersionState),
        Index(
            "uq_template_versions_one_draft",
            "template_id",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
        IDS_LAST,
    )

    id: Mapped[PrimaryKey]
    template_id: Mapped[int] = mapped_column(ForeignKey("form_templates.id", ondelete="CASCADE"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default=VersionState.DRAFT)
    name: Mapped[str]
    definition: Mapped[JsonValue]
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Timestamp]
    updated_at: Mapped[Timestamp]
    published_at: Mapped[OptionalTimestamp]

    template: Mapped[FormTemplateRow] = relationship(back_populates="versions")
    pages: Mapped[list[TemplatePageRow]] = relationship(
        order_by="TemplatePageRow.number", passive_deletes=True
    )
    fields: Mapped[list[TemplateFieldRow]] = relationship(
        order_by="TemplateFieldRow.position", passive_deletes=True
    )


class TemplatePageRow(Base):
    """A blank page; `source_name` is the uploaded file it came from."""

    __tablename__ = "template_pages"
    __table_args__ = (UniqueConstraint("version_id", "number"),)

    id: Mapped[PrimaryKey]
    version_id: Mapped[int] = mapped_column(ForeignKey("template_versions.id", ondelete="CASCADE"))
    number: Mapped[int]
    width_px: Mapped[int]
    height_px: Mapped[int]
    blank_hash: Mapped[str]
    source_name: Mapped[str]


class TemplateFieldRow(Base):
    """A field of a published version, for lists and joins; its full rule is in the definition."""

    __tablename__ = "template_fields"
    __table_args__ = (UniqueConstraint("version_id", "name"),)

    id: Mapped[PrimaryKey]
    version_id: Mapped[int] = mapped_column(ForeignKey("template_versions.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str]
    label: Mapped[str]
    kind: Mapped[str]
    page: Mapped[int]
    required: Mapped[bool]
