"""The application for commands that work on the database directly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from forms_app.services.application import Application

TEMPLATE_HELP = "Name or number of the published form template; 'any': each page finds its own."

project_option = click.option(
    "--project", help="Name or number of the project.  [default: the first one]"
)
data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Data folder of the embedded database.  [default: the platform's data folder]",
)


@contextmanager
def opened_application(data: Path | None) -> Iterator[Application]:
    """The application on a database that has the newest schema."""
    from forms_app.embedded.database import migrate

    with unmigrated_application(data) as app:
        migrate(app.settings)
        yield app


@contextmanager
def unmigrated_application(data: Path | None) -> Iterator[Application]:
    """The application on a database as it is, or where there is none yet."""
    from forms_app.bootstrap import bootstrap
    from forms_app.config import load_settings
    from forms_app.logs import configure_logging
    from forms_app.origins import Source, working_for

    settings = load_settings(data_dir=data)
    # A command says itself what hinders it.
    configure_logging(replace(settings, log_level="error"))
    app = bootstrap(settings)
    try:
        with working_for(Source.CLI):
            yield app
    finally:
        app.close()


def chosen_project(app: Application, name: str | None) -> int:
    """The id of the project that was named, of the first one where none was.

    Raises:
        NotFoundError: There is none of this name.
    """
    from forms_app.services.projects import project_called
    from forms_app.store.models import MAIN_PROJECT_ID

    return MAIN_PROJECT_ID if name is None else project_called(app, name)


def say_if_nobody_reads(app: Application) -> None:
    """One line on stderr where no broker answers: the work waits for `fieldhand serve`."""
    from forms_app.services.health import check_health

    if not check_health(app).broker:
        click.echo("Fieldhand does not run here now; it reads the files once it does.", err=True)
