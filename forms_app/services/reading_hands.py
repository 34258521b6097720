"""Who cuts and decides pages for the classifier: this process itself, or helper processes.

Helpers are processes and not threads: two threads cut and decide no faster than one, as most of
that work holds Python's lock (docs/gpu.md). A page stays at the helper that has cut it.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process
from typing import Protocol, TypeVar

import cv2
import numpy as np
import structlog
from numpy.typing import NDArray

from forms_app.services.application import Application
from forms_app.services.reading_desk import Answer, Desk, Job
from forms_app.store.claims import Lease

Result = TypeVar("Result")

LOST_MESSAGE = "A helper process of the worker died, most likely for lack of memory."


class Hand(Protocol):
    """Does the work of a `Desk`, at once or later.

    `places` is how many pages may be handed to it to be cut before it has cut the first of them.
    `is_beside` says whether it works while whoever called it goes on.
    """

    places: int
    is_beside: bool

    def prepare(self, job: Job, model_version: int) -> Future[NDArray[np.uint8] | None]:
        """See `Desk.prepare`."""

    def finish(self, lease: Lease, answer: Answer) -> Future[None]:
        """See `Desk.finish`."""

    def drop(self, page_id: int) -> None:
        """See `Desk.drop`."""


class OwnHand:
    """This process: what is asked for is done before the call returns."""

    places = 1
    is_beside = False

    def __init__(self, app: Application) -> None:
        self._desk = Desk(app)

    def prepare(self, job: Job, model_version: int) -> Future[NDArray[np.uint8] | None]:
        """See `Hand`."""
        return done(lambda: self._desk.prepare(job, model_version))

    def finish(self, lease: Lease, answer: Answer) -> Future[None]:
        """See `Hand`."""
        return done(lambda: self._desk.finish(lease, answer))

    def drop(self, page_id: int) -> None:
        """See `Hand`."""
        self._desk.drop(page_id)


class Helper:
    """A process of its own, started with the first page and again after it has died.

    What it was working on, or has cut, then fails with `HelperLostError`.
    """

    # While it cuts one page the next one is there already.
    places = 2
    is_beside = True

    def __init__(self, wire: Callable[[], Application]) -> None:
        """Starts nothing yet.

        Args:
            wire: makes the helper's own application; called there, so it must be picklable.
        """
        self._wire = wire
        self._pool: ProcessPoolExecutor | None = None

    def prepare(self, job: Job, model_version: int) -> Future[NDArray[np.uint8] | None]:
        """See `Hand`."""
        return self._submit(_prepare, job, model_version)

    def finish(self, lease: Lease, answer: Answer) -> Future[None]:
        """See `Hand`."""
        return self._submit(_finish, lease, answer)

    def drop(self, page_id: int) -> None:
        """See `Hand`."""
        if self._pool is not None:
            self._submit(_drop, page_id)

    def process_ids(self) -> tuple[int, ...]:
        """The process, while it lives."""
        processes = self._pool and self._pool._processes
        return tuple(processes or ())

    def close(self) -> None:
        """End the process, when it has done what it was given."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def _submit(self, work: Callable[..., Result], *args: object) -> Future[Result]:
        context = structlog.contextvars.get_contextvars()
        try:
            return self._started().submit(_in_context, context, work, *args)
        except BrokenProcessPool:
            self.close()
            return self._started().submit(_in_context, context, work, *args)

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # TensorFlow is at work in this process, which must therefore not fork.
            self._pool = ProcessPoolExecutor(
                1, get_context("spawn"), initializer=_sit_down, initargs=(self._wire,)
            )
        return self._pool


def done(work: Callable[[], Result]) -> Future[Result]:
    """What `work` gives or raises, done now."""
    future: Future[Result] = Future()
    try:
        future.set_result(work())
    except Exception as error:
        future.set_exception(error)
    return future


# The desk of a helper process.
_desk: Desk | None = None


def _sit_down(wire: Callable[[], Application]) -> None:
    global _desk
    # Ctrl-C reaches every process of a terminal; the worker decides when its helpers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    cv2.setNumThreads(1)
    _desk = Desk(wire())


def _end_with_parent() -> None:
    """A worker that was killed cannot end its helpers."""
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)


def _in_context(context: dict[str, object], work: Callable[..., Result], *args: object) -> Result:
    """So that each line of the helper's log says whose task it is, as the worker's do."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**context)
    return work(*args)


def _prepare(job: Job, model_version: int) -> NDArray[np.uint8] | None:
    assert _desk is not None
    return _desk.prepare(job, model_version)


def _finish(lease: Lease, answer: Answer) -> None:
    assert _desk is not None
    _desk.finish(lease, answer)


def _drop(page_id: int) -> None:
    assert _desk is not None
    _desk.drop(page_id)
