"""Every command that starts workers takes from queues that exist; tests/deploy has compose's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from werkzeug.serving import make_server

from forms_app import metrics
from forms_app.cli.worker import command
from forms_app.cli.worker_life import check_worker
from forms_app.config import load_settings
from forms_app.embedded import components
from forms_app.errors import ConfigurationError, WorkerSilentError
from forms_app.queues import ALL_QUEUES
from tests.servers import free_port
from tests.serving import descendants, is_alive, start_fieldhand
from workers.app import celery


def queues_of(command_line: tuple[str, ...]) -> list[str]:
    return command_line[command_line.index("--queues") + 1].split(",")


def test_serve_takes_from_every_queue(tmp_path: Path) -> None:
    component = components.workers_component(load_settings(data_dir=tmp_path), processes=3)
    assert sorted(queues_of(component.command)) == sorted(ALL_QUEUES)
    assert component.command[component.command.index("--concurrency") + 1] == "3"


@pytest.mark.parametrize("queues", ["reed", "read,", "align,sight", ""])
def test_the_worker_command_knows_the_queues(queues: str, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr("os.execv", lambda _program, arguments: started.append(arguments))
    result = CliRunner().invoke(command, ["--queues", queues])
    if queues == "read,":
        assert queues_of(started[0]) == ["read"]
    else:
        assert result.exit_code == 2
        assert "the queues are intake, align, read, export" in " ".join(result.output.split())
        assert not started


@pytest.mark.parametrize(
    ("arguments", "engine", "pool"),
    [
        (["--queues", "read"], "auto", "solo"),
        (["--queues", "read", "--processes", "1"], "keras", "solo"),
        (["--queues", "read"], "litert", "prefork"),
        (["--queues", "read", "--processes", "2"], "auto", "prefork"),
        (["--queues", "read,align"], "auto", "prefork"),
        (["--queues", "align", "--solo"], "auto", "solo"),
    ],
)
def test_a_reader_with_a_gpu_is_one_process_that_does_not_fork(
    arguments: list[str], engine: str, pool: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = tmp_path / "nvidia0"
    device.touch()
    monkeypatch.setattr("forms_app.reading.classifier._NVIDIA_DEVICES", (device,))
    monkeypatch.setenv("FIELDHAND_ENGINE", engine)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr("os.execv", lambda _program, line: started.append(line))
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    [line] = started
    assert ("solo" in line, "--concurrency" in line) == (pool == "solo", pool == "prefork")


@pytest.mark.redis
def test_a_worker_runs_in_the_foreground_and_stops_when_told(
    tmp_path: Path, redis_url: str
) -> None:
    process = start_fieldhand(
        *("worker", "--queues", "read", "--processes", "1"),
        FIELDHAND_DATA_DIR=str(tmp_path),
        FIELDHAND_BROKER_URL=redis_url,
    )
    assert process.stdout is not None
    assert any(components.READY_MARK in line for line in process.stdout)
    started = [process.pid, *descendants(process.pid)]
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert not any(map(is_alive, started))


@pytest.mark.parametrize(("processes", "pool"), [(1, "prefork"), (0, "solo")])
def test_celery_understands_the_worker_command(processes: int, pool: str) -> None:
    from celery.bin.worker import worker

    line = components.worker_command("read", processes, "reader", "info")
    arguments = list(line[line.index("worker") + 1 :])
    context = worker.make_context("worker", arguments, obj=type("O", (), {"app": celery})())
    assert context.params["queues"] == ["read"]
    assert pool in context.params["pool"].__module__
    assert context.params["concurrency"] == (processes or None)


def test_a_worker_for_a_gpu_has_no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr("os.execv", lambda _program, arguments: started.append(arguments))
    assert CliRunner().invoke(command, ["--queues", "read", "--solo"]).exit_code == 0
    assert started[0][started[0].index("--pool") + 1] == "solo"
    refused = CliRunner().invoke(command, ["--solo", "--processes", "4"])
    assert refused.exit_code == 2 and "leave out --processes" in refused.output


class TestCheck:
    """`fieldhand worker --check` of a worker that is well: tests/deploy/test_site.py."""

    def ask(self, **settings: object) -> str:
        return check_worker(load_settings({}, **settings))

    def test_it_needs_a_port(self) -> None:
        with pytest.raises(ConfigurationError, match="Set metrics_port"):
            self.ask()

    def test_nobody_answers(self) -> None:
        with pytest.raises(WorkerSilentError, match="start the worker again"):
            self.ask(metrics_port=free_port())

    @pytest.mark.parametrize(("age_s", "is_well"), [(10, True), (1000, False)])
    def test_one_that_hangs_is_told_from_one_at_work(self, age_s: int, is_well: bool) -> None:
        name = metrics.WORKER_HEARTBEAT.full_name
        page = f'# TYPE {name} gauge\n{name}{{worker="a@b"}} {time.time() - age_s}\n'
        with answering(page, "open sesame") as port:
            asked = {"metrics_port": port, "metrics_token": "open sesame", "lease_seconds": 120}
            if is_well:
                assert "was at work 1" in self.ask(**asked)
            else:
                with pytest.raises(WorkerSilentError, match="restart it"):
                    self.ask(**asked)


@contextmanager
def answering(page: str, token: str) -> Iterator[int]:
    """A port on which whoever has the token is given `page`."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        is_known = environ.get("HTTP_AUTHORIZATION") == f"Bearer {token}"
        start("200 OK" if is_known else "403 Forbidden", [])
        return [page.encode()]

    server = make_server("127.0.0.1", 0, answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
