"""How long each question takes, and how PostgreSQL goes about what is slow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import psutil
from sqlalchemy import Connection, event, func, select, text

from benchmarks.large_database.questions import Asker, Question
from benchmarks.large_database.shape import Shape
from forms_app.config import PREFIX
from forms_app.services.application import Application
from forms_app.store.models import ReadingRow
from tests.fakes import RecordingTaskSender

REPEATS = 7
BUDGET_S = 10.0
EXPORT_MODULE = "benchmarks.large_database.export_alone"


@dataclass(slots=True)
class Slow:
    """Statements that took longer than `least_s`, with what they were given."""

    least_s: float
    found: dict[str, tuple[float, Any]] = field(default_factory=dict)

    @contextmanager
    def watched(self, app: Application) -> Iterator[None]:
        """Look at every statement meanwhile."""
        started: list[float] = []

        def before(*_: object) -> None:
            started.append(time.perf_counter())

        def after(_1: object, _2: object, statement: str, parameters: Any, *_: object) -> None:
            seconds = time.perf_counter() - started.pop()
            if seconds >= self.least_s and seconds > self.found.get(statement, (0.0,))[0]:
                self.found[statement] = (seconds, parameters)

        event.listen(app.engine, "before_cursor_execute", before)
        event.listen(app.engine, "after_cursor_execute", after)
        try:
            yield
        finally:
            event.remove(app.engine, "before_cursor_execute", before)
            event.remove(app.engine, "after_cursor_execute", after)


def measure(app: Application, shape: Shape, plans_from_s: float | None) -> None:
    """Prints a table in Markdown, the export, and plans of statements slower than that."""
    app = replace(app, tasks=RecordingTaskSender())
    print(_headline(app), "", "| question | first | median | slowest | computing |", sep="\n")
    print("|---|---|---|---|---|")
    plans: list[str] = []
    for question in Asker(app, shape).questions():
        slow = Slow(plans_from_s if plans_from_s is not None else float("inf"))
        with slow.watched(app):
            took = _seconds(app, question)
        first, *others = (seconds for seconds, _ in took)
        computing = _median([seconds for _, seconds in took[1:]])
        shown = (first, _median(others), max(others), computing)
        words = " | ".join(f"{1000 * seconds:,.0f} ms" for seconds in shown)
        print(f"| {question.name} | {words} |", flush=True)
        plans += [_plan(app, question.name, *item) for item in slow.found.items()]
    print("", _export(app, shape), *plans, sep="\n")


def _headline(app: Application) -> str:
    with app.session() as session:
        readings = session.scalar(select(func.max(ReadingRow.id)))
    load = os.getloadavg()[0]
    return f"{readings:,} readings, {os.cpu_count()} cores, load {load:.1f}, n = {REPEATS}"


def _seconds(app: Application, question: Question) -> list[tuple[float, float]]:
    """Time by the clock, and time that this process and the database computed: on a busy machine
    only the second says something. At least two, fewer than `REPEATS` where each takes long."""
    found: list[tuple[float, float]] = []
    server = _server_of(app)
    begun = time.perf_counter()
    while len(found) < 2 or (len(found) < REPEATS and time.perf_counter() - begun < BUDGET_S):
        if question.before is not None:
            question.before()
        computed, started = _computed_s(server), time.perf_counter()
        question.ask()
        found.append((time.perf_counter() - started, _computed_s(server) - computed))
    return found


def _server_of(app: Application) -> psutil.Process:
    """PostgreSQL's own process; those that answer are its children."""
    with app.engine.connect() as connection:
        backend = connection.scalar(text("SELECT pg_backend_pid()"))
    parent = psutil.Process(backend).parent()
    assert parent is not None
    return parent


def _computed_s(server: psutil.Process) -> float:
    """Of this process, and of the processes of the database that are there now."""
    total = time.process_time()
    for child in server.children():
        with suppress(psutil.NoSuchProcess):
            times = child.cpu_times()
            total += times.user + times.system
    return total


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _export(app: Application, shape: Shape) -> str:
    """The huge batch as CSV, built in a process of its own, as by a worker."""
    done = subprocess.run(
        [sys.executable, "-m", EXPORT_MODULE, str(shape.huge_batch.batch_id)],
        env=os.environ
        | {
            PREFIX + "DATABASE_URL": app.settings.database_url,
            PREFIX + "DATA_DIR": str(app.settings.data_dir),
        },
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    return (
        f"Export of {found['rows']:,} forms as CSV: {found['seconds']:.0f} s "
        f"({found['computed']:.0f} s computing), "
        f"{found['bytes'] / 1e6:.0f} MB; memory {found['before_mib']:.0f} MiB before, "
        f"{found['peak_mib']:.0f} MiB at most"
    )


def _plan(app: Application, name: str, statement: str, took: tuple[float, Any]) -> str:
    with app.engine.connect() as connection:
        lines = explained(connection, statement, took[1])
    return f"\n### {name}: {1000 * took[0]:.0f} ms\n{statement}\n\n" + "\n".join(lines)


def explained(connection: Connection, statement: str, parameters: Any) -> list[str]:
    """PostgreSQL's plan of a statement; it is not run."""
    return list(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
