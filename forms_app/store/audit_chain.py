"""The chain of audit events: what is hashed, byte for byte, and how an event is added to it.

docs/audit.md says the same for those who verify without Fieldhand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Table, false, func, insert, select, update
from sqlalchemy.orm import Session

from forms_app.store.audit_rows import CHAIN_START, AuditEventRow
from forms_app.store.base import utc_now

# Of PostgreSQL's locks with two numbers, which those of stored files (one number) cannot meet.
CHAIN_LOCK = (0x66686E64, 0x61756469)
# Plain rows: others wait meanwhile.
EVENTS = cast(Table, AuditEventRow.__table__)
HASHED = tuple(sorted(column.name for column in EVENTS.columns if column.name != "hash"))


def canonical(event: Mapping[str, Any]) -> bytes:
    """The bytes that are hashed: all columns but `hash` as one JSON object in UTF-8.

    Keys in order, no white space, nothing escaped but what JSON demands: RFC 8785, as there are
    only whole numbers, texts and nulls. `at` is `2026-03-12T09:30:00.000000Z`.
    """
    hashed = shown({name: event[name] for name in HASHED})
    text = json.dumps(hashed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    # Names of files need not be UTF-8; what is not stands as databases would have it.
    return text.encode("utf-8", "surrogatepass")


def shown(event: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an event as JSON has them, times as above."""
    return {name: _plain(value) for name, value in event.items()}


def hash_of(event: Mapping[str, Any]) -> str:
    """SHA-256 of `canonical`, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(event)).hexdigest()


def append(session: Session, events: Iterable[dict[str, Any]]) -> None:
    """Add events to the end of the chain, which stays locked until the transaction ends.

    Nothing may be locked afterwards: whoever waits for the chain holds other locks.

    Args:
        session: In a transaction that is about to be committed.
        events: Their columns without `id`, `at` and the hashes.
    """
    _lock(session)
    end = select(EVENTS.c.id, EVENTS.c.hash).order_by(EVENTS.c.id.desc()).limit(1)
    last_id, last_hash = session.execute(end).one_or_none() or (0, CHAIN_START)
    at, rows = utc_now(), []
    for event in events:
        last_id += 1
        row = {**event, "id": last_id, "at": at, "previous_hash": last_hash}
        row["hash"] = last_hash = hash_of(row)
        rows.append(row)
    session.execute(insert(EVENTS), rows)


def _lock(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(*CHAIN_LOCK)))
    else:
        # Whoever writes first sees what was committed before, and makes the others wait.
        session.execute(update(EVENTS).where(false()).values(verb=""))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value
