"""Waiting for something at the server: asked seldom, and by its ETag."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from forms_app.client.errors import WaitedTooLongError
from forms_app.client.operations import Operation
from forms_app.client.session import Seen, Session

T = TypeVar("T")

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0


def wait_until(
    session: Session,
    operation: Operation[T],
    row_id: int,
    is_over: Callable[[T], bool],
    limit_s: float,
    on_change: Callable[[T], None] | None = None,
) -> T:
    """What there is once `is_over` holds of it.

    Args:
        session: At the server.
        operation: What asks for it.
        row_id: Of the thing.
        is_over: Whether it has come so far.
        limit_s: How long to wait at most.
        on_change: Told of what there is, at first and whenever it has changed.

    Raises:
        WaitedTooLongError: It has not come so far in time.
    """
    end = time.monotonic() + limit_s
    pause_s = FIRST_PAUSE_S
    last: Seen[T] | None = None
    while True:
        seen = session.look(operation, row_id, last=last)
        if on_change is not None and seen is not last:
            on_change(seen.value)
        if is_over(seen.value):
            return seen.value
        left_s = end - time.monotonic()
        if left_s <= 0:
            raise WaitedTooLongError(f"{operation.name} {row_id}: not ready within {limit_s:g} s.")
        last = seen
        time.sleep(min(pause_s, left_s))
        pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)
