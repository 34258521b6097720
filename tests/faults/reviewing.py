"""A person who decides while things break, and the ledger of what they were answered."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import select

from forms_app.errors import TransientError
from forms_app.services import decisions
from forms_app.services.application import Application
from forms_app.store.models import DecisionRow

DECIDED_FIELD = "serial"
PAUSE_S = 0.1


class Ledger:
    """All decisions that were answered at a site, each with a value of its own."""

    def __init__(self, app: Application) -> None:
        self.answered: list[str] = []
        self._app, self._numbers = app, itertools.count(500_000)

    def next_value(self) -> str:
        """A value that no decision has yet."""
        return f"{next(self._numbers):06d}"

    def lost(self) -> int:
        """How many of them are not on record, or more than once."""
        with self._app.session() as session:
            query = select(DecisionRow.value).where(DecisionRow.field_name == DECIDED_FIELD)
            times = Counter(session.scalars(query))
        return sum(times[value] != 1 for value in self.answered)


class Reviewer:
    """Decides the same field of one form after the other."""

    def __init__(self, app: Application, submission_ids: Sequence[int], ledger: Ledger) -> None:
        self._app, self._forms, self._ledger = app, itertools.cycle(submission_ids), ledger
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._decide, daemon=True)
        self._error: BaseException | None = None

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Decides as long as the block lasts.

        Raises:
            Exception: What they were answered that is no reason to try again later.
        """
        self._thread.start()
        try:
            yield
        finally:
            self._ended.set()
            self._thread.join()
        if self._error is not None:
            raise self._error

    def _decide(self) -> None:
        while not self._ended.wait(PAUSE_S):
            value = self._ledger.next_value()
            try:
                decisions.decide(self._app, next(self._forms), DECIDED_FIELD, "correct", value)
            except TransientError:
                # Whether it was kept nobody has told them: it is not on the ledger.
                continue
            except Exception as error:
                self._error = error
                return
            self._ledger.answered.append(value)
