"""What is told of a transaction only once it has happened: counts, and lines in the log."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.orm import Session


def after_commit(session: Session, tell: Callable[[], None]) -> None:
    """Call `tell` when `session` has committed; never, if it is rolled back. It must not raise."""

    def told(_session: Session) -> None:
        tell()

    event.listen(session, "after_commit", told, once=True)
