"""`fieldhand serve`."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

DEFAULT_PORT = 8080


@click.command(name="serve")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for everything that is kept.  [default: the platform's data folder]",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="Port to listen on; 0 takes any free one.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    help="Pages worked on at once.  [default: one for each core]",
)
def command(data: Path | None, host: str, port: int, workers: int | None) -> None:
    """Start everything on this machine and work in the browser; Ctrl-C stops it all."""
    from forms_app.config import load_settings
    from forms_app.embedded.components import usable_cores
    from forms_app.embedded.serving import serve

    serve(
        load_settings(data_dir=data),
        host=host,
        port=port,
        worker_processes=workers or usable_cores(),
        say=_say,
    )


def _say(line: str) -> None:
    # A terminal that was closed, or a pipe into `head`, must not stop the supervision.
    with contextlib.suppress(OSError):
        click.echo(line)
