"""`fieldhand user`: the people who work here."""

from __future__ import annotations

from pathlib import Path

import click

from forms_app.cli.applications import data_option, opened_application


@click.group(name="user")
def command() -> None:
    """Name the people who work here."""


@command.command()
@click.argument("name")
@data_option
def add(name: str, data: Path | None) -> None:
    """Add NAME to those whom people choose themselves from, in the browser's top bar."""
    from forms_app.services.people import add_person

    with opened_application(data) as app:
        person = add_person(app, name)
    click.echo(f"{person.name} can be chosen now.")
