"""Requests that carry an Idempotency-Key are carried out once: the same again gets the same answer.

A key is claimed by one `INSERT … ON CONFLICT`, so that of two requests at once one is carried out
and the other is told to wait. A claim whose process died is taken over by whoever asks next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, update
from sqlalchemy.orm import Session

from forms_app.errors import UserError
from forms_app.request_errors import RequestRunningError
from forms_app.services.application import Application
from forms_app.store.base import utc_now
from forms_app.store.models import ApiAnswerRow
from forms_app.store.upserts import insert_into

KEPT_FOR = timedelta(hours=24)
# Longer than the web server lets any request take.
CLAIM_LAPSES_AFTER = timedelta(minutes=2)
MOST_KEY_LENGTH = 255


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """A token's request: its key, and a hash of all that it asks for."""

    token_id: int
    key: str
    request_hash: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered: `headers` by name, `body` as text."""

    status: int
    headers: dict[str, str]
    body: str


def claim(app: Application, request: IdempotentRequest) -> KeptAnswer | None:
    """The answer that the request has had already; None: carry it out, then `keep` or `drop`.

    Raises:
        UserError: The key is none, or was used for another request.
        RequestRunningError: The same request is being carried out now.
    """
    _check(request.key)
    now = utc_now()
    with app.session() as session:
        session.execute(delete(ApiAnswerRow).where(ApiAnswerRow.created_at < now - KEPT_FOR))
        if _is_new(session, request, now):
            return None
        row = session.get(ApiAnswerRow, (request.token_id, request.key))
        if row is None:
            raise RequestRunningError("The same request has just failed; send it again.")
        if row.request_hash != request.request_hash:
            raise UserError("This Idempotency-Key was sent with another request; make a new one.")
        if row.status is not None:
            return KeptAnswer(row.status, dict(row.headers or {}), row.body or "")
        _take_over(session, row, now)
        return None


def keep(app: Application, request: IdempotentRequest, answer: KeptAnswer) -> None:
    """Write down what the request was answered."""
    with app.session() as session:
        session.execute(
            update(ApiAnswerRow)
            .where(*_of(request))
            .values(status=answer.status, headers=answer.headers, body=answer.body)
        )


def drop(app: Application, request: IdempotentRequest) -> None:
    """Nothing was done; the same may be tried again."""
    with app.session() as session:
        session.execute(delete(ApiAnswerRow).where(*_of(request), ApiAnswerRow.status.is_(None)))


def _check(key: str) -> None:
    if not (0 < len(key) <= MOST_KEY_LENGTH and key.isascii() and key.isprintable()):
        raise UserError(f"An Idempotency-Key has 1 to {MOST_KEY_LENGTH} printable characters.")


def _is_new(session: Session, request: IdempotentRequest, now: datetime) -> bool:
    claimed = session.execute(
        insert_into(session, ApiAnswerRow)
        .values(
            token_id=request.token_id,
            key=request.key,
            request_hash=request.request_hash,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["token_id", "key"])
        .returning(ApiAnswerRow.key)
    )
    return claimed.first() is not None


def _take_over(session: Session, row: ApiAnswerRow, now: datetime) -> None:
    taken = session.execute(
        update(ApiAnswerRow)
        .where(
            ApiAnswerRow.token_id == row.token_id,
            ApiAnswerRow.key == row.key,
            ApiAnswerRow.status.is_(None),
            ApiAnswerRow.created_at == row.created_at,
            ApiAnswerRow.created_at < now - CLAIM_LAPSES_AFTER,
        )
        .values(created_at=now)
        .returning(ApiAnswerRow.key),
        execution_options={"synchronize_session": False},
    )
    if taken.first() is None:
        raise RequestRunningError("The same request is being carried out; ask again in a moment.")


def _of(request: IdempotentRequest) -> tuple[ColumnElement[bool], ...]:
    return (ApiAnswerRow.token_id == request.token_id, ApiAnswerRow.key == request.key)
