"""How often signing in may fail: the more tries in a row have failed, the longer the next waits.

Tries are counted for the login, whoever it belongs to, and for the address they come from. They are
counted before the password is looked at, so that many at once gain nothing.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from forms_app.services.application import Application
from forms_app.sign_in_errors import TooManyTriesError
from forms_app.store.database_clock import database_now
from forms_app.store.models import SignInAttemptRow
from forms_app.store.upserts import insert_missing

# Without a try for so long, all are forgotten.
FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Limit:
    """After `free` failures the next try waits 2 s, then twice as long each time, to `most_s`."""

    free: int
    most_s: int

    def wait_s(self, failures: int) -> int:
        over = failures - self.free
        return 0 if over < 0 else int(min(2 ** min(over + 1, 30), self.most_s))


# An office may share one address: whole rows of people mistype, and nobody is to lock them all out.
LIMITS = {"login": _Limit(free=4, most_s=900), "address": _Limit(free=30, most_s=60)}


def count_try(app: Application, login: str, address: str) -> None:
    """Count a try as failed; `forget_tries` says that it was not.

    Raises:
        TooManyTriesError: It has to wait; its password must not be looked at.
    """
    kinds = _kinds(login, address)
    with app.session() as session:
        now = database_now(session)
        _forget_old(session, now)
        for row in _locked_rows(session, sorted(kinds), now):
            _count(row, LIMITS[kinds[row.key_hash]], now)


def forget_tries(session: Session, login: str, address: str) -> None:
    """The try that was counted last went well."""
    for key_hash, kind in _kinds(login, address).items():
        row = session.get(SignInAttemptRow, key_hash, with_for_update=True)
        if row is None:
            continue
        if kind == "login":
            session.delete(row)
        else:
            # Only this one: who knows one password must not try all others without waiting.
            row.failures = max(0, row.failures - 1)
            row.wait_until = None


def _forget_old(session: Session, now: datetime) -> None:
    # Rows that somebody else is about to delete are theirs: two would wait for each other.
    over = (
        select(SignInAttemptRow.key_hash)
        .where(SignInAttemptRow.tried_at < now - FORGOTTEN_AFTER)
        .with_for_update(skip_locked=True)
    )
    session.execute(delete(SignInAttemptRow).where(SignInAttemptRow.key_hash.in_(over)))


def _locked_rows(session: Session, hashes: list[str], now: datetime) -> Sequence[SignInAttemptRow]:
    """A row for each of `hashes`, in their order, so that two who lock them cannot block."""
    missing = [{"key_hash": key_hash, "failures": 0, "tried_at": now} for key_hash in hashes]
    insert_missing(session, SignInAttemptRow, missing, ["key_hash"])
    rows = select(SignInAttemptRow).where(SignInAttemptRow.key_hash.in_(hashes))
    return session.scalars(rows.order_by(SignInAttemptRow.key_hash).with_for_update()).all()


def _count(row: SignInAttemptRow, limit: _Limit, now: datetime) -> None:
    if row.wait_until is not None and row.wait_until > now:
        wait_s = math.ceil((row.wait_until - now).total_seconds())
        raise TooManyTriesError(_words(wait_s), wait_s)
    row.failures += 1
    row.tried_at = now
    wait_s = limit.wait_s(row.failures)
    row.wait_until = now + timedelta(seconds=wait_s) if wait_s else None


def _words(wait_s: int) -> str:
    if wait_s < 100:
        return f"Signing in failed too often; try again in {wait_s} seconds."
    return f"Signing in failed too often; try again in {math.ceil(wait_s / 60)} minutes."


def _kinds(login: str, address: str) -> dict[str, str]:
    """The kind of limit by the key of its row."""
    keys = {"login": login.casefold(), "address": address}
    return {
        hashlib.sha256(f"{kind}:{key}".encode()).hexdigest(): kind for kind, key in keys.items()
    }
