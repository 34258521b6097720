"""Workers say who they are and what they do; importing this connects the signals.

Celery's own way to ask them is switched off, as it costs messages to everybody. These are notes in
the broker (`services/worker_notes`) that lapse by themselves. A broker that is gone costs a worker
nothing but the note: it is not asked again for a while.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

from celery.signals import task_postrun, task_prerun, worker_ready, worker_shutdown

from forms_app.services.broker_state import broker_channel
from forms_app.services.dto.operations import SweepNote, WorkerNote, WorkNote
from forms_app.services.sweeping import SweepCounts
from forms_app.services.worker_notes import (
    BEAT_S,
    forget_work,
    forget_worker,
    note_sweep,
    note_work,
    note_worker,
)
from workers.process import settings

logger = logging.getLogger(__name__)

ASK_AGAIN_S = 30.0
WAIT_S = 1.0
# As long as a message stays with its worker: no task may last longer.
WORK_KEPT_S = 6 * settings.lease_seconds


class Notebook:
    """A connection for notes, made on first use; what goes wrong with it is passed over."""

    def __init__(self, broker_url: str) -> None:
        self._broker_url = broker_url
        self._lock = threading.Lock()
        self._connection = ExitStack()
        self._client: Any = None
        self._not_before_s = 0.0

    def write(self, note: Callable[[Any], None]) -> None:
        """Call `note` with a client of the broker, unless that failed a moment ago."""
        with self._lock:
            if time.monotonic() < self._not_before_s:
                return
            try:
                if self._client is None:
                    channel = self._connection.enter_context(
                        broker_channel(self._broker_url, WAIT_S)
                    )
                    self._client = channel.client
                note(self._client)
            except Exception as error:
                # Whatever it is: work must not suffer from a note.
                logger.info("no note kept in the broker: %s", error)
                self._not_before_s = time.monotonic() + ASK_AGAIN_S
                self._close()

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        self._client = None
        self._connection.close()


class Heartbeat:
    """Says of a worker again and again that it is there, in a thread: the pool of one process works
    in the very thread that would else have to."""

    def __init__(self, notebook: Notebook, consumer: Any) -> None:
        self._notebook = notebook
        self._consumer = consumer
        self._since = datetime.now(UTC)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="heartbeat", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """The worker ends: it is gone at once, and not only when its note lapses."""
        self._stopping.set()
        self._thread.join()
        self._notebook.write(lambda client: forget_worker(client, self._consumer.hostname))
        self._notebook.close()

    def _go_on(self) -> None:
        while True:
            self._notebook.write(lambda client: note_worker(client, self._note()))
            if self._stopping.wait(BEAT_S):
                return

    def _note(self) -> WorkerNote:
        consumer = self._consumer
        return WorkerNote(
            name=consumer.hostname,
            since=self._since,
            queues=tuple(consumer.app.amqp.queues.consume_from),
            pids=tuple(consumer.pool.info.get("processes", [os.getpid()])),
        )


# Two, as a process of the pool must not share one that its parent uses.
_of_worker, _of_process = Notebook(settings.broker_url), Notebook(settings.broker_url)
_heartbeats: list[Heartbeat] = []


@worker_ready.connect  # type: ignore[untyped-decorator]
def begin(sender: Any = None, **_: Any) -> None:
    """The worker takes from its queues from now on."""
    _heartbeats.append(Heartbeat(_of_worker, sender))


@worker_shutdown.connect  # type: ignore[untyped-decorator]
def end(**_: Any) -> None:
    """It has finished what it had."""
    while _heartbeats:
        _heartbeats.pop().stop()


@task_prerun.connect  # type: ignore[untyped-decorator]
def say_what(task: Any = None, args: Any = (), **_: Any) -> None:
    """A process begins a task."""
    note = WorkNote(
        worker=task.request.hostname or "",
        pid=os.getpid(),
        task=task.name,
        ids=tuple(args or ()),
        since=datetime.now(UTC),
    )
    _of_process.write(lambda client: note_work(client, note, WORK_KEPT_S))


@task_postrun.connect  # type: ignore[untyped-decorator]
def say_done(task: Any = None, **_: Any) -> None:
    """It has ended, however."""
    worker, pid = task.request.hostname or "", os.getpid()
    _of_process.write(lambda client: forget_work(client, worker, pid))


def note_counts(counts: SweepCounts) -> None:
    """Keep what a sweep did, for people to see."""
    note = SweepNote(datetime.now(UTC), counts.failed, counts.sent)
    _of_process.write(lambda client: note_sweep(client, note))
