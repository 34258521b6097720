"""What is wrong with the things that the work stands on, each in a sentence with what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from forms_app.errors import TransientError
from forms_app.queues import ALL_QUEUES
from forms_app.services.application import Application
from forms_app.services.dto.operations import BrokerState, DiskSpace, Part
from forms_app.services.dto.sources import SourceState
from forms_app.services.health import ABSENT_KEY
from forms_app.services.sources import expected_sources

SWEEPS_MISSED = 3
SWEEP_GRACE = timedelta(seconds=60)

NO_BROKER = (
    "It does not answer. What waits is kept in the database and goes on when the broker is back."
)
NO_FILES = "The file store does not answer; nothing can be uploaded or read until it does."
NO_WORKER = (
    "No worker has been heard of: nothing is worked on. Start `fieldhand serve`, or "
    "`fieldhand worker` on a server."
)
UNSERVED = "No worker takes from the queue {names}; start one that does."
NO_SWEEP = (
    "No sweep was heard of lately, so lost work is not sent again: the clock does not run "
    "(`fieldhand worker --beat`), or no worker was free for it."
)
SILENT = (
    "Nobody watches {names} any more. Start `fieldhand watch` for it again, or forget it on the "
    "page of sources."
)
LITTLE_LEFT = "Little room is left on this disk; free some, before uploads are refused."


def find_troubles(
    app: Application, broker: BrokerState | None, disks: Sequence[DiskSpace], now: datetime
) -> tuple[Part, ...]:
    """Each part, and what is wrong with it; the database answers, or nobody would be told."""
    return (
        Part("database"),
        Part("broker", NO_BROKER if broker is None else ""),
        Part("files", "" if _files_answer(app) else NO_FILES),
        *_told_by_broker(app, broker, now),
        Part("disk", LITTLE_LEFT if any(disk.is_low for disk in disks) else ""),
        *_sources(app),
    )


def _sources(app: Application) -> tuple[Part, ...]:
    """Watched folders, where there are any."""
    expected = expected_sources(app)
    if not expected:
        return ()
    silent = [each.name for each in expected if each.state == SourceState.SILENT]
    hindered = [each for each in expected if each.state == SourceState.HINDERED]
    if silent:
        return (Part("sources", SILENT.format(names=", ".join(silent))),)
    return (Part("sources", hindered[0].trouble if hindered else ""),)


def _told_by_broker(
    app: Application, broker: BrokerState | None, now: datetime
) -> tuple[Part, Part]:
    if broker is None:
        return Part("workers", is_known=False), Part("clock", is_known=False)
    clock = _clock_trouble(app, broker, now)
    return Part("workers", _workers_trouble(broker)), Part("clock", clock)


def _files_answer(app: Application) -> bool:
    try:
        app.files.exists(ABSENT_KEY)
    except TransientError:
        return False
    return True


def _workers_trouble(broker: BrokerState) -> str:
    if not broker.workers:
        return NO_WORKER
    served = {queue for worker in broker.workers for queue in worker.queues}
    unserved = [queue for queue in ALL_QUEUES if queue not in served]
    return UNSERVED.format(names=", ".join(unserved)) if unserved else ""


def _clock_trouble(app: Application, broker: BrokerState, now: datetime) -> str:
    latest = now - SWEEPS_MISSED * timedelta(seconds=app.settings.sweep_seconds) - SWEEP_GRACE
    is_ticking = bool(broker.sweeps) and broker.sweeps[0].at > latest
    return "" if is_ticking else NO_SWEEP
