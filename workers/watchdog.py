"""Ends a worker of one process whose task hangs: Celery's own limits need a pool that can kill.

A GPU that goes away may leave its driver waiting for ever. Whoever keeps the worker running
(container, systemd) starts it again; its pages are free when their lease ends, as after a kill.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import threading
from typing import Any

from celery.signals import task_postrun, task_prerun

logger = logging.getLogger(__name__)

STDERR = 2
EXIT_CODE = 70  # EX_SOFTWARE
GRACE_S = 2.0
"""So much later a process is ended that hangs in Python's lock, and can say no word of its own."""


class Watchdog:
    """Watches one task at a time; the process ends when it is not over within its limit."""

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None

    def begin(self, task: str, limit_s: float) -> None:
        """From now on `task` has `limit_s` seconds."""
        self.end()
        self._timer = threading.Timer(limit_s, _end_process, (task, limit_s))
        self._timer.daemon = True
        self._timer.start()
        faulthandler.dump_traceback_later(limit_s + GRACE_S, exit=True, file=STDERR)

    def end(self) -> None:
        """The task is over."""
        faulthandler.cancel_dump_traceback_later()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _end_process(task: str, limit_s: float) -> None:
    logger.critical(
        "%s is not over after %.0f s: this worker ends itself, to be started again; where it hangs "
        "follows",
        task,
        limit_s,
    )
    faulthandler.dump_traceback(STDERR)
    os._exit(EXIT_CODE)


_watchdog = Watchdog()


def watch_tasks() -> None:
    """Have every task of this process watched from now on."""
    task_prerun.connect(_begin)
    task_postrun.connect(_end)


def _begin(task: Any = None, **_: Any) -> None:
    _watchdog.begin(task.name, task.time_limit or task.app.conf.task_time_limit)


def _end(**_: Any) -> None:
    _watchdog.end()
