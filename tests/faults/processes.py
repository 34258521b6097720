"""One part of a site: a process with children that is started, watched, frozen, killed."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.serving import REPOSITORY, descendants, is_alive, wait_until

READY_LIMIT_S = 90.0
GONE_LIMIT_S = 20.0
STOP_LIMIT_S = 60.0


class Part:
    """A process of a site; nothing restarts it but the trial, as systemd or Docker would.

    Args:
        name: What it is called in messages.
        command: Its command line.
        ready_mark: A text in its output that says it does its work.
        environment: Variables besides the test's own.
        user: Whose it is; only root can choose.
        folder: Where it runs; the repository unless told otherwise.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        ready_mark: str,
        environment: Mapping[str, str],
        user: str | None = None,
        folder: Path = REPOSITORY,
    ) -> None:
        self.name = name
        self.lines: list[str] = []
        self.environment = dict(environment)
        self._command, self._ready_mark = command, ready_mark
        self._user, self._folder = user, folder
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._started_at = 0

    @property
    def process(self) -> subprocess.Popen[str]:
        """The running one, or the last that ran."""
        assert self._process is not None
        return self._process

    @property
    def has_run(self) -> bool:
        """Whether it was ever started."""
        return self._process is not None

    def start(self) -> Part:
        """Start it; `wait_until_ready` says when it works."""
        self._started_at = len(self.lines)
        self._process = subprocess.Popen(
            self._command,
            cwd=self._folder,
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)} | self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            user=self._user,
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()
        return self

    def wait_until_ready(self) -> None:
        """Until it says so.

        Raises:
            AssertionError: It ended, or did not in time; shows its last words.
        """

        def is_ready() -> bool:
            said = self.lines[self._started_at :]
            assert self.process.poll() is None, f"{self.name} ended:\n" + "\n".join(said[-30:])
            return any(self._ready_mark in line for line in said)

        wait_until(is_ready, READY_LIMIT_S, f"{self.name} is ready")

    def restart(self) -> None:
        """Start it again and wait until it works."""
        self.start().wait_until_ready()

    def kill(self) -> None:
        """End it and its children at once, with no chance to put anything in order."""
        pids = self.pids()
        for pid in pids:
            _signal(pid, signal.SIGKILL)
        wait_until(lambda: not any(map(is_alive, pids)), GONE_LIMIT_S, f"the end of {self.name}")
        self._close()

    def ask_to_end(self) -> None:
        """SIGTERM; `stop` waits for the end."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def stop(self) -> int:
        """Ask it to end and wait until it has, killed at last; gives its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                self.kill()
        self._close()
        return self.process.returncode

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Nothing of it moves inside the block, unless it is killed there."""
        pids = self.pids()
        for pid in pids:
            _signal(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                _signal(pid, signal.SIGCONT)

    def pids(self) -> list[int]:
        """Its process and all below."""
        return [self.process.pid, *descendants(self.process.pid)]

    def times_said(self, word: str) -> int:
        """How many lines of all that it has said hold `word`."""
        return sum(word in line for line in self.lines)

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.lines.append(line.rstrip())

    def _close(self) -> None:
        self.process.wait(GONE_LIMIT_S)
        assert self._reader is not None and self.process.stdout is not None
        self._reader.join(GONE_LIMIT_S)
        self.process.stdout.close()


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
