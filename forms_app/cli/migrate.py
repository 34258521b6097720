"""`fieldhand migrate`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="migrate")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Data folder of the embedded database.  [default: the platform's data folder]",
)
def command(data: Path | None) -> None:
    """Bring the database to the newest schema; does nothing when it is there already."""
    from forms_app.config import load_settings
    from forms_app.embedded.database import migrate

    click.echo(migrate(load_settings(data_dir=data)))
