"""Doing something at most once in a while, whatever the clocks of machines say."""

from __future__ import annotations

import time


class Spacing:
    """Lets the first through, and the next after `least_s` seconds by this process's stop-watch."""

    def __init__(self, least_s: float) -> None:
        self._least_s = least_s
        self._last_s: float | None = None

    def is_over(self) -> bool:
        """Whether it is time again; if so the next has to wait."""
        now_s = time.monotonic()
        if self._last_s is not None and now_s - self._last_s < self._least_s:
            return False
        self._last_s = now_s
        return True
