"""Cut pages on their way to the classifier: when a batch closes, and the call itself."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forms_app.errors import EngineLostError
from forms_app.reading.classifier import Classifier
from forms_app.reading.pipeline import classify_stacks
from forms_app.reading.types import LogProbabilities
from forms_app.services.application import Application
from forms_app.services.reading_desk import Job
from forms_app.services.reading_hands import Hand

MOST_GLYPHS = 16_384
"""In one call, unless a single page has more: 13 MB, and pages full of writing cost no more."""
LONGEST_WAIT_S = 10.0
"""So long the first page of a batch waits for others, where cutting and classifying take turns."""


@dataclass(slots=True, eq=False)
class PageOnWay:
    """A claimed page; `glyphs` `(N, 28, 28)` while it waits for the classifier.

    `is_alone` after the classifier failed on it together with others, to find out which it was.
    """

    job: Job
    hand: Hand
    glyphs: NDArray[np.uint8] | None = None
    is_alone: bool = False

    @property
    def stack(self) -> NDArray[np.uint8]:
        assert self.glyphs is not None
        return self.glyphs


@dataclass(frozen=True, slots=True)
class Classified:
    """What one call gave: for each page its `(N, K)`, who gave it, and how long that took."""

    rows: list[LogProbabilities]
    by: Classifier
    busy_s: float


class GlyphQueue:
    """Pages that wait for the classifier, in the order in which they were cut."""

    def __init__(self, most_pages: int) -> None:
        self._most_pages = most_pages
        self._pages: deque[PageOnWay] = deque()
        self._first_came_s = 0.0

    def __len__(self) -> int:
        return len(self._pages)

    def add(self, page: PageOnWay) -> None:
        """The next one."""
        if not self._pages:
            self._first_came_s = time.monotonic()
        self._pages.append(page)

    def put_back(self, pages: list[PageOnWay]) -> None:
        """The classifier failed on `pages` together: each is tried alone, before all others."""
        for page in pages:
            page.is_alone = True
        self._pages.extendleft(reversed(pages))

    def is_closed(self) -> bool:
        """Whether the next batch takes no more pages, or has waited long enough."""
        if not self._pages:
            return False
        return (
            len(self._batch()) < len(self._pages)
            or len(self._pages) >= self._most_pages
            or time.monotonic() - self._first_came_s >= LONGEST_WAIT_S
        )

    def take(self) -> list[PageOnWay]:
        """The next batch: at least one page, where there is any."""
        batch = self._batch()
        for _ in batch:
            self._pages.popleft()
        self._first_came_s = time.monotonic()
        return batch

    def _batch(self) -> list[PageOnWay]:
        batch: list[PageOnWay] = []
        glyphs = 0
        for page in self._pages:
            glyphs += len(page.stack)
            is_full = len(batch) == self._most_pages or glyphs > MOST_GLYPHS
            if batch and (is_full or page.is_alone or batch[0].is_alone):
                break
            batch.append(page)
        return batch


def classify_together(app: Application, stacks: list[NDArray[np.uint8]]) -> Classified:
    """One call over the glyphs of all pages; on the CPU when the GPU is lost in the middle of it.

    Raises:
        TransientError: The CPU's classifier was lost too.
    """
    started = time.perf_counter()
    classifier = app.classifier()
    try:
        rows = classify_stacks(stacks, classifier)
    except EngineLostError:
        classifier = app.classifier()
        rows = classify_stacks(stacks, classifier)
    return Classified(rows, classifier, time.perf_counter() - started)
