"""What `serve` is made of: the command, the sign of readiness and the way to stop of each part."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from forms_app.config import Settings
from forms_app.config.sources import FILE_SUFFIX, variable_of
from forms_app.embedded import broker
from forms_app.queues import ALL_QUEUES

# Our own processes print this, whatever their log level is.
READY_MARK = "fieldhand: ready"
# Asks `embedded.database` to look for what prevents work; this exit code says that it found some.
LOOK_FIRST, CANNOT_WORK = "--look-first", 3
# Numerical libraries would each start a thread for every core in every worker process.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"), "1"
)
LOGGED_PROBLEM = re.compile(r'\b(WARNING|ERROR|CRITICAL)\b|"level": "(warning|error|critical)"')
# Valkey marks problems with #; two of its lines are said at every start and stop.
BROKER_PROBLEM = re.compile(r" # (?!WARNING Memory overcommit|Valkey is now ready to exit)")


@dataclass(frozen=True, slots=True)
class Component:
    """One supervised process.

    `ready_mark` is a text in its output that says it does its work; lines that match
    `problem_pattern` are shown to the operator. After `stop_signal` it has `stop_grace_s` seconds
    until it is killed; what others need is stopped after them. `inherited_fds` stay open in it.
    """

    name: str
    summary: str
    command: tuple[str, ...]
    ready_mark: str
    environment: Mapping[str, str] = field(default_factory=dict)
    problem_pattern: re.Pattern[str] = LOGGED_PROBLEM
    stop_signal: signal.Signals = signal.SIGTERM
    stop_grace_s: float = 5.0
    inherited_fds: tuple[int, ...] = ()
    is_needed_by_others: bool = False


def broker_component(settings: Settings) -> Component:
    """The message broker."""
    return Component(
        name="broker",
        summary=f"queues kept in {broker.folder(settings)}",
        command=broker.server_command(settings),
        ready_mark=broker.LOADABLE_MARK,
        problem_pattern=BROKER_PROBLEM,
        is_needed_by_others=True,
    )


def workers_component(settings: Settings, processes: int) -> Component:
    """One Celery worker whose `processes` children take from every queue.

    A pool shared by all queues keeps every core busy whatever the work at hand is: a batch is
    aligned first and read last.
    """
    return Component(
        name="workers",
        summary=f"{processes} process{'es' if processes > 1 else ''} to align and read pages",
        command=worker_command(",".join(ALL_QUEUES), processes, "workers", settings.log_level),
        ready_mark=READY_MARK,
        environment=ONE_THREAD | environment_of(settings),
        stop_grace_s=20.0,
    )


def beat_component(settings: Settings) -> Component:
    """The clock that starts the sweeper."""
    return Component(
        name="beat",
        summary=f"looks for lost work every {settings.sweep_seconds} s",
        command=beat_command(settings.log_level),
        ready_mark=READY_MARK,
        environment=environment_of(settings),
    )


def watch_component(settings: Settings) -> Component:
    """Takes what is put into the watched folder; only where the settings name one."""
    return Component(
        name="watch",
        summary=f"takes scans from {settings.watch_folder}",
        command=(sys.executable, "-P", "-m", "forms_app.embedded.watch_process"),
        ready_mark=READY_MARK,
        environment=environment_of(settings),
    )


def web_component(settings: Settings, listening_fd: int) -> Component:
    """The web server on a socket that is already bound, so that a restart refuses nobody."""
    return Component(
        name="web",
        summary="the pages",
        command=(sys.executable, "-P", "-m", "forms_app.embedded.web_process", str(listening_fd)),
        ready_mark=READY_MARK,
        environment=environment_of(settings),
        inherited_fds=(listening_fd,),
    )


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as variables, so that every process works with the supervisor's own."""
    variables = {}
    for name in ("data_dir", "database_url", "files_url", "broker_url"):
        variables[variable_of(name)] = str(getattr(settings, name))
        # Given in both ways it would be refused.
        variables[variable_of(name) + FILE_SUFFIX] = ""
    return variables


def worker_command(queues: str, processes: int, name: str, log_level: str) -> tuple[str, ...]:
    """The command line of a Celery worker for `queues`, separated by commas.

    With no `processes` of its own it works in itself: TensorFlow on a GPU must not be forked.
    """
    pool = ("--concurrency", str(processes)) if processes else ("--pool", "solo")
    return (
        *_celery("workers", "worker"),
        *("--queues", queues, *pool),
        *("--hostname", f"{name}@%h", "--loglevel", log_level),
        # Workers have nothing to tell each other: the database holds all state.
        *("--without-gossip", "--without-mingle"),
    )


def beat_command(log_level: str) -> tuple[str, ...]:
    """The command line of Celery's clock; there may be only one."""
    return (*_celery("workers.clock", "beat"), "--pidfile=", "--loglevel", log_level)


def usable_cores() -> int:
    """The cores this process may run on."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _celery(module: str, program: str) -> tuple[str, ...]:
    # -P keeps the current folder off the module path: a stranger's `workers` may lie there.
    return (sys.executable, "-P", "-m", module, "--quiet", program)
