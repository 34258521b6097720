"""`fieldhand worker`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from forms_app.queues import ALL_QUEUES, READ

if TYPE_CHECKING:
    from forms_app.config import Settings


def _known_queues(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    names = [name.strip() for name in value.split(",") if name.strip()]
    unknown = sorted(set(names) - set(ALL_QUEUES))
    if unknown or not names:
        raise click.BadParameter(
            f"there is no queue {', '.join(unknown) or value!r}; the queues are "
            f"{', '.join(ALL_QUEUES)}."
        )
    return ",".join(names)


@click.command(name="worker")
@click.option(
    "--queues",
    default=",".join(ALL_QUEUES),
    show_default=True,
    callback=_known_queues,
    help="Queues to take work from, separated by commas.",
)
@click.option(
    "--processes",
    type=click.IntRange(1, 256),
    help="Pages worked on at once.  [default: one for each core]",
)
@click.option("--name", help="Name of this worker among others.  [default: from queues and host]")
@click.option("--solo", is_flag=True, help="Work in the worker's own process: one for each GPU.")
@click.option("--beat", is_flag=True, help="Run the clock that looks for lost work instead.")
@click.option(
    "--metrics-port",
    type=click.IntRange(0, 65535),
    help="Give counts to Prometheus on this port; 0 is none.  [default: the setting metrics_port]",
)
@click.option("--check", is_flag=True, help="Ask the one that runs here whether it is at work.")
def command(
    queues: str,
    processes: int | None,
    name: str | None,
    solo: bool,
    beat: bool,
    metrics_port: int | None,
    check: bool,
) -> None:
    """Run one Celery worker in the foreground; settings come from FIELDHAND_* variables.

    A worker for the queue `read` alone is --solo where a GPU is seen and the engine uses it.
    --check needs the setting metrics_port.
    """
    from forms_app.config import PREFIX, load_settings
    from forms_app.embedded import components

    settings = load_settings(metrics_port=metrics_port)
    if check:
        from forms_app.cli.worker_life import check_worker

        click.echo(check_worker(settings))
        return
    solo = solo or _reads_on_gpu(settings, queues, processes)
    if solo and processes not in (None, 1):
        raise click.UsageError("--solo works in one process; leave out --processes.")
    label = name or queues.replace(",", "-")
    count = 0 if solo else processes or components.usable_cores()
    arguments = (
        components.beat_command(settings.log_level)
        if beat
        else components.worker_command(queues, count, label, settings.log_level)
    )
    if metrics_port is not None:
        os.environ[PREFIX + "METRICS_PORT"] = str(metrics_port)
    os.execv(arguments[0], arguments)


def _reads_on_gpu(settings: Settings, queues: str, processes: int | None) -> bool:
    """TensorFlow on a GPU must not be forked, and several processes would fight for its memory."""
    from forms_app.reading.classifier import gpu_expected

    is_reader_alone = queues == READ and processes in (None, 1)
    return is_reader_alone and settings.engine != "litert" and gpu_expected()
