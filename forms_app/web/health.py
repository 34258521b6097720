"""Is it up? For supervisors and load balancers: no session, no page, answers within seconds."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from kombu.connection import Connection
from kombu.exceptions import OperationalError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from forms_app.errors import TransientError
from forms_app.services.application import Application
from forms_app.web.context import application

ABSENT_KEY = "0" * 64
"""A well-formed key that no file has: asking for it shows whether the store answers."""
BROKER_WAIT_S = 2

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """200 when database, files and broker answer, else 503; the body says which do not."""
    app = application()
    parts = {
        "database": _answers(_ask_database, app),
        "files": _answers(_ask_files, app),
        "broker": _answers(_ask_broker, app),
    }
    healthy = all(parts.values())
    return jsonify(ok=healthy, **parts), 200 if healthy else 503


def _answers(ask: Callable[[Application], object], app: Application) -> bool:
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


def _ask_broker(app: Application) -> None:
    url = app.settings.broker_url
    with Connection(url, connect_timeout=BROKER_WAIT_S) as connection:
        connection.ensure_connection(
            max_retries=1, interval_start=0, interval_step=0, timeout=BROKER_WAIT_S
        )
