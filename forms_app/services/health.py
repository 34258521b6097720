"""Whether the parts that Fieldhand stands on answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kombu.connection import Connection
from kombu.exceptions import OperationalError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from forms_app.errors import TransientError
from forms_app.services.application import Application

ABSENT_KEY = "0" * 64
"""A well-formed key that no file has: asking for it shows whether the store answers."""
BROKER_WAIT_S = 2


@dataclass(frozen=True, slots=True)
class Health:
    """What answers."""

    database: bool
    files: bool
    broker: bool

    @property
    def is_well(self) -> bool:
        """Whether everything does."""
        return self.database and self.files and self.broker


def check_health(app: Application) -> Health:
    """Ask each part; takes no longer than the broker may take to refuse, two seconds."""
    return Health(
        database=_answers(_ask_database, app),
        files=_answers(_ask_files, app),
        broker=_answers(_ask_broker, app),
    )


def _answers(ask: Callable[[Application], None], app: Application) -> bool:
    try:
        ask(app)
    except (SQLAlchemyError, TransientError, OperationalError, OSError):
        return False
    return True


def _ask_database(app: Application) -> None:
    with app.session() as session:
        session.execute(text("SELECT 1"))


def _ask_files(app: Application) -> None:
    app.files.exists(ABSENT_KEY)
    app.files.check_keys()


def _ask_broker(app: Application) -> None:
    url = app.settings.broker_url
    with Connection(url, connect_timeout=BROKER_WAIT_S) as connection:  # type: ignore[no-untyped-call]
        connection.ensure_connection(
            max_retries=1, interval_start=0, interval_step=0, timeout=BROKER_WAIT_S
        )
