"""The Celery application: queues, routing, limits and the start of each process of the pool."""

from __future__ import annotations

import logging
import os
import warnings
from dataclasses import replace
from threading import Lock
from typing import Any

import cv2
from celery import Celery, Task
from celery.exceptions import CPendingDeprecationWarning
from celery.signals import task_retry, worker_process_init, worker_ready
from kombu.entity import Queue

from forms_app.bootstrap import Application, bootstrap
from forms_app.embedded.tether import die_with_parent
from forms_app.errors import ModelError, TransientError
from forms_app.queues import ALL_QUEUES, INTAKE, QUEUE_OF_TASK, READ
from workers import acknowledging, heartbeat, observing, watchdog  # noqa: F401  # signals
from workers.process import settings

TASKS_PER_PROCESS = 2000
# Exports and work around templates renew their lease as they go; they too must end before their
# message comes again.
LONG_SOFT_LIMIT_S = 5 * settings.lease_seconds
LONG_LIMIT_S = 5.5 * settings.lease_seconds

logger = logging.getLogger(__name__)
acknowledging.install()
# Tasks that run while the broker goes away are let finish; their messages come again later and
# find the work done. Celery warns of that choice at each lost connection.
warnings.filterwarnings("ignore", category=CPendingDeprecationWarning)


class RetriedTask(Task):  # type: ignore[misc]  # Celery is untyped
    """Tries again what failed for now (2, 4, 8 … 120 s); everything else is not retried.

    What is still undone after the last try is found by the sweeper.
    """

    autoretry_for = (TransientError,)
    retry_backoff = 2
    retry_backoff_max = 120
    retry_jitter = True
    max_retries = 6


celery = Celery(
    "fieldhand", broker=settings.broker_url, include=["workers.tasks"], task_cls=RetriedTask
)
celery.conf.update(
    # Messages: ids in JSON, nothing comes back; the database holds every result.
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    # Queues: those of forms_app.queues and no other.
    task_queues=[Queue(name) for name in ALL_QUEUES],  # type: ignore[no-untyped-call]
    task_default_queue=INTAKE,
    task_create_missing_queues=False,
    task_routes={name: {"queue": queue} for name, queue in QUEUE_OF_TASK.items()},
    # Delivery: a message is gone only when its task has ended; a killed process gives it back.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    # A task ends before its lease on the rows does, and long before its message comes again.
    task_soft_time_limit=0.8 * settings.lease_seconds,
    task_time_limit=0.9 * settings.lease_seconds,
    broker_transport_options={
        "visibility_timeout": 6 * settings.lease_seconds,
        # Kombu looks for lost messages every 10 x 10 s unless told otherwise.
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 5,
    },
    # The broker may come later, or be gone for as long as it likes.
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # Processes: TensorFlow takes its time to load, and leaks must not add up.
    worker_proc_alive_timeout=120,
    worker_max_tasks_per_child=TASKS_PER_PROCESS,
    worker_enable_remote_control=False,
)

# Processes of a pool are forked after this.
MAIN_PROCESS = os.getpid()
# So it is in the pool of one process (solo), which is the main process itself.
_works_in_main_process = False

_application: Application | None = None
_application_lock = Lock()


def application() -> Application:
    """This process's own application, wired on first use; its classifier loads later still.

    Never in a parent that forks: a child would share its database connections, and hang on locks
    of TensorFlow whose owners were not copied. Lazy instead of an initialiser, because pools of
    threads fire no signal for a process.
    """
    global _application
    with _application_lock:
        if _application is None:
            # Helpers stand beside a worker of one process: several would each have as many.
            helpers = settings.read_helpers if _works_in_main_process else 0
            _application = bootstrap(replace(settings, read_helpers=helpers))
        return _application


@worker_process_init.connect  # type: ignore[untyped-decorator]
def prepare_process(**_: Any) -> None:
    """One thread for each process of the pool: the pool itself fills the cores."""
    global _works_in_main_process
    if os.getpid() == MAIN_PROCESS:
        _works_in_main_process = True
        watchdog.watch_tasks()
    else:
        die_with_parent()
    cv2.setNumThreads(1)


@worker_ready.connect  # type: ignore[untyped-decorator]
def load_beforehand(sender: Any = None, **_: Any) -> None:
    """A GPU takes up to a minute to be ready: no task's time is spent on that."""
    if _works_in_main_process and READ in sender.app.amqp.queues.consume_from:
        try:
            application().classifier()
        except ModelError as error:
            logger.error("nothing can be read: %s", error)


@task_retry.connect  # type: ignore[untyped-decorator]
def say_why_put_off(request: Any = None, reason: Any = None, **_: Any) -> None:
    """Celery tells this at level info, among a traceback."""
    logger.warning("%s%s is put off: %s", request.task, tuple(request.args), reason)
