"""The database before the workers start: newest schema, no claims of dead workers.

Run as a module it does both in a process of its own, so that the supervisor stays small. With
`--look-first` it looks before whether anything would prevent work (`forms_app/doctor`).
"""

from __future__ import annotations

import sys

from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from forms_app.bootstrap import bootstrap
from forms_app.config import Settings, load_settings
from forms_app.doctor.catalogue import BEFORE_START
from forms_app.doctor.findings import Verdict
from forms_app.doctor.running import examine
from forms_app.embedded.components import CANNOT_WORK, LOOK_FIRST
from forms_app.errors import ConfigurationError, DatabaseUnavailableError, FieldhandError
from forms_app.services.sweeping import free_all_leases
from forms_app.services.template_views import refresh_views
from forms_app.store.engine import make_engine
from migrations import current_revision, head_revision, upgrade


def migrate(settings: Settings) -> str:
    """Bring the database to the newest schema; says in words what was done.

    Raises:
        ConfigurationError: A newer Fieldhand made it.
        DatabaseUnavailableError: It cannot be reached or written.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = make_engine(settings.database_url)
    shown = engine.url.render_as_string(hide_password=True)
    try:
        before, head = current_revision(engine), head_revision(engine)
        upgrade(engine)
        if before != head:
            refresh_views(engine)
    except CommandError as error:
        raise ConfigurationError(
            f"The database {shown} was made by a newer Fieldhand; install that version again."
        ) from error
    except SQLAlchemyError as error:
        reason = str(error).partition("\n")[0]
        raise DatabaseUnavailableError(f"The database {shown} cannot be used: {reason}") from error
    finally:
        engine.dispose()
    if before == head:
        return f"{shown} at revision {head}"
    return f"{shown} brought from {before or 'empty'} to {head}"


def free_claims(settings: Settings) -> None:
    """Give back what workers held when they were killed; call it while none is alive.

    A database shared with workers elsewhere is left alone: there the claims lapse by themselves.
    """
    if settings.database_url == f"sqlite:///{settings.database_path}":
        free_all_leases(bootstrap(settings))


def prevents_work(settings: Settings) -> str:
    """What would keep pages from being read, in sentences; empty when nothing does."""
    findings = examine(BEFORE_START, settings)
    return " ".join(finding.sentences for finding in findings if finding.verdict is Verdict.FAILED)


def main() -> None:
    """Prepare the database of the settings in the environment."""
    settings = load_settings()
    if sys.argv[1:] == [LOOK_FIRST] and (trouble := prevents_work(settings)):
        print(trouble)
        sys.exit(CANNOT_WORK)
    try:
        done = migrate(settings)
        free_claims(settings)
    except FieldhandError as error:
        print(error.message)
        sys.exit(1)
    print(done)


if __name__ == "__main__":
    main()
