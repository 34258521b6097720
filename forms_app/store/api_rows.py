"""Rows of the API: what was answered to requests that may come again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from forms_app.store.base import Base, JsonValue, UtcDateTime


class ApiAnswerRow(Base):
    """The answer to a token's request with an Idempotency-Key; `status` is empty until there is
    one. `request_hash` tells the request from others that would carry the same key."""

    __tablename__ = "api_answers"

    token_id: Mapped[int] = mapped_column(
        ForeignKey("api_tokens.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    status: Mapped[int | None]
    headers: Mapped[JsonValue | None]
    body: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
