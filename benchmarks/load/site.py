"""A production site of its own: PostgreSQL, a broker, gunicorn, separate workers and the clock."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import urlopen

import psutil
from sqlalchemy import text

import migrations
from benchmarks.load.servers import postgres_server, valkey_server
from forms_app.bootstrap import bootstrap
from forms_app.config import PREFIX, load_settings
from forms_app.embedded.components import ONE_THREAD, READY_MARK
from forms_app.services.application import Application
from tests.servers import free_port
from tests.serving import REPOSITORY, start_fieldhand

START_LIMIT_S = 120.0
STOP_LIMIT_S = 60.0
# Each statement is a line of the log, under the name of the part that asked.
LOGGED = {"log_statement": "all", "log_line_prefix": "%a|", "log_parameter_max_length": "0"}
SERVER = {"shared_buffers": "512MB", "max_wal_size": "4GB"}
WEB_THREADS = 8
REVIEW_BELOW = 0.9999
HANDED_ON = ("data_dir", "database_url", "broker_url", "seeded_error_every", "review_below")


@dataclass(frozen=True, slots=True)
class Site:
    """A running site. `parts` are its processes by name; each may have children."""

    app: Application
    port: int
    folder: Path
    broker_url: str
    parts: dict[str, int]

    @property
    def log(self) -> Path:
        """What the database wrote."""
        return self.folder / "postgres" / "log"


@contextmanager
def running(folder: Path, workers: int, web_processes: int) -> Iterator[Site]:
    """A site with its data in `folder`; nothing of it is left at the end.

    Args:
        workers: Separate workers of one process each, which take from every queue.
    """
    with ExitStack() as stack:
        database_url = stack.enter_context(postgres_server(folder / "postgres", SERVER | LOGGED))
        broker_url, broker_pid = stack.enter_context(valkey_server(folder / "broker"))
        settings = load_settings(
            {},
            data_dir=folder / "data",
            database_url=database_url,
            broker_url=broker_url,
            seeded_error_every=0,
            # Nearly everything goes to review, so that people have something to do.
            review_below=REVIEW_BELOW,
            log_level="warning",
        )
        app = bootstrap(settings)
        stack.callback(app.close)
        migrations.upgrade(app.engine)
        environment = {
            PREFIX + name.upper(): str(getattr(settings, name))
            for name in (
                "data_dir",
                "database_url",
                "broker_url",
                "seeded_error_every",
                "review_below",
            )
        } | {PREFIX + "LOG_LEVEL": "warning", PREFIX + "SIGN_IN": "off"}
        port = free_port()
        logs = folder / "logs"
        logs.mkdir()
        parts = {"broker": broker_pid, "postgres": _postgres_pid(app)}
        for number in range(workers):
            command = ("worker", "--processes", "1", "--name", f"load-{number + 1}")
            name = f"worker {number + 1}"
            process = stack.enter_context(
                _fieldhand(command, environment | ONE_THREAD | {"PGAPPNAME": "worker"}, logs / name)
            )
            parts[name] = process.pid
        of_clock, of_web = ({**environment, "PGAPPNAME": name} for name in ("clock", "web"))
        beat = _fieldhand(("worker", "--beat"), of_clock, logs / "clock")
        parts["clock"] = stack.enter_context(beat).pid
        web = _gunicorn(port, web_processes, of_web, logs / "web")
        parts["web"] = stack.enter_context(web).pid
        _wait_until_answering(port)
        yield Site(app, port, folder, broker_url, parts)


@contextmanager
def _fieldhand(
    command: tuple[str, ...], environment: dict[str, str], log: Path
) -> Iterator[subprocess.Popen[str]]:
    process = start_fieldhand(*command, **environment)
    assert process.stdout is not None
    ready = threading.Event()
    # Somebody has to read all of it: a full pipe would stop the process.
    copying = threading.Thread(target=_copy, args=(process.stdout, log, ready))
    copying.start()
    try:
        if not ready.wait(START_LIMIT_S) or process.poll() is not None:
            raise SystemExit(f"{' '.join(command)} did not come up; see {log}.")
        yield process
    finally:
        _stop(process)
        copying.join()
        process.stdout.close()


def _copy(lines: IO[str], log: Path, ready: threading.Event) -> None:
    with log.open("w", encoding="utf-8") as out:
        for line in lines:
            out.write(line)
            if READY_MARK in line:
                ready.set()
    ready.set()


@contextmanager
def _gunicorn(
    port: int, processes: int, environment: dict[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"),
                *("--workers", str(processes), "--threads", str(WEB_THREADS), "--timeout", "120"),
                "forms_app.web.wsgi:make_app()",
            ],
            cwd=REPOSITORY,
            env=os.environ | environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        for child in psutil.Process(process.pid).children(recursive=True):
            child.kill()
        process.kill()
        process.wait()


def _postgres_pid(app: Application) -> int:
    with app.engine.connect() as connection:
        backend = connection.scalar(text("SELECT pg_backend_pid()"))
    return psutil.Process(backend).ppid()


def _wait_until_answering(port: int) -> None:
    end = time.monotonic() + START_LIMIT_S
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30) as answer:
                answer.read()
            return
        except (URLError, ConnectionError, TimeoutError):
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
