"""Supervision, with small scripts in the place of real parts."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from forms_app.embedded import supervisor as module
from forms_app.embedded.components import Component
from forms_app.embedded.supervisor import StartError, Supervisor
from tests.serving import descendants, is_alive, wait_until

READY = "print('ready', flush=True); "
FOREVER = "import time; time.sleep(600)"


def component(code: str, name: str = "part", **options: object) -> Component:
    return Component(name, "a part", (sys.executable, "-c", code), "ready", **options)  # type: ignore[arg-type]


def supervise(
    folder: Path, trial: Callable[[Supervisor], Awaitable[None]]
) -> tuple[list[str], list[tuple[str, str]]]:
    """What was said, and each restart with the last words before it."""
    said: list[str] = []
    restarts: list[tuple[str, str]] = []

    async def note(name: str, last_words: str) -> None:
        restarts.append((name, last_words))

    async def run() -> None:
        supervisor = Supervisor(folder, said.append, note)
        try:
            await trial(supervisor)
        finally:
            await supervisor.stop()

    asyncio.run(run())
    return said, restarts


def test_problems_are_shown_and_everything_is_logged(tmp_path: Path) -> None:
    code = "print('12:00 WARNING low on ink'); print('12:01 INFO x' + 'y' * 3000000); "

    async def trial(supervisor: Supervisor) -> None:
        await supervisor.start(component(code + READY + FOREVER))

    said, restarts = supervise(tmp_path, trial)
    assert said == ["! part: 12:00 WARNING low on ink"]
    assert not restarts
    first, *_, last = (tmp_path / "part.log").read_text().splitlines()
    assert (first, last) == ("12:00 WARNING low on ink", "ready")
    assert "(a line too long to keep)" in (tmp_path / "part.log").read_text()


def test_what_never_starts_is_an_error_with_its_last_line(tmp_path: Path) -> None:
    async def trial(supervisor: Supervisor) -> None:
        await supervisor.start(component("import sys; sys.exit('no such thing')"))

    with pytest.raises(StartError, match=r"part did not start: no such thing \(all of it in"):
        supervise(tmp_path, trial)


def test_what_stays_silent_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "START_LIMIT_S", 0.5)

    async def trial(supervisor: Supervisor) -> None:
        await supervisor.start(component(FOREVER))

    with pytest.raises(StartError, match="part did not start: no output"):
        supervise(tmp_path, trial)


def test_restarts_come_slower_and_slower(tmp_path: Path) -> None:
    async def trial(supervisor: Supervisor) -> None:
        await supervisor.start(component(READY + "raise SystemExit(3)"))
        while len(restarts_seen()) < 2:
            await asyncio.sleep(0.05)

    def restarts_seen() -> list[str]:
        return (tmp_path / "part.log").read_text().split()[1:]

    said, restarts = supervise(tmp_path, trial)
    assert said[:2] == [
        "! part ended with exit code 3; starting it again in 0.2 s",
        "! part ended with exit code 3; starting it again in 0.4 s",
    ]
    assert restarts[0] == ("part", "ready")


def test_what_does_not_stop_is_killed_with_its_children(tmp_path: Path) -> None:
    stubborn = "import os, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.fork(); "
    children: set[int] = set()
    others = set(descendants(os.getpid()))

    async def trial(supervisor: Supervisor) -> None:
        part = component(stubborn + READY + FOREVER, stop_grace_s=0.3)
        await supervisor.start(part)
        children.update(set(descendants(os.getpid())) - others)

    started = time.monotonic()
    supervise(tmp_path, trial)
    assert len(children) >= 2
    wait_until(lambda: not any(map(is_alive, children)), 5, "killed processes are gone")
    assert time.monotonic() - started < 10


def test_what_others_need_stops_last(tmp_path: Path) -> None:
    says_when = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit("
        "print(time.monotonic(), flush=True))); "
    )

    async def trial(supervisor: Supervisor) -> None:
        code = says_when + READY + FOREVER
        await supervisor.start(component(code, "needed", is_needed_by_others=True))
        slow = code.replace("sys.exit(", "sys.exit(time.sleep(0.3) or ")
        await supervisor.start(component(slow, "user"))

    supervise(tmp_path, trial)
    ended = {
        name: float((tmp_path / f"{name}.log").read_text().split()[-1])
        for name in ("needed", "user")
    }
    assert ended["user"] < ended["needed"]


def test_a_restart_that_fails_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No memory for a new process just now, nor room to mend anything."""
    said: list[str] = []
    real, starts = module.tethered, iter(range(9))

    def tethered(command: tuple[str, ...]) -> tuple[str, ...]:
        if next(starts) == 1:
            raise OSError("Cannot allocate memory")
        return real(command)

    async def fail(_name: str, _last_words: str) -> None:
        raise OSError("No space left on device")

    async def run() -> None:
        supervisor = Supervisor(tmp_path, said.append, fail)
        await supervisor.start(component(READY + "raise SystemExit(3)"))
        while (tmp_path / "part.log").read_text().count("ready") < 2:
            await asyncio.sleep(0.05)
        await supervisor.stop()

    monkeypatch.setattr(module, "tethered", tethered)
    asyncio.run(asyncio.wait_for(run(), 30))
    assert said[:3] == [
        "! part ended with exit code 3; starting it again in 0.2 s",
        "! part: what it left behind cannot be mended: No space left on device",
        "! part could not be started; starting it again in 0.4 s",
    ]
