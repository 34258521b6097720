"""What every service is handed: settings and the ports to the world, wired by `bootstrap`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from forms_app.config import Settings
from forms_app.files import FileStore
from forms_app.services.sending import send_asked_for
from forms_app.store.engine import session_scope

if TYPE_CHECKING:
    from forms_app.reading.classifier import Classifier
    from forms_app.services.reading_hands import Helper


class HelperPool(Protocol):
    """The processes that help a worker to read; none unless the settings ask for them."""

    def __call__(self) -> Sequence[Helper]:
        """All of them; each is started with its first page."""

    def close(self) -> None:
        """End them."""


class TaskSender(Protocol):
    """Hands work to the workers; call it after commit only."""

    def send(self, name: str, *args: int) -> None:
        """Send task `name` (of `forms_app.queues`) to its queue.

        Raises:
            BrokerUnavailableError: The broker did not answer.
        """


@dataclass(frozen=True, slots=True)
class Application:
    """`sessions` opens database sessions, `classifier()` loads the model on first use and gives
    the one to use for the next call.

    `live_classifier()` likewise, always on the CPU: it answers a person who is writing.
    """

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    files: FileStore
    tasks: TaskSender
    classifier: Callable[[], Classifier]
    live_classifier: Callable[[], Classifier]
    reading_helpers: HelperPool

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One transaction, see `session_scope`; tasks that were asked for in it follow it."""
        with session_scope(self.sessions) as session:
            yield session
        send_asked_for(self, session)

    def close(self) -> None:
        """End the helpers, give back the database connections."""
        self.reading_helpers.close()
        self.engine.dispose()
