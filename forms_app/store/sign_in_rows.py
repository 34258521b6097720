"""Rows of signing in: open sessions, failed tries, links that let somebody choose a password."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from forms_app.store.base import (
    IDS_LAST,
    Base,
    OptionalTimestamp,
    PrimaryKey,
    Timestamp,
    UtcDateTime,
)


class SignInSessionRow(Base):
    """A browser that somebody has signed in with; only the SHA-256 of its key is kept.

    It has ended when the person's `session_epoch` is no longer its `epoch`.
    """

    __tablename__ = "sign_in_sessions"
    __table_args__ = IDS_LAST

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    key_hash: Mapped[str] = mapped_column(unique=True)
    epoch: Mapped[int]
    created_at: Mapped[Timestamp]
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class SignInAttemptRow(Base):
    """Tries of one login or from one address that failed in a row.

    `key_hash` is a SHA-256 of it: what is typed as a login may be a password by mistake.
    """

    __tablename__ = "sign_in_attempts"

    key_hash: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    tried_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    wait_until: Mapped[OptionalTimestamp]


class InvitationRow(Base):
    """A link that works once: its person chooses a password, or the first administrator is made.

    Without `user_id` it is for the first administrator. Only the SHA-256 of its token is kept.
    """

    __tablename__ = "invitations"
    __table_args__ = IDS_LAST

    id: Mapped[PrimaryKey]
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[Timestamp]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[OptionalTimestamp]


class RecoveryCodeRow(Base):
    """A code that lets somebody in once instead of their second factor; its SHA-256 is kept."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    code_hash: Mapped[str] = mapped_column(primary_key=True)
