"""Tasks as an operator sees them, and the counts of a worker on a port of its own."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from celery import Task

from forms_app import metrics
from forms_app.errors import ConflictError, StorageFullError
from forms_app.instruments import registry
from forms_app.logs import REQUEST_ID
from forms_app.metrics_server import serve_metrics
from tests.servers import free_port
from workers import tasks
from workers.app import RetriedTask, celery
from workers.observing import begin, end

TRIED = 1 + int(RetriedTask.max_retries)


def counted(task: str, outcome: str) -> float:
    labels = {"task": task, "outcome": outcome}
    return registry().get_sample_value(metrics.TASKS.full_name, labels) or 0.0


@pytest.fixture
def trial() -> Iterator[Task]:
    seen: list[dict[str, Any]] = []

    @celery.task(name="trial.outcome", base=RetriedTask)
    def trial(kind: str) -> None:
        seen.append(structlog.contextvars.get_contextvars())
        if kind == "full":
            raise StorageFullError("The disk is full.")
        if kind == "conflict":
            raise ConflictError("Somebody was first.")

    trial.seen = seen
    yield trial
    celery.tasks.pop("trial.outcome")


def test_outcomes_and_durations_are_counted(trial: Task) -> None:
    for kind in ("well", "conflict", "full"):
        trial.apply(args=(kind,))
    assert counted(trial.name, "done") == 1
    assert counted(trial.name, "retried") == TRIED - 1
    # What failed at once, and what was put off too often.
    assert counted(trial.name, "failed") == 2
    name = metrics.TASK_SECONDS.full_name + "_count"
    assert registry().get_sample_value(name, {"task": trial.name}) == TRIED + 2


def test_lines_of_a_task_say_which_it_is_and_who_asked(trial: Task) -> None:
    trial.apply(args=("well",), headers={REQUEST_ID: "from-the-browser"}, task_id="17")
    trial.apply(args=("well",), task_id="18")
    assert trial.seen == [
        {"task": trial.name, "task_id": "17", REQUEST_ID: "from-the-browser"},
        {"task": trial.name, "task_id": "18"},
    ]
    assert not structlog.contextvars.get_contextvars()


def test_the_sweepers_rounds_are_a_sign_of_life() -> None:
    def last() -> float:
        return registry().get_sample_value(metrics.LAST_SWEEP.full_name) or 0.0

    before = last()
    begin(task_id="1", task=tasks.sweep)
    end(task_id="1", task=tasks.sweep, state="FAILURE")
    assert last() == before
    begin(task_id="2", task=tasks.sweep)
    end(task_id="2", task=tasks.sweep, state="SUCCESS")
    assert last() > before


def test_the_port_of_a_worker_follows_the_rules_of_the_web_server() -> None:
    port = free_port()
    server = serve_metrics(port, "a-long-token")
    assert server is not None

    def ask(path: str, **headers: str) -> tuple[int, str]:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    assert ask("/metrics")[0] == 403
    assert "fieldhand_" not in ask("/metrics")[1]
    status, text = ask("/metrics", Authorization="Bearer a-long-token")
    assert status == 200
    assert "# TYPE fieldhand_tasks_total counter" in text
    assert ask("/other", Authorization="Bearer a-long-token")[0] == 404
    server.shutdown()
    server.server_close()


def test_a_port_in_use_stops_no_worker(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    with socket.create_server(("", 0)) as taken:
        port = taken.getsockname()[1]
        assert serve_metrics(port, "") is None
    assert f"metrics are not given on port {port}" in caplog.text
