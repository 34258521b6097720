"""Who saw which form: one audit event for each person and form an hour, however often they look."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from datetime import timedelta
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from forms_app.services.application import Application
from forms_app.store.audit import record_event
from forms_app.store.base import utc_now
from forms_app.store.models import AuditEventRow

SAW = "see"
ONCE_IN = timedelta(hours=1)
# For each process: a reviewer has some hundred forms an hour.
MOST_REMEMBERED = 50_000

Sight = tuple[int, str, int]
"""Who saw what: the person, the kind of thing and its id."""


class Sights:
    """What this process has written down lately, so that most looks cost no statement."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: OrderedDict[Sight, float] = OrderedDict()
        self._lock = Lock()

    def unknown(self, sights: Collection[Sight]) -> list[Sight]:
        """Those that are not known of the last hour."""
        now = self._clock()
        with self._lock:
            return [sight for sight in sights if self._until.get(sight, now) <= now]

    def remember(self, sights: Collection[Sight]) -> None:
        """They are written down now."""
        until = self._clock() + ONCE_IN.total_seconds()
        with self._lock:
            for sight in sights:
                self._until[sight] = until
                self._until.move_to_end(sight)
            while len(self._until) > MOST_REMEMBERED:
                self._until.popitem(last=False)


_sights: WeakKeyDictionary[Engine, Sights] = WeakKeyDictionary()
_sights_lock = Lock()


def note_seen(
    app: Application, user_id: int, subject_type: str, subject_ids: Collection[int]
) -> None:
    """Write down that a person is about to see things: at most one event an hour for each.

    Mostly a look into a table in memory; else one short transaction for all of them. It must
    succeed before they are shown: what cannot be written down is not seen.

    Args:
        app: The application.
        user_id: Who looks.
        subject_type: `submission`, or `page` for one that belongs to no form yet.
        subject_ids: Which ones.

    Raises:
        DatabaseUnavailableError: It cannot be written down.
    """
    known = _sights_of(app.engine)
    sights = known.unknown([(user_id, subject_type, each) for each in sorted(set(subject_ids))])
    if not sights:
        return
    with app.session() as session:
        written = _written_lately(session, user_id, subject_type, [each for *_, each in sights])
        for *_, subject_id in sights:
            if subject_id not in written:
                record_event(session, SAW, subject_type, subject_id, user_id)
    known.remember(sights)


def _sights_of(engine: Engine) -> Sights:
    with _sights_lock:
        return _sights.setdefault(engine, Sights())


def _written_lately(
    session: Session, user_id: int, subject_type: str, subject_ids: list[int]
) -> set[int]:
    """By any process."""
    query = select(AuditEventRow.subject_id).where(
        AuditEventRow.subject_type == subject_type,
        AuditEventRow.subject_id.in_(subject_ids),
        AuditEventRow.user_id == user_id,
        AuditEventRow.verb == SAW,
        AuditEventRow.at > utc_now() - ONCE_IN,
    )
    return set(session.scalars(query))
