"""`fieldhand views`: the SQL views of templates, for BI tools."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from forms_app.cli.applications import data_option, opened_application

SOME_FAILED = 3


@click.group(name="views")
def command() -> None:
    """SQL views for BI tools, one for each published template."""


@command.command()
@data_option
def refresh(data: Path | None) -> None:
    """Make every view as its template is now, and list them.

    Exit code 3: some could not be changed, each named.
    """
    from forms_app.services.template_views import refresh_views

    with opened_application(data) as app:
        found = refresh_views(app.engine)
    for view in found:
        click.echo(f"{view.name}\t{view.template}")
        if view.problem:
            click.echo(f"fieldhand: {view.name} is not up to date. {view.problem}", err=True)
    if any(view.problem for view in found):
        sys.exit(SOME_FAILED)
