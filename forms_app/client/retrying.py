"""How often and how soon a request that did not get through is sent again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from forms_app.client.errors import ClientError, ProblemError, UnreachableError

T = TypeVar("T")

CHECKSUM_MISMATCH = 460
AGAIN = (429, CHECKSUM_MISMATCH, 502, 503, 504)
RUNNING = "request_running"
"""The same request, sent before, is still being carried out."""


@dataclass(frozen=True)
class Retries:
    """How patient a client is.

    Attributes:
        attempts: How often a request is sent at most; 1: never again.
        first_wait_s: Before the second time; doubled from then on, a half less by chance.
        longest_wait_s: No wait is longer. A server that asks for more (`Retry-After`) is not
            asked again; the error says how long it wants.
    """

    attempts: int = 6
    first_wait_s: float = 0.5
    longest_wait_s: float = 30.0

    def run(self, send: Callable[[], T]) -> T:
        """What `send` gives once it gets through.

        Raises:
            ClientError: Of the last attempt, or one that sending again does not mend.
        """
        for attempt in range(1, self.attempts):
            try:
                return send()
            except ClientError as error:
                wait_s = self._wait_s(attempt, error)
                if wait_s is None:
                    raise
                time.sleep(wait_s)
        return send()

    def _wait_s(self, attempt: int, error: ClientError) -> float | None:
        """How long to wait after this; None: it is of no use."""
        if not may_pass(error):
            return None
        asked_s = error.problem.retry_after_s if isinstance(error, ProblemError) else None
        if asked_s is not None:
            return asked_s if asked_s <= self.longest_wait_s else None
        most_s = min(self.first_wait_s * 2.0 ** (attempt - 1), self.longest_wait_s)
        return most_s * random.uniform(0.5, 1)  # nosec B311  # spreads tries


def may_pass(error: ClientError) -> bool:
    """Whether the same request may succeed later."""
    if isinstance(error, ProblemError):
        return error.status in AGAIN or error.code == RUNNING
    return isinstance(error, UnreachableError)
