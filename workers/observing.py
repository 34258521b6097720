"""What a worker shows of its tasks: counts and times, ids in each line of its log, signs of life.

Importing it connects the signals.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import structlog
from celery.signals import (
    beat_init,
    heartbeat_sent,
    task_postrun,
    task_prerun,
    worker_init,
    worker_process_init,
)

from forms_app import metrics
from forms_app.logs import REQUEST_ID
from forms_app.metrics_folder import keep_in, tidy
from forms_app.metrics_server import serve_metrics
from forms_app.origins import Origin, Source, comes_from
from forms_app.queues import QUEUE_OF_TASK, SWEEP
from workers.process import settings

OUTCOMES = {"SUCCESS": "done", "RETRY": "retried"}
FAILED = "failed"

_started: dict[str, float] = {}


@worker_init.connect  # type: ignore[untyped-decorator]
@beat_init.connect  # type: ignore[untyped-decorator]
def count_together(**_: Any) -> None:
    """In the main process, before it forks: its children count in the same folder."""
    keep_in(Path(settings.metrics_dir))
    _begin_at_zero()
    if settings.metrics_port:
        serve_metrics(settings.metrics_port, settings.metrics_token)


def _begin_at_zero() -> None:
    """A rise from nothing to 1 is no rise to Prometheus: what is told at its first time begins."""
    for task in QUEUE_OF_TASK:
        for outcome in (*OUTCOMES.values(), FAILED):
            metrics.TASKS.inc(0, task=task, outcome=outcome)
    for kind in metrics.KINDS_OF_WORK:
        for code in metrics.OWN_FAULTS:
            metrics.WORK_FAILURES.inc(0, kind=kind, code=code)
    for result in metrics.WEBHOOK_RESULTS:
        metrics.WEBHOOKS.inc(0, result=result)
    metrics.WEBHOOKS_GIVEN_UP.inc(0)


@worker_process_init.connect  # type: ignore[untyped-decorator]
def take_over_counts(**_: Any) -> None:
    """Of the process whose place this one takes."""
    tidy()


@heartbeat_sent.connect  # type: ignore[untyped-decorator]
def show_life(sender: Any = None, **_: Any) -> None:
    """The main process lives; that its children work is shown by the sweeper's rounds."""
    metrics.WORKER_HEARTBEAT.set(time.time(), worker=sender.eventer.hostname)


@task_prerun.connect  # type: ignore[untyped-decorator]
def begin(task_id: str = "", task: Any = None, **_: Any) -> None:
    """From here on each line says which task it is, and which request asked for it."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task=task.name, task_id=task_id)
    comes_from(Origin(Source.WORKER))
    request_id = (task.request.headers or {}).get(REQUEST_ID)
    if request_id:
        structlog.contextvars.bind_contextvars(request_id=request_id)
    _started[task_id] = time.monotonic()


@task_postrun.connect  # type: ignore[untyped-decorator]
def end(task_id: str = "", task: Any = None, state: str | None = None, **_: Any) -> None:
    """Count it, and forget whose it was."""
    structlog.contextvars.clear_contextvars()
    comes_from(Origin())
    outcome = OUTCOMES.get(state or "", FAILED)
    metrics.TASKS.inc(task=task.name, outcome=outcome)
    started = _started.pop(task_id, None)
    if started is not None:
        metrics.TASK_SECONDS.observe(time.monotonic() - started, task=task.name)
    if task.name == SWEEP and outcome == "done":
        metrics.SWEEPS.inc()
        metrics.LAST_SWEEP.set(time.time())
