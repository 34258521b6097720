"""What every service is handed: settings and the ports to the world, wired by `bootstrap`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from forms_app.config import Settings
from forms_app.files import FileStore
from forms_app.store.engine import session_scope

if TYPE_CHECKING:
    from forms_app.reading.classifier import Classifier


class TaskSender(Protocol):
    """Hands work to the workers; call it after commit only."""

    def send(self, name: str, *args: int) -> None:
        """Send task `name` (of `forms_app.queues`) to its queue.

        Raises:
            BrokerUnavailableError: The broker did not answer.
        """


@dataclass(frozen=True, slots=True)
class Application:
    """`sessions` opens database sessions, `classifier()` loads the model on first use.

    `live_classifier()` likewise, always on the CPU: it answers a person who is writing.
    """

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    files: FileStore
    tasks: TaskSender
    classifier: Callable[[], Classifier]
    live_classifier: Callable[[], Classifier]

    def session(self) -> AbstractContextManager[Session]:
        """One transaction, see `session_scope`."""
        return session_scope(self.sessions)

    def close(self) -> None:
        """Give back the database connections."""
        self.engine.dispose()
