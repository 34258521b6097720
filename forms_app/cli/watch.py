"""`fieldhand watch`: what scanners put into a folder goes into batches."""

from __future__ import annotations

import signal
from pathlib import Path
from threading import Event

import click

from forms_app.cli.applications import (
    TEMPLATE_HELP,
    chosen_project,
    data_option,
    opened_application,
    project_option,
    say_if_nobody_reads,
)


@click.command(name="watch")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--template", required=True, help=TEMPLATE_HELP)
@click.option(
    "--batch",
    default="day",
    show_default=True,
    help="'day': a batch for each day; 'folder': one for each folder inside; or a batch's name.",
)
@click.option(
    "--settle",
    type=click.FloatRange(0, 3600),
    default=5.0,
    show_default=True,
    help="Seconds for which a file must have stayed the same before it is taken.",
)
@project_option
@data_option
def command(
    folder: Path,
    template: str,
    batch: str,
    settle: float,
    project: str | None,
    data: Path | None,
) -> None:
    """Take what is put into FOLDER into batches, until Ctrl-C.

    Taken files are moved to FOLDER/done, those that cannot be read to FOLDER/failed with the reason
    in a text file beside them. Network folders work: the folder is looked at every two seconds.
    """
    from forms_app.services.named_batches import destination
    from forms_app.services.watching import WatchPlan, watch

    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with opened_application(data) as app:
        project_id = chosen_project(app, project)
        destination(app, template, project_id)
        plan = WatchPlan(folder.absolute(), template, batch, settle, project_id)
        say_if_nobody_reads(app)
        click.echo(f"Watching {plan.folder}; stop with Ctrl-C.")
        watch(app, plan, stop, click.echo, lambda line: click.echo(line, err=True))
    click.echo("Stopped.")
