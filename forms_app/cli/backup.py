"""`fieldhand backup`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from forms_app.cli.applications import data_option

SOME_LOST = 3


@click.command(name="backup")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--keep",
    type=click.IntRange(1),
    help="So many backups stay in FOLDER, this one included.  [default: all]",
)
@data_option
def command(folder: Path, keep: int | None, data: Path | None) -> None:
    """Add a backup of database and files to FOLDER; the site may be at work meanwhile.

    Only files that are new since the last backup are copied. Exit code 3: some files of the site
    are missing or damaged, each named; everything else is in the backup.
    """
    from forms_app.cli.applications import unmigrated_application
    from forms_app.services.backing_up import back_up
    from migrations import current_revision

    with unmigrated_application(data) as app:
        revision = current_revision(app.engine)
        if revision is None:
            raise click.UsageError("The database is empty: there is nothing to back up.")
        report = back_up(app, folder, revision, keep)
    click.echo(
        f"{folder / report.name}: the database and {report.files:,} files, {report.copied:,} new"
    )
    if report.gone:
        click.echo(f"{len(report.gone):,} files were deleted meanwhile")
    for name in report.dropped:
        click.echo(f"dropped {name}")
    for key in report.damaged:
        click.echo(f"fieldhand: the file {key} is missing or damaged on this site.", err=True)
    if report.damaged:
        sys.exit(SOME_LOST)
