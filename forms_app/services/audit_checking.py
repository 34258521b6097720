"""Is the audit trail as it was written? Every event is hashed again, one after the other."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from forms_app.errors import UserError
from forms_app.services.application import Application
from forms_app.services.dto.audit import Anchor, ChainReport
from forms_app.store.audit_chain import hash_of
from forms_app.store.audit_rows import CHAIN_START, AuditEventRow

ROWS_AT_ONCE = 1000
EVENTS = AuditEventRow.__table__

CHANGED = "Event {id} was changed: its hash is not that of what it says."
NOT_FROM_START = "Event {id} is not the first one: what was before it was removed."
NOT_FOLLOWING = (
    "Event {id} does not follow event {last}: what was between them was removed, or one of them "
    "was put in."
)
CUT_OFF = "The trail ends with event {last}, but it had reached event {id}: its end was removed."
WRITTEN_ANEW = "Event {id} is not the one of the anchor: the trail up to it was written anew."


def verify_chain(app: Application, anchors: Iterable[Anchor] = ()) -> ChainReport:
    """Go through the whole chain, in little memory; it may grow meanwhile.

    Args:
        app: The application.
        anchors: What `current_anchor` gave at some time: only they show that the end was cut off,
            or that somebody wrote everything anew.
    """
    expected = {anchor.id: anchor.hash for anchor in anchors}
    checked, last = 0, Anchor(0, CHAIN_START)
    for event in _events(app):
        fault = _fault_of(event, last, checked == 0, expected)
        if fault is not None:
            return ChainReport(checked, last, fault)
        checked, last = checked + 1, Anchor(event["id"], event["hash"])
    beyond = [event_id for event_id in expected if event_id > last.id]
    fault = CUT_OFF.format(id=min(beyond), last=last.id) if beyond else None
    return ChainReport(checked, last, fault)


def current_anchor(app: Application) -> Anchor:
    """The end of the chain as it is now."""
    with app.session() as session:
        query = select(AuditEventRow.id, AuditEventRow.hash).order_by(AuditEventRow.id.desc())
        found = session.execute(query.limit(1)).one_or_none()
    return Anchor(*found) if found else Anchor(0, CHAIN_START)


def anchor_line(anchor: Anchor) -> str:
    """An anchor as it is kept: one line of JSON."""
    return json.dumps({"id": anchor.id, "hash": anchor.hash})


def read_anchors(lines: Iterable[str]) -> list[Anchor]:
    """The anchors of a file with one a line.

    Raises:
        UserError: A line is not one that `anchor_line` wrote.
    """
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            kept = json.loads(line)
            found.append(Anchor(int(kept["id"]), str(kept["hash"])))
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"Line {number} is no anchor; each is a line that `fieldhand audit anchor` wrote."
            ) from error
    return found


def _fault_of(
    event: Mapping[str, Any], last: Anchor, is_first: bool, expected: Mapping[int, str]
) -> str | None:
    if not _is_intact(event):
        return CHANGED.format(id=event["id"])
    if event["previous_hash"] != last.hash:
        words = NOT_FROM_START if is_first else NOT_FOLLOWING
        return words.format(id=event["id"], last=last.id)
    if expected.get(event["id"], event["hash"]) != event["hash"]:
        return WRITTEN_ANEW.format(id=event["id"])
    return None


def _is_intact(event: Mapping[str, Any]) -> bool:
    try:
        return bool(hash_of(event) == event["hash"])
    except (KeyError, TypeError, ValueError, AttributeError):
        # Something else stands there than can be written.
        return False


def _events(app: Application) -> Iterator[dict[str, Any]]:
    """All of them, in order; of one that cannot even be read only the `id`."""
    after = None
    while True:
        query = select(EVENTS).order_by(EVENTS.c.id).limit(ROWS_AT_ONCE)
        if after is not None:
            query = query.where(EVENTS.c.id > after)
        with app.session() as session:
            rows = _rows(session, query)
        if not rows:
            return
        yield from rows
        after = rows[-1]["id"]


def _rows(session: Session, query: Select[Any]) -> list[dict[str, Any]]:
    try:
        return [dict(row) for row in session.execute(query).mappings()]
    except (ValueError, TypeError):
        ids = session.scalars(query.with_only_columns(EVENTS.c.id)).all()
        return [_row(session, event_id) for event_id in ids]


def _row(session: Session, event_id: int) -> dict[str, Any]:
    try:
        query = select(EVENTS).where(EVENTS.c.id == event_id)
        return dict(session.execute(query).mappings().one())
    except (ValueError, TypeError):
        return {"id": event_id}
