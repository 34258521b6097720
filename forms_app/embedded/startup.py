"""Bringing the parts up in the right order, and mending what a dead one left behind."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from forms_app.config import Settings
from forms_app.config.sign_in import is_loopback, with_sign_in_decided
from forms_app.embedded import broker, components, premises
from forms_app.embedded.supervisor import StartError, Supervisor
from forms_app.embedded.tether import tethered

Say = Callable[[str], None]
DATABASE = "forms_app.embedded.database"


def make_supervisor(settings: Settings, say: Say) -> Supervisor:
    """A supervisor that keeps its logs in the data folder."""
    return Supervisor(
        settings.data_dir / "logs",
        say,
        before_restart=lambda name, last_words: _mend(settings, name, last_words, say),
    )


async def start_all(
    supervisor: Supervisor,
    settings: Settings,
    listening: socket.socket,
    worker_processes: int,
    say: Say,
) -> None:
    """The web server loads beside the rest; its address is not known to anybody yet."""
    web = components.web_component(settings, listening.fileno())
    await _side_by_side(
        start_workers(supervisor, settings, worker_processes, say),
        _start(supervisor, web, say),
    )
    if settings.watch_folder:
        await _start(supervisor, components.watch_component(settings), say)


async def start_workers(
    supervisor: Supervisor, settings: Settings, worker_processes: int, say: Say
) -> None:
    """Database and broker first, then the workers, which may find tasks waiting."""
    first = [_prepare_database(settings, say)]
    if settings.is_embedded_broker:
        first.append(_start(supervisor, components.broker_component(settings), say))
    await _side_by_side(*first)
    await _side_by_side(
        _start(supervisor, components.workers_component(settings, worker_processes), say),
        _start(supervisor, components.beat_component(settings), say),
    )


async def say_where_to_enter(settings: Settings, listening: socket.socket, say: Say) -> None:
    """The address, whether people sign in, and how the first of them gets in."""
    address, url = listening.getsockname()[0], premises.url_of(listening)
    is_open = with_sign_in_decided(settings, address).sign_in != "required"
    if is_open and is_loopback(address):
        say("Nobody signs in: everybody on this computer is the administrator.")
    elif is_open:
        say("! Nobody signs in (sign_in is off): whoever reaches the pages is the administrator.")
    say(f"Open {url} - stop with Ctrl-C.")
    if not is_open:
        await _say_first_link(settings, url, say)


async def _say_first_link(settings: Settings, url: str, say: Say) -> None:
    code, last = await _run_module(settings, "forms_app.embedded.first_link")
    if code:
        say(f"! sign-in: {last}")
    elif last:
        say("Nobody can sign in yet. Within 24 hours, the first administrator opens this link:")
        say(f"  {settings.site_url or url}/invitation/{last}")


async def _start(supervisor: Supervisor, component: components.Component, say: Say) -> None:
    await supervisor.start(component)
    say(f"{component.name:<9} {component.summary}")


async def _side_by_side(*starts: Coroutine[Any, Any, None]) -> None:
    """Wait for all of them; the first failure cancels the others and is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for start in starts:
                group.create_task(start)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None


async def _prepare_database(settings: Settings, say: Say) -> None:
    code, last = await _run_module(settings, DATABASE, components.LOOK_FIRST)
    if code == components.CANNOT_WORK:
        raise StartError(last)
    if code:
        raise StartError(f"database did not start: {last}")
    say(f"{'database':<9} {last}")


async def _run_module(settings: Settings, module: str, *arguments: str) -> tuple[int, str]:
    """Exit code and last line of a module of ours."""
    process = await asyncio.create_subprocess_exec(
        *tethered((sys.executable, "-P", "-m", module, *arguments)),
        env=os.environ | components.environment_of(settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:  # cancelled: migrations are transactions
            process.kill()
            await process.wait()
    last = output.decode("utf-8", "replace").strip().rpartition("\n")[2]
    return process.returncode or 0, last


async def _mend(settings: Settings, name: str, last_words: str, say: Say) -> None:
    """What a component that died may have left behind."""
    if name == "workers":
        code, last = await _run_module(settings, DATABASE)
        if code:
            say(f"! database: {last}")
    elif name == "broker" and (aside := broker.set_damaged_queues_aside(settings, last_words)):
        say(f"! broker: its queues were damaged and lie in {aside} now; their work is sent again")
