"""Rows of projects, of people, and of what happened."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from forms_app.store.base import (
    IDS_LAST,
    Base,
    JsonValue,
    Key,
    OptionalTimestamp,
    PrimaryKey,
    Timestamp,
    one_of,
)
from forms_app.store.states import Role

# The one user of an installation without accounts; the first migration creates it.
LOCAL_USER_ID = 1
# Where everything is until there are others; a migration creates it.
MAIN_PROJECT_ID = 1


class ProjectRow(Base):
    """What separates templates, batches and people from those of others."""

    __tablename__ = "projects"
    __table_args__ = IDS_LAST

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[Timestamp]
    archived_at: Mapped[OptionalTimestamp]


class UserRow(Base):
    """A person. `preferences` is what they have set for themselves, as the pages keep it.

    Without a `login` they cannot sign in: they have said their name where nobody needs to. `login`
    is in lower case. Sessions of an earlier `session_epoch` have ended.
    """

    __tablename__ = "users"
    __table_args__ = (
        Index("uq_users_login", "login", unique=True),
        Index("uq_users_oidc", "oidc_issuer", "oidc_subject", unique=True),
    )

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(unique=True)
    login: Mapped[str | None]
    password_hash: Mapped[str | None]
    is_admin: Mapped[bool] = mapped_column(default=False, server_default=false())
    totp_secret: Mapped[str | None]
    totp_last_step: Mapped[int | None] = mapped_column(Key)
    oidc_issuer: Mapped[str | None]
    oidc_subject: Mapped[str | None]
    session_epoch: Mapped[int] = mapped_column(default=0, server_default="0")
    preferences: Mapped[JsonValue | None]
    disabled_at: Mapped[OptionalTimestamp]
    last_seen_at: Mapped[OptionalTimestamp]
    created_at: Mapped[Timestamp]


class MembershipRow(Base):
    """A role that somebody has in a project; they may have several."""

    __tablename__ = "memberships"
    __table_args__ = (one_of("role", Role),)

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )
    role: Mapped[str] = mapped_column(primary_key=True)


class ApiTokenRow(Base):
    """What a program signs in with, in one project; only the SHA-256 of it is kept."""

    __tablename__ = "api_tokens"
    __table_args__ = IDS_LAST

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[JsonValue]
    created_at: Mapped[Timestamp]
    expires_at: Mapped[OptionalTimestamp]
    last_used_at: Mapped[OptionalTimestamp]
    revoked_at: Mapped[OptionalTimestamp]
