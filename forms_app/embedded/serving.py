"""`fieldhand serve`: brings everything up on one machine and stays until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from forms_app.config import Settings
from forms_app.embedded import broker, components, premises
from forms_app.embedded.supervisor import StartError, Supervisor
from forms_app.embedded.tether import tethered

Say = Callable[[str], None]
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def serve(settings: Settings, host: str, port: int, worker_processes: int, say: Say) -> None:
    """Run everything until a stop signal; returns when every process has ended.

    Args:
        settings: Where data lies; a broker or database of one's own is used when it names one.
        host: The address to listen on.
        port: 0 takes any free one.
        worker_processes: How many pages are worked on at once.
        say: Shows one line to the operator.

    Raises:
        UserError: The folder, port or host cannot be used; nothing was started.
        StartError: A component does not come up; the others were stopped again.
    """
    with (
        premises.claim_data_folder(settings.data_dir),
        premises.bind(host, port) as listening,
    ):
        asyncio.run(_serve(settings, listening, worker_processes, say))


def run_job(settings: Settings, worker_processes: int, say: Say, job: Callable[[], None]) -> None:
    """Run database, broker and workers for as long as `job` takes; no web server.

    Args:
        settings: As for `serve`.
        worker_processes: How many pages are worked on at once.
        say: Shows one line to the operator.
        job: Called in a thread of its own once everything is up.

    Raises:
        UserError: The data folder cannot be used; nothing was started.
        StartError: A component does not come up.
        FieldhandError: What the job raised.
    """
    with premises.claim_data_folder(settings.data_dir):
        asyncio.run(_run_job(settings, worker_processes, say, job))


async def _run_job(
    settings: Settings, worker_processes: int, say: Say, job: Callable[[], None]
) -> None:
    supervisor = _supervisor(settings, say)
    try:
        await _start_workers(supervisor, settings, worker_processes, say)
        await _in_thread(job)
    finally:
        await supervisor.stop()


async def _in_thread(job: Callable[[], None]) -> None:
    """Run `job` in a thread that Ctrl-C does not wait for, as it would for `to_thread`."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def finish(error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error:
            done.set_exception(error)
        else:
            done.set_result(None)

    def run() -> None:
        error: BaseException | None = None
        try:
            job()
        except BaseException as raised:  # handed to whoever waits
            error = raised
        with contextlib.suppress(RuntimeError):  # the loop may be gone
            loop.call_soon_threadsafe(finish, error)

    threading.Thread(target=run, daemon=True).start()
    await done


async def _serve(
    settings: Settings, listening: socket.socket, worker_processes: int, say: Say
) -> None:
    stop = _stop_event()
    supervisor = _supervisor(settings, say)
    starting = asyncio.create_task(
        _start_all(supervisor, settings, listening, worker_processes, say)
    )
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            say(f"Open {premises.url_of(listening)} - stop with Ctrl-C.")
            await stopping
        say("Stopping; work in progress is kept.")
    finally:
        starting.cancel()
        stopping.cancel()
        await supervisor.stop()
    say("Stopped.")


def _supervisor(settings: Settings, say: Say) -> Supervisor:
    return Supervisor(
        settings.data_dir / "logs",
        say,
        before_restart=lambda name, last_words: _mend(settings, name, last_words, say),
    )


async def _start_all(
    supervisor: Supervisor,
    settings: Settings,
    listening: socket.socket,
    worker_processes: int,
    say: Say,
) -> None:
    """The web server loads beside the rest; its address is not known to anybody yet."""
    web = components.web_component(settings, listening.fileno())
    await _side_by_side(
        _start_workers(supervisor, settings, worker_processes, say),
        _start(supervisor, web, say),
    )


async def _start_workers(
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
    code, last = await _run_database_module(settings)
    if code:
        raise StartError(f"database did not start: {last}")
    say(f"{'database':<9} {last}")


async def _run_database_module(settings: Settings) -> tuple[int, str]:
    """Exit code and last line of `embedded.database`."""
    process = await asyncio.create_subprocess_exec(
        *tethered((sys.executable, "-P", "-m", "forms_app.embedded.database")),
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
        code, last = await _run_database_module(settings)
        if code:
            say(f"! database: {last}")
    elif name == "broker" and (aside := broker.set_damaged_queues_aside(settings, last_words)):
        say(f"! broker: its queues were damaged and lie in {aside} now; their work is sent again")


def _stop_event() -> asyncio.Event:
    event = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, event.set)
    return event
