"""`fieldhand worker`."""

from __future__ import annotations

import os

import click

from forms_app.queues import ALL_QUEUES


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
@click.option("--beat", is_flag=True, help="Run the clock that looks for lost work instead.")
def command(queues: str, processes: int | None, name: str | None, beat: bool) -> None:
    """Run one Celery worker in the foreground; settings come from FIELDHAND_* variables.

    A GPU is used by a worker for the queue `read` with one process.
    """
    from forms_app.config import load_settings
    from forms_app.embedded.components import beat_command, usable_cores, worker_command

    level = load_settings().log_level
    label = name or queues.replace(",", "-")
    arguments = (
        beat_command(level)
        if beat
        else worker_command(queues, processes or usable_cores(), label, level)
    )
    os.execv(arguments[0], arguments)
