"""What is worked out once for a blank page, kept for as long as that page is in memory."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

from forms_app.reading.types import GreyImage

Kept = TypeVar("Kept")


class PerBlank(Generic[Kept]):
    """One value for each blank, by the identity of its image: thousands of scans share it."""

    def __init__(self, make: Callable[[GreyImage], Kept]) -> None:
        self._make = make
        self._kept: dict[int, Kept] = {}

    def __call__(self, blank: GreyImage) -> Kept:
        """The value of `blank`, made when it is first asked for."""
        key = id(blank)
        if key not in self._kept:
            weakref.finalize(blank, self._kept.pop, key, None)
            self._kept[key] = self._make(blank)
        return self._kept[key]
