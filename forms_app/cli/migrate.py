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
    from alembic.util import CommandError
    from sqlalchemy.exc import SQLAlchemyError

    from forms_app.config import load_settings
    from forms_app.errors import ConfigurationError, DatabaseUnavailableError
    from forms_app.store.engine import make_engine
    from migrations import current_revision, head_revision, upgrade

    settings = load_settings(data_dir=data)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = make_engine(settings.database_url)
    shown = engine.url.render_as_string(hide_password=True)
    try:
        before, head = current_revision(engine), head_revision(engine)
        upgrade(engine)
    except CommandError as error:
        raise ConfigurationError(
            f"The database {shown} was made by a newer Fieldhand; install that version again."
        ) from error
    except SQLAlchemyError as error:
        reason = str(error).partition("\n")[0]
        raise DatabaseUnavailableError(f"The database {shown} cannot be used: {reason}") from error
    done = (
        f"at revision {head}" if before == head else f"brought from {before or 'empty'} to {head}"
    )
    click.echo(f"{shown} {done}")
