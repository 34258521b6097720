"""What tests look at over HTTP: all of `fieldhand serve` in its own process, or the pages alone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler, make_server

from forms_app.services.application import Application
from tests.compiled_pages import compiled_once

REPOSITORY = Path(__file__).resolve().parent.parent
START_LIMIT_S = 60.0


class Serve:
    """Starts on entry and is ready then; on exit it is stopped and nothing of it may be left.

    Args:
        data_dir: Its data folder.
        workers: Processes that work on pages.
        **settings: Further settings, handed over as `FIELDHAND_*` variables.
    """

    def __init__(self, data_dir: Path, workers: int = 2, **settings: object) -> None:
        self.data_dir = data_dir
        self.url = ""
        self.ready_after_s = 0.0
        self.lines: list[str] = []
        self._arguments = ["--data", str(data_dir), "--port", "0", "--workers", str(workers)]
        # Tests that want chance in what review hands out say so.
        settings = {"seeded_error_every": 0, **settings}
        self._settings = {f"FIELDHAND_{name.upper()}": str(v) for name, v in settings.items()}
        self._has_url = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._reader = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Serve:
        started = time.monotonic()
        self._process = start_fieldhand("serve", *self._arguments, **self._settings)
        self._reader.start()
        if not self._has_url.wait(START_LIMIT_S) or not self.url:
            self.kill()
            raise AssertionError("serve did not come up:\n" + self.said())
        self.ready_after_s = time.monotonic() - started
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.stop()
        assert self.process.stdout is not None
        self._reader.join(5)
        self.process.stdout.close()

    @property
    def process(self) -> subprocess.Popen[str]:
        """The supervisor."""
        assert self._process is not None
        return self._process

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop; gives its exit code."""
        self.process.send_signal(number)
        return self.process.wait(40)

    def kill(self) -> None:
        """Kill the supervisor alone, as the system would when memory runs out."""
        self.process.kill()
        self.process.wait(10)

    def said(self) -> str:
        """What the operator has seen so far."""
        return "\n".join(self.lines)

    def pids_of(self, *words: str) -> list[int]:
        """Its descendants whose command line holds all of `words`."""
        return [pid for pid in descendants(self.process.pid) if set(words) <= _words_of(pid)]

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if found := re.search(r"^Open (http://\S+)", line):
                self.url = found[1]
                self._has_url.set()
        self._has_url.set()


def start_fieldhand(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    """The `fieldhand` command in a session of its own, stdout and stderr in one pipe."""
    return subprocess.Popen(
        [sys.executable, "-c", "from forms_app.cli import main; main()", *arguments],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def descendants(pid: int) -> list[int]:
    """All processes under `pid`, by the kernel's own account."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat_of(int(entry.name))):
            parents.setdefault(stat[1], []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def is_alive(pid: int) -> bool:
    """Whether the process exists and is more than a zombie."""
    stat = _stat_of(pid)
    return stat is not None and stat[0] != "Z"


def wait_until(condition: Callable[[], bool], limit_s: float, what: str) -> None:
    """Poll until `condition` holds.

    Raises:
        AssertionError: It did not hold in time; names `what`.
    """
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, f"not within {limit_s:g} s: {what}"
        time.sleep(0.05)


@contextmanager
def nothing_left_of(serve: Serve) -> Iterator[None]:
    """Whatever happens inside, all processes that ran at its start are gone soon after."""
    before = descendants(serve.process.pid)
    assert before
    yield
    wait_until(lambda: not any(map(is_alive, before)), 5, f"an end of {before}")


def _stat_of(pid: int) -> tuple[str, int] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, parent = text.rpartition(")")[2].split()[:2]
    return state, int(parent)


def _words_of(pid: int) -> set[str]:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return set()
    # A server may have written a title of its own over its arguments, separated by spaces.
    words = command.decode("utf-8", "replace").replace("\0", " ").split()
    return {Path(word).name for word in words}


@contextmanager
def pages_of(app: Application) -> Iterator[str]:
    """Address of the pages alone over `app`, served by threads of this process."""
    with wsgi_served(compiled_once(app)) as url:
        yield url


@contextmanager
def wsgi_served(
    application: Any, handler: type[WSGIRequestHandler] = WSGIRequestHandler
) -> Iterator[str]:
    """Address of `application`, served by threads of this process."""
    # waitress has no way to be stopped from outside its own loop.
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=handler)
    assert isinstance(server, ThreadedWSGIServer)
    # What is still being answered ends before the application behind it does.
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
