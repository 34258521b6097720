"""Starts processes, keeps them running, shows their troubles, stops them all."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import logging.handlers
import os
import signal
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from forms_app.embedded.components import Component
from forms_app.embedded.tether import tethered
from forms_app.errors import FieldhandError

FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 30.0
# A process that ran this long was healthy: its next failure starts the back-off anew.
HEALTHY_S = 30.0
START_LIMIT_S = 60.0
LOG_BYTES = 5_000_000
LOG_BACKUPS = 3
LONGEST_LINE = 2**20


class StartError(FieldhandError):
    """A component ended, or stayed silent, before it was ready."""

    code = "start"


@dataclass(slots=True)
class _Running:
    component: Component
    log: logging.Logger
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=40))
    process: asyncio.subprocess.Process | None = None
    keeper: asyncio.Task[None] | None = None


class Supervisor:
    """The processes of one `serve`; use it from one event loop in the main thread.

    Args:
        log_dir: Where each component's output goes, in rotated files of at most 20 MB together.
        say: Shows one line to the operator.
        before_restart: Awaited with a component's name and last output before it starts again.
    """

    def __init__(
        self,
        log_dir: Path,
        say: Callable[[str], None],
        before_restart: Callable[[str, str], Awaitable[None]],
    ) -> None:
        self._log_dir = log_dir
        self._say = say
        self._before_restart = before_restart
        self._running: list[_Running] = []
        self._stopping = asyncio.Event()

    async def start(self, component: Component) -> None:
        """Start `component`, keep it running from now on, return when it is ready.

        Raises:
            StartError: It was not ready within a minute or keeps ending before it is.
        """
        running = _Running(component, _open_log(self._log_dir, component.name))
        self._running.append(running)
        running.keeper = asyncio.create_task(self._keep_running(running))
        ready = asyncio.create_task(running.ready.wait())
        await asyncio.wait(
            {ready, running.keeper}, timeout=START_LIMIT_S, return_when=asyncio.FIRST_COMPLETED
        )
        ready.cancel()
        if not running.ready.is_set() and not self._stopping.is_set():
            raise StartError(self._why_not_started(running))

    async def stop(self) -> None:
        """Stop everything, what others need last; nothing is left running afterwards."""
        self._stopping.set()
        for are_needed in (False, True):
            await asyncio.gather(
                *(
                    _stop(running)
                    for running in self._running
                    if running.component.is_needed_by_others == are_needed
                )
            )

    async def _keep_running(self, running: _Running) -> None:
        delay_s = FIRST_DELAY_S
        while not self._stopping.is_set():
            started = time.monotonic()
            try:
                await self._run_once(running)
            except OSError as error:  # no process to be had for now: too many, too little memory
                running.last_lines.append(f"it could not be started: {error}")
            if self._stopping.is_set():
                return
            if time.monotonic() - started > HEALTHY_S:
                delay_s = FIRST_DELAY_S
            if not running.ready.is_set() and delay_s > 1.0:
                return  # It never worked: `start` reports that.
            name = running.component.name
            self._say(f"! {name} {_how_ended(running)}; starting it again in {delay_s:g} s")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay_s)
            delay_s = min(delay_s * 2, LONGEST_DELAY_S)
            try:
                await self._before_restart(name, "\n".join(running.last_lines))
            except OSError as error:
                self._say(f"! {name}: what it left behind cannot be mended: {error}")
            running.last_lines.clear()

    async def _run_once(self, running: _Running) -> None:
        component = running.component
        running.process = None
        running.process = await asyncio.create_subprocess_exec(
            *tethered(component.command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=os.environ | {"PYTHONUNBUFFERED": "1"} | dict(component.environment),
            pass_fds=component.inherited_fds,
            # Its own session: Ctrl-C in the terminal reaches the supervisor alone.
            start_new_session=True,
            limit=LONGEST_LINE,
        )
        if self._stopping.is_set():
            _signal_group(running.process, signal.SIGKILL)
        reading = asyncio.create_task(self._read_output(running, running.process))
        await running.process.wait()
        # What is left of its group, such as a pool's children, must not outlive it.
        _signal_group(running.process, signal.SIGKILL)
        await reading

    async def _read_output(self, running: _Running, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        component = running.component
        while line := await _next_line(process.stdout):
            text = line.decode("utf-8", "replace").rstrip()
            running.log.info(text)
            running.last_lines.append(text)
            if component.ready_mark in text:
                running.ready.set()
            elif component.problem_pattern.search(text) and not self._stopping.is_set():
                self._say(f"! {component.name}: {text}")

    def _why_not_started(self, running: _Running) -> str:
        name = running.component.name
        last = next((line for line in reversed(running.last_lines) if line.strip()), "no output")
        return f"{name} did not start: {last} (all of it in {self._log_dir / name}.log)"


class _LogFile(logging.handlers.RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """A full disk must not stop the supervision; the line is lost."""


async def _next_line(stream: asyncio.StreamReader) -> bytes:
    try:
        return await stream.readline()
    except ValueError:  # longer than LONGEST_LINE; the reader has dropped it
        return b"(a line too long to keep)\n"


async def _stop(running: _Running) -> None:
    await _stop_process(running)
    if running.keeper:
        await running.keeper
    for handler in running.log.handlers:
        handler.close()


async def _stop_process(running: _Running) -> None:
    process = running.process
    if process is None or process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(running.component.stop_signal)
    try:
        await asyncio.wait_for(process.wait(), running.component.stop_grace_s)
    except TimeoutError:
        _signal_group(process, signal.SIGKILL)
        await process.wait()


def _signal_group(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _how_ended(running: _Running) -> str:
    if running.process is None:
        return "could not be started"
    code = running.process.returncode
    if code is not None and code < 0:
        return f"was killed by signal {-code}"
    return f"ended with exit code {code}"


def _open_log(log_dir: Path, name: str) -> logging.Logger:
    log_dir.mkdir(parents=True, exist_ok=True)
    handler = _LogFile(
        log_dir / f"{name}.log", maxBytes=LOG_BYTES, backupCount=LOG_BACKUPS, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(message)s"))
    log = logging.Logger(name)
    log.addHandler(handler)
    return log
