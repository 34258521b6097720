"""`fieldhand serve`: brings everything up on one machine and stays until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future

from forms_app.config import Settings
from forms_app.embedded import premises
from forms_app.embedded.startup import (
    Say,
    make_supervisor,
    say_where_to_enter,
    start_all,
    start_workers,
)

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
    supervisor = make_supervisor(settings, say)
    try:
        await start_workers(supervisor, settings, worker_processes, say)
        await _in_thread(job)
    finally:
        await supervisor.stop()


async def _in_thread(job: Callable[[], None]) -> None:
    """Run `job` in a thread that Ctrl-C does not wait for, as it would for `to_thread`."""
    done: Future[None] = Future()
    done.set_running_or_notify_cancel()

    def run() -> None:
        try:
            job()
        except BaseException as error:  # raised again where it is waited for
            done.set_exception(error)
        else:
            done.set_result(None)

    threading.Thread(target=run, daemon=True).start()
    await asyncio.wrap_future(done)


async def _serve(
    settings: Settings, listening: socket.socket, worker_processes: int, say: Say
) -> None:
    stop = _stop_event()
    supervisor = make_supervisor(settings, say)
    starting = asyncio.create_task(
        start_all(supervisor, settings, listening, worker_processes, say)
    )
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            await say_where_to_enter(settings, listening, say)
            await stopping
        say("Stopping; work in progress is kept.")
    finally:
        starting.cancel()
        stopping.cancel()
        await supervisor.stop()
    say("Stopped.")


def _stop_event() -> asyncio.Event:
    event = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, event.set)
    return event
