"""`fieldhand restore`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from forms_app.cli.applications import data_option
from forms_app.cli.backup import SOME_LOST


@click.command(name="restore")
@click.argument("folder", type=click.Path(file_okay=False, exists=True, path_type=Path))
@click.option("--backup", "name", help="Which one, by its name.  [default: the newest]")
@click.option("--check", "only_check", is_flag=True, help="Read all of it; change nothing.")
@data_option
def command(folder: Path, name: str | None, only_check: bool, data: Path | None) -> None:
    """Fill an empty site from a backup in FOLDER, then bring its database to this version's schema.

    Exit code 3: some files of the backup are missing or damaged, each named; everything else is
    restored.
    """
    from forms_app.cli.applications import unmigrated_application
    from forms_app.config import load_settings
    from forms_app.embedded.database import migrate
    from forms_app.services.restoring import check, restore
    from forms_app.services.template_views import refresh_views
    from migrations import known_revisions

    if only_check:
        report = check(folder, load_settings(data_dir=data).files_key, name)
    else:
        with unmigrated_application(data) as app:
            report = restore(app, folder, known_revisions(app.engine), name)
            click.echo(migrate(app.settings))
            refresh_views(app.engine)
    found = report.files - len(report.lost)
    did = "whole" if only_check else "restored"
    click.echo(f"{report.name}: {found:,} of {report.files:,} files {did}")
    for key in report.lost:
        click.echo(f"fieldhand: the file {key} is missing or damaged in the backup.", err=True)
    if report.lost:
        sys.exit(SOME_LOST)
