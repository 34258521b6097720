"""Sending tasks so that a stopped broker never loses or refuses work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.orm import Session

from forms_app.errors import BrokerUnavailableError

if TYPE_CHECKING:
    from forms_app.services.application import Application

log = structlog.get_logger(__name__)

ASKED_FOR = "tasks_asked_for"


def send_or_leave(app: Application, name: str, *args: int) -> None:
    """Send a task after commit; when the broker is down, leave it to the sweeper.

    The rows are the queue of record: `sweep` sends again what they say is still to be done.
    """
    send_all_or_leave(app, [(name, args)])


def send_all_or_leave(app: Application, tasks: Iterable[tuple[str, tuple[int, ...]]]) -> None:
    """As `send_or_leave`; once the broker fails, the rest is left too."""
    for name, args in tasks:
        try:
            app.tasks.send(name, *args)
        except BrokerUnavailableError:
            log.warning("task not sent, the sweeper will send it", task=name, ids=args)
            return


def send_after_commit(session: Session, name: str, *args: int) -> None:
    """Have `Application.session` send a task, once, when this transaction is committed.

    For those deep within a transaction of somebody else's.
    """
    session.info.setdefault(ASKED_FOR, {})[name, args] = None


def send_asked_for(app: Application, session: Session) -> None:
    """Send what `send_after_commit` was told."""
    send_all_or_leave(app, session.info.pop(ASKED_FOR, ()))
