"""`fieldhand serve` as a person meets it: one terminal, one address, nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import Serve, descendants, is_alive, nothing_left_of, start_fieldhand, wait_until

pytestmark = pytest.mark.redis


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    with Serve(tmp_path_factory.mktemp("data"), workers=1) as running:
        yield running


def get(url: str) -> tuple[int, bytes]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.status, answer.read()


def test_everything_comes_up_answers_and_goes_with_ctrl_c(tmp_path: Path) -> None:
    data_dir = tmp_path / "data folder é"
    with Serve(data_dir) as serve:
        status, body = get(f"{serve.url}/healthz")
        said = serve.said()
        with nothing_left_of(serve):
            code = serve.stop(signal.SIGINT)
    assert status == 200
    assert json.loads(body)
    assert code == 0
    for component in ("broker", "database", "workers", "beat", "web"):
        assert any(line.startswith(component) for line in said.splitlines()), said
    assert said.splitlines()[-2] == (
        "Nobody signs in: everybody on this computer is the administrator."
    )
    assert said.splitlines()[-1].startswith("Open http://127.0.0.1:")
    assert not [line for line in serve.lines if line.startswith("!")]
    assert serve.lines[-1] == "Stopped."
    assert {path.name for path in (data_dir / "logs").iterdir()} == {
        f"{name}.log" for name in ("broker", "workers", "beat", "web")
    }
    # About 2.5 s on an idle machine; this one may be shared with much else.
    assert serve.ready_after_s < 30


def test_ctrl_c_while_it_starts(tmp_path: Path) -> None:
    process = start_fieldhand("serve", "--data", str(tmp_path), "--port", "0")
    assert process.stdout is not None
    assert process.stdout.readline().startswith("broker")
    wait_until(lambda: len(descendants(process.pid)) >= 3, 20, "some parts")
    started = descendants(process.pid)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert said.splitlines()[-1] == "Stopped."
    assert "Traceback" not in said
    assert not any(map(is_alive, started))


def test_a_killed_supervisor_takes_everything_with_it(tmp_path: Path) -> None:
    with Serve(tmp_path) as serve, nothing_left_of(serve):
        serve.kill()
    with Serve(tmp_path) as again:
        assert get(f"{again.url}/healthz")[0] == 200


def test_dead_components_are_started_again(tmp_path: Path) -> None:
    with Serve(tmp_path, workers=1) as serve:
        killed = {
            "broker": serve.pids_of("valkey-server"),
            "workers": serve.pids_of("workers", "worker"),
            "beat": serve.pids_of("workers.clock"),
            "web": serve.pids_of("forms_app.embedded.web_process"),
        }
        assert all(killed.values()), killed
        for pids in killed.values():
            os.kill(min(pids), signal.SIGKILL)
        for name in killed:
            wait_until(
                lambda name=name: (
                    f"! {name} was killed by signal 9; starting it again" in serve.said()
                ),
                10,
                f"a line about {name}",
            )
        wait_until(lambda: len(descendants(serve.process.pid)) >= 5, 20, "all of them again")
        assert get(f"{serve.url}/healthz")[0] == 200
        assert not any(pid in descendants(serve.process.pid) for p in killed.values() for pid in p)


def test_two_in_one_data_folder(tmp_path: Path) -> None:
    with Serve(tmp_path, workers=1) as serve:
        code, said = refused("serve", "--data", str(tmp_path), "--port", "0")
        assert code == 2
        assert said == (
            f"fieldhand: Fieldhand already runs in {tmp_path} (process {serve.process.pid}); "
            "stop it first or choose another folder with --data."
        )


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = refused("serve", "--data", str(tmp_path), "--port", str(port))
    assert code == 2
    assert said == (
        f"fieldhand: Port {port} on 127.0.0.1 is in use; choose another with --port, or --port 0 "
        "for any free one."
    )


def test_a_host_that_is_not_ours(tmp_path: Path) -> None:
    code, said = refused("serve", "--data", str(tmp_path), "--host", "192.0.2.1")
    assert code == 2
    assert said.startswith("fieldhand: 192.0.2.1 is not an address of this machine")


def test_a_data_folder_that_cannot_be_written(tmp_path: Path) -> None:
    # Root may write anywhere, but nobody can make a folder inside a file.
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "data"
    code, said = refused("serve", "--data", str(folder), "--port", "0")
    assert code == 2
    assert said == (
        f"fieldhand: The data folder {folder} cannot be written (Not a directory); "
        "choose another with --data."
    )


def test_a_database_of_a_newer_version(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "fieldhand.db") as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
        database.execute("INSERT INTO alembic_version VALUES ('9999')")
    database.close()
    code, said = refused("serve", "--data", str(tmp_path), "--port", "0")
    assert code == 2
    assert "made by a newer Fieldhand" in said.splitlines()[-1]
    assert "Traceback" not in said


def test_damaged_queues_are_set_aside(tmp_path: Path) -> None:
    queues = tmp_path / "broker" / "appendonlydir"
    queues.mkdir(parents=True)
    (queues / "appendonly.aof.1.incr.aof").write_bytes(b"*2\r\nnonsense")
    (queues / "appendonly.aof.manifest").write_text(
        "file appendonly.aof.1.incr.aof seq 1 type i\n", encoding="ascii"
    )
    with Serve(tmp_path, workers=1) as serve:
        assert get(f"{serve.url}/healthz")[0] == 200
        assert "its queues were damaged" in serve.said()
    assert list(tmp_path.glob("broker-damaged-*"))


def refused(*arguments: str) -> tuple[int, str]:
    """Run a command that ends by itself: exit code and what it said."""
    process = start_fieldhand(*arguments)
    said, _ = process.communicate(timeout=30)
    return process.returncode, said.strip()
