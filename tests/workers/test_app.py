"""The Celery application: what is wrong here shows only under load or after a kill."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from celery import Task

from forms_app import queues
from forms_app.config import load_settings
from forms_app.errors import ConflictError, StorageFullError, TransientError
from workers import app, tasks
from workers.app import RetriedTask, celery, settings
from workers.clock import clock, steady_now
from workers.spacing import Spacing

OUR_TASKS = {name: task for name, task in celery.tasks.items() if name.startswith("fieldhand.")}


def test_every_task_has_its_queue_and_every_queue_a_task() -> None:
    assert set(OUR_TASKS) == set(queues.QUEUE_OF_TASK)
    assert set(queues.QUEUE_OF_TASK.values()) == set(queues.ALL_QUEUES)
    for name, queue in queues.QUEUE_OF_TASK.items():
        assert celery.amqp.router.route({}, name)["queue"].name == queue
    # A file that is laid is read while the pages of the next one wait to be laid.
    assert queues.QUEUE_OF_TASK[queues.ASSEMBLE_FILE] != queues.QUEUE_OF_TASK[queues.ALIGN_PAGE]
    assert {queue.name for queue in celery.conf.task_queues} == set(queues.ALL_QUEUES)
    assert not celery.conf.task_create_missing_queues


def test_times_follow_one_another() -> None:
    conf = celery.conf
    lease_s = settings.lease_seconds
    assert conf.task_soft_time_limit < conf.task_time_limit < lease_s
    visibility_s = conf.broker_transport_options["visibility_timeout"]
    assert conf.task_time_limit * 5 < visibility_s
    export = celery.tasks[queues.BUILD_EXPORT]
    assert lease_s < export.soft_time_limit < export.time_limit < visibility_s


def test_messages_are_lost_with_no_process() -> None:
    conf = celery.conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.broker_connection_max_retries is None
    assert celery.connection().transport.Channel.unacked_restore_interval == 10  # Kombu's names
    assert conf.broker_transport_options["unacked_restore_interval"] == 2
    assert conf.broker_transport_options["unacked_restore_throttle"] == 1


def test_messages_are_json_and_no_result_is_kept() -> None:
    assert celery.conf.task_serializer == "json"
    assert list(celery.conf.accept_content) == ["json"]
    assert celery.conf.task_ignore_result


@pytest.mark.parametrize("name", sorted(OUR_TASKS))
def test_tasks_are_thin_and_take_ids_alone(name: str) -> None:
    function = inspect.unwrap(OUR_TASKS[name].run)
    assert all(
        parameter.name.endswith("_id") and parameter.annotation == "int"
        for parameter in inspect.signature(function).parameters.values()
    )
    (definition,) = [
        node
        for node in ast.parse(inspect.getsource(tasks)).body
        if isinstance(node, ast.FunctionDef) and queues.QUEUE_OF_TASK and node.name in name
    ]
    body = definition.body[1:]  # after the docstring
    assert 1 <= body[-1].end_lineno - body[0].lineno + 1 <= 5


def test_only_passing_failures_are_tried_again() -> None:
    tried = []

    @celery.task(name="test.fail", base=RetriedTask, bind=True)
    def fail(task: Task, kind: str) -> None:
        tried.append((kind, task.request.retries))
        raise {"full": StorageFullError, "conflict": ConflictError}[kind]("no")

    # Eagerly a retry runs at once, without the countdown.
    assert isinstance(fail.apply(args=("full",)).result, TransientError)
    assert isinstance(fail.apply(args=("conflict",)).result, ConflictError)
    celery.tasks.pop("test.fail")
    assert tried == [("full", n) for n in range(RetriedTask.max_retries + 1)] + [("conflict", 0)]


def test_beat_starts_the_sweeper_alone() -> None:
    (entry,) = clock.conf.beat_schedule.values()
    assert entry["task"] == queues.SWEEP
    assert entry["options"]["queue"] == queues.QUEUE_OF_TASK[queues.SWEEP]
    assert entry["schedule"].run_every == timedelta(seconds=settings.sweep_seconds)


def test_sweeps_go_on_whatever_the_clocks_say() -> None:
    (entry,) = clock.conf.beat_schedule.values()
    assert "expires" not in entry["options"]
    assert entry["schedule"].now() - steady_now() < timedelta(seconds=1)
    assert entry["schedule"].is_due(steady_now() - timedelta(hours=1))[0]


def test_sweeps_that_piled_up_are_one() -> None:
    spacing = Spacing(1000)
    assert [spacing.is_over() for _ in range(3)] == [True, False, False]
    assert Spacing(0).is_over()


def test_the_clock_loads_nothing_it_does_not_need() -> None:
    code = "import sys, workers.clock; print({'cv2', 'numpy', 'sqlalchemy'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "set()"


def test_threads_that_ask_at_once_share_one_application(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "settings", load_settings({}, data_dir=tmp_path))
    monkeypatch.setattr(app, "_application", None)
    with ThreadPoolExecutor(8) as pool:
        wired = list(pool.map(lambda _: app.application(), range(8)))
    assert all(one is wired[0] for one in wired)
    wired[0].close()


def test_a_parent_that_forks_loads_no_engine() -> None:
    code = (
        "import sys; from workers.app import celery; celery.loader.import_default_modules(); "
        "import workers.tasks; print([m for m in ('tensorflow', 'keras', 'ai_edge_litert') "
        "if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
