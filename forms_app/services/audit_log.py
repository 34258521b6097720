"""The audit trail as people read it: listed, narrowed down, taken along."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, select, tuple_

from forms_app.cells import without_formula
from forms_app.errors import UserError
from forms_app.services.application import Application
from forms_app.services.dto.audit import AuditEvent, AuditFilter
from forms_app.store.audit import record_event
from forms_app.store.audit_chain import shown
from forms_app.store.audit_rows import AuditEventRow
from forms_app.store.audit_things import Gone, gone_things
from forms_app.store.audit_words import verbs_used

__all__ = ["FORMATS", "gone_of", "list_events", "record", "stream_events", "verbs_in_use"]

ROWS_AT_ONCE = 1000
EVENTS = AuditEventRow.__table__
COLUMNS = tuple(column.name for column in EVENTS.columns)
TOLD = AuditEvent.__dataclass_fields__
# MIME types of what the trail is taken along as.
FORMATS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}
EVERYTHING = AuditFilter()


def record(
    app: Application,
    verb: str,
    subject_type: str,
    subject_id: int,
    user_id: int | None,
    *,
    project_id: int | None = None,
    **detail: int | str | None,
) -> None:
    """Write down something that changes nothing else; see `store.audit.record_event`."""
    with app.session() as session:
        record_event(
            session, verb, subject_type, subject_id, user_id, project_id=project_id, **detail
        )


def list_events(
    app: Application, asked: AuditFilter, limit: int, before_id: int | None = None
) -> list[AuditEvent]:
    """The newest events; `before_id` continues after the last one shown."""
    query = select(*(EVENTS.c[name] for name in TOLD)).where(*_conditions(asked))
    newest = query.order_by(EVENTS.c.at.desc(), EVENTS.c.id.desc()).limit(limit)
    with app.session() as session:
        if before_id is not None:
            last_at = session.scalar(select(EVENTS.c.at).where(EVENTS.c.id == before_id))
            newest = newest.where(tuple_(EVENTS.c.at, EVENTS.c.id) < (last_at, before_id))
        return [AuditEvent(**row) for row in session.execute(newest).mappings()]


def gone_of(app: Application, events: Iterable[AuditEvent]) -> dict[tuple[str, int], Gone]:
    """The things of `events` that are not there any more, by subject's type and id, and how they
    went."""
    with app.session() as session:
        return gone_things(session, ((event.subject_type, event.subject_id) for event in events))


def verbs_in_use(app: Application) -> list[str]:
    """What was ever done, in alphabetical order."""
    with app.session() as session:
        return verbs_used(session)


def stream_events(
    app: Application,
    asked: AuditFilter,
    file_format: str,
    user_id: int | None,
    project_id: int | None = None,
) -> Iterator[bytes]:
    """The events in the order of the chain, with their hashes; that they were taken is an event
    itself, written down before the first one is given.

    Args:
        file_format: `csv`, or `jsonl`, in which each line holds exactly what is hashed.
        user_id, project_id: Who takes them, and of which project; None: of all.

    Raises:
        UserError: There is no such format.
    """
    if file_format not in FORMATS:
        raise UserError(f"The trail is written as {' or '.join(FORMATS)}, not {file_format}.")
    record(app, "export", "audit", 0, user_id, project_id=project_id, format=file_format)
    pages = _pages(app, asked)
    return _as_csv(pages) if file_format == "csv" else _as_lines(pages)


def _conditions(asked: AuditFilter) -> list[ColumnElement[bool]]:
    columns = EVENTS.c
    exact = ("verb", "subject_type", "subject_id")
    wanted = {name: getattr(asked, name) for name in exact} | {"user_name": asked.person}
    found = [columns[name] == value for name, value in wanted.items() if value is not None]
    if asked.project_ids is not None:
        found.append(columns.project_id.in_(asked.project_ids))
    if asked.since is not None:
        found.append(columns.at >= asked.since)
    if asked.until is not None:
        found.append(columns.at < asked.until)
    return found


def _pages(app: Application, asked: AuditFilter) -> Iterator[list[Mapping[str, Any]]]:
    query: Select[Any] = select(EVENTS).where(*_conditions(asked))
    query = query.order_by(EVENTS.c.id).limit(ROWS_AT_ONCE)
    after = 0
    while True:
        with app.session() as session:
            found = session.execute(query.where(EVENTS.c.id > after)).mappings()
            rows = [dict(row) for row in found]
        if not rows:
            return
        yield [shown(row) for row in rows]
        after = rows[-1]["id"]


def _as_lines(pages: Iterator[list[Mapping[str, Any]]]) -> Iterator[bytes]:
    for page in pages:
        lines = (json.dumps(row, ensure_ascii=False, sort_keys=True) for row in page)
        yield "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")


def _as_csv(pages: Iterator[list[Mapping[str, Any]]]) -> Iterator[bytes]:
    yield _csv_rows([COLUMNS])
    for page in pages:
        yield _csv_rows([tuple(_cell(row[name]) for name in COLUMNS) for row in page])


def _csv_rows(rows: list[tuple[Any, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "backslashreplace")


def _cell(value: Any) -> Any:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return without_formula(value) if isinstance(value, str) else value
