"""Every command that starts workers, by hand or by compose file, takes from queues that exist."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from forms_app.cli import VERBS, fieldhand
from forms_app.cli.worker import command
from forms_app.config import load_settings
from forms_app.embedded import components
from forms_app.queues import ALL_QUEUES
from tests.serving import descendants, is_alive, start_fieldhand
from workers.app import celery

REPOSITORY = Path(__file__).resolve().parents[2]


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


def test_celery_understands_the_worker_command(tmp_path: Path) -> None:
    from celery.bin.worker import worker

    line = components.worker_command("read", 1, "reader", "info")
    arguments = list(line[line.index("worker") + 1 :])
    context = worker.make_context("worker", arguments, obj=type("O", (), {"app": celery})())
    assert context.params["queues"] == ["read"]
    assert context.params["concurrency"] == 1


def lists_in(file: str, key: str) -> list[tuple[str, ...]]:
    """The values of `key` in a compose file or Dockerfile that are written as JSON lists."""
    text = (REPOSITORY / file).read_text(encoding="utf-8")
    return [tuple(json.loads(found)) for found in re.findall(rf"{key}:? (\[.*\])", text)]


def fieldhand_commands() -> list[tuple[str, ...]]:
    lists = lists_in("docker-compose.yml", "command") + lists_in("Dockerfile", "CMD")
    return [line for line in lists if line[0] in VERBS]


def test_the_container_files_start_what_exists() -> None:
    lines = fieldhand_commands()
    assert {line[0] for line in lines} == {"migrate", "worker", "serve"}
    for verb, *arguments in lines:
        verb_command = fieldhand.get_command(None, verb)
        verb_command.make_context(verb, arguments)


def test_the_containers_take_from_every_queue() -> None:
    workers = [line for line in fieldhand_commands() if "--queues" in line]
    assert {queue for line in workers for queue in queues_of(line)} == set(ALL_QUEUES)


def test_gunicorn_finds_the_application() -> None:
    ((target,),) = [line for line in lists_in("docker-compose.yml", "command") if "wsgi" in line[0]]
    module, factory = re.fullmatch(r"([\w.]+):(\w+)\(\)", target).groups()
    assert callable(getattr(importlib.import_module(module), factory))
