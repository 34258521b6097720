"""The outbox: what other programs may want to know is written in the transaction that makes it so.

Where no endpoint of the site listens to an event, it costs no statement: who listens is known for
`KNOWN_S`, so that an endpoint hears of pages and forms from at most that time after it was made.
Where one does, it costs one, which adds a row and locks none that others need. All the rest is done
later, by a worker (`webhook_spreading`).
"""

from __future__ import annotations

import secrets
import time
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Select, exists, insert, literal, select
from sqlalchemy.orm import Session

from forms_app.queues import SPREAD_WEBHOOKS
from forms_app.services.dto.webhooks import EventKind
from forms_app.services.sending import send_after_commit
from forms_app.store.base import Key, UtcDateTime, utc_now
from forms_app.store.models import (
    BatchRow,
    ExportRow,
    FileRow,
    PageRow,
    WebhookEndpointRow,
    WebhookEventRow,
)

KNOWN_S = 2.0
FILE_FINISHED = "file.finished"
"""Told to nobody: it says that a batch may be processed."""
BATCH_STATES = frozenset({EventKind.BATCH_PROCESSED, EventKind.BATCH_FINISHED})
SIGNS_OF_BATCH_STATES = frozenset(
    {
        FILE_FINISHED,
        EventKind.SUBMISSION_NEEDS_REVIEW,
        EventKind.SUBMISSION_DONE,
    }
)

OF_BATCH = select(BatchRow.project_id, BatchRow.id.label("batch_id"))
OF_FILE = OF_BATCH.join(FileRow, FileRow.batch_id == BatchRow.id)
OF_PAGE = OF_FILE.join(PageRow, PageRow.file_id == FileRow.id)
OF_EXPORT = select(ExportRow.project_id, ExportRow.batch_id)

# Of each database (by its engine): until when, and what is listened to.
_known: WeakKeyDictionary[Any, tuple[float, frozenset[str]]] = WeakKeyDictionary()


def note(session: Session, kind: str, batch_id: int, subject_id: int | None = None) -> None:
    """Something happened to a batch, or to the form `subject_id` of it."""
    _write(session, kind, subject_id, OF_BATCH.where(BatchRow.id == batch_id))


def note_page(session: Session, kind: str, page_id: int) -> None:
    """Something happened to a page."""
    _write(session, kind, page_id, OF_PAGE.where(PageRow.id == page_id))


def note_file_finished(session: Session, file_id: int) -> None:
    """A file has nothing left to do, or failed."""
    _write(session, FILE_FINISHED, file_id, OF_FILE.where(FileRow.id == file_id))


def note_export_finished(session: Session, export_id: int) -> None:
    """An export is there, or has failed."""
    of_export = OF_EXPORT.where(ExportRow.id == export_id)
    _write(session, EventKind.EXPORT_FINISHED, export_id, of_export)


def forget_who_listens(session: Session) -> None:
    """After a change of endpoints: this process looks anew."""
    _known.pop(session.get_bind(), None)


def new_key() -> str:
    """What an event is known by outside, in every attempt the same."""
    return f"evt_{secrets.token_hex(16)}"


def _listened_to(session: Session) -> frozenset[str]:
    engine = session.get_bind()
    until_s, kinds = _known.get(engine, (0.0, frozenset()))
    if time.monotonic() >= until_s:
        rows = session.scalars(
            select(WebhookEndpointRow.events).where(WebhookEndpointRow.is_enabled)
        )
        kinds = frozenset(kind for events in rows for kind in events)
        if not kinds.isdisjoint(BATCH_STATES):
            kinds |= SIGNS_OF_BATCH_STATES
        _known[engine] = (time.monotonic() + KNOWN_S, kinds)
    return kinds


def _write(session: Session, kind: str, subject_id: int | None, of: Select[int, Any]) -> None:
    """One statement: `of` finds project and batch, and nothing is written where nobody of the
    project listens."""
    if kind not in _listened_to(session):
        return
    found = of.subquery()
    source = select(
        found.c.project_id,
        found.c.batch_id,
        literal(new_key()),
        literal(str(kind)),
        literal(subject_id, Key),
        literal(utc_now(), UtcDateTime),
    ).where(
        exists().where(
            WebhookEndpointRow.project_id == found.c.project_id, WebhookEndpointRow.is_enabled
        )
    )
    columns = ["project_id", "batch_id", "key", "kind", "subject_id", "created_at"]
    session.flush()
    session.execute(insert(WebhookEventRow).from_select(columns, source))
    send_after_commit(session, SPREAD_WEBHOOKS)
