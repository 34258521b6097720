"""The manual's pages for programmers, as a reader would type them, at one `fieldhand serve`."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.serving import REPOSITORY, Serve

FIRST = REPOSITORY / "docs" / "first-integration.md"
CLIENT = REPOSITORY / "docs" / "api-client.md"
LIMIT_S = 240
SCOPES = ("see", "design", "intake", "review", "export")


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Started as the first command of the first page says."""
    *settings, program, verb = shlex.split(_blocks(FIRST, "bash")[0])
    assert (program, verb) == ("fieldhand", "serve")
    told = dict(each.removeprefix("FIELDHAND_").lower().split("=", 1) for each in settings)
    data_dir = tmp_path_factory.mktemp("serve") / "data"
    with Serve(data_dir, workers=1, **told) as found:
        yield found


@pytest.mark.redis
def test_the_commands_of_the_first_integration_work(serve: Serve, tmp_path: Path) -> None:
    # A reader sees a command that fails; a script has to be told.
    script = "\n".join(["set -euo pipefail", *_blocks(FIRST, "bash")[1:]])
    told = _run(script, tmp_path, _environment(serve) | {"RECEIVER_PORT": str(_free_port())})
    lines = told.splitlines()
    assert lines[1] == "401"
    assert "form-0002.jpg" in lines
    assert [line for line in lines if re.fullmatch(r"form-0001.jpg surname \w+ \w+ [\d.e-]+", line)]
    events = (tmp_path / "events.txt").read_text().split()
    assert events == lines[-len(events) :]
    assert sorted(set(events)) == ["batch.processed", "export.finished", "ping"]
    assert len((tmp_path / "data.csv").read_text("utf-8-sig").splitlines()) == 3


@pytest.mark.redis
def test_the_examples_of_the_client_work(serve: Serve, tmp_path: Path) -> None:
    scopes = " ".join(f"--scope {scope}" for scope in SCOPES)
    program = "\n".join(_blocks(CLIENT, "python"))
    (tmp_path / "examples.py").write_text(program)
    script = f"set -eu; export TOKEN=$(fieldhand token add client {scopes}); python examples.py"
    lines = _run(script, tmp_path, _environment(serve)).splitlines()
    assert lines[0].endswith("may design, export, intake, review, see")
    assert any(line.startswith("1 forms, ") for line in lines)
    assert any(line.startswith("surname ") for line in lines)
    assert lines[-1] == "deleted, or another project's"
    assert "MILLER" in (tmp_path / "forms.csv").read_text("utf-8-sig")
    assert (tmp_path / "template.zip").read_bytes().startswith(b"PK")


def _blocks(page: Path, language: str) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def _environment(serve: Serve) -> dict[str, str]:
    return os.environ | {
        "FIELDHAND": serve.url,
        "FIELDHAND_DATA_DIR": str(serve.data_dir),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(REPOSITORY),
    }


def _run(script: str, folder: Path, environment: dict[str, str]) -> str:
    """What a script of bash says; nothing that it started is left."""
    told, complaints = folder / "told.txt", folder / "complaints.txt"
    with told.open("w") as output, complaints.open("w") as errors:
        shell = subprocess.Popen(
            ["bash", "-c", script],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
        try:
            code = shell.wait(LIMIT_S)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)
            shell.wait()
    assert code == 0, complaints.read_text() + told.read_text()
    return told.read_text()


def _free_port() -> int:
    """Below those that the system gives to connections, so that none takes it meanwhile."""
    for port in range(20_000 + os.getpid() % 10_000, 32_000):
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port")
