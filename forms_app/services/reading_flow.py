"""Pages on their way through reading: cut, classified together, decided and saved.

One thread keeps the order; the work is done by the hands (`reading_hands`) and the classifier. An
idle classifier takes at once what is cut: it never waits while there is anything for it to do, and
the more there is, the more it does in one call. Where one process does everything in turn it goes
on cutting until a batch is full.

A lease is renewed, once half over, whenever its page goes on to the next hand: never while
somebody works with it.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from queue import SimpleQueue
from typing import Any

import structlog

from forms_app.errors import HelperLostError, LeaseLostError, TransientError
from forms_app.reading.classifier import Classifier
from forms_app.services.application import Application
from forms_app.services.attempts import attempt
from forms_app.services.completion import finish_failed_page
from forms_app.services.reading_batches import (
    Classified,
    GlyphQueue,
    PageOnWay,
    classify_together,
)
from forms_app.services.reading_desk import Answer, Job
from forms_app.services.reading_hands import LOST_MESSAGE, Hand, done
from forms_app.store.claims import release, renew
from forms_app.store.readings import model_version_id

log = structlog.get_logger(__name__)

ASKED_AGAIN_AFTER_S = 0.2
"""Between two looks for more pages when there were none."""


@dataclass(slots=True)
class FlowReport:
    """What went through. Of `seconds` the classifier was busy for `busy_s`, and idle for
    `starved_s` because helpers had not cut the next page yet."""

    pages: int = 0
    glyphs: int = 0
    batches: int = 0
    seconds: float = 0.0
    busy_s: float = 0.0
    starved_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Supply:
    """Where more pages come from while others are on their way: `claim` at most so many.

    No more are asked for after `until_s`, a time of `time.monotonic`.
    """

    claim: Callable[[int], Sequence[Job]]
    until_s: float


class ReadingFlow:
    """Reads pages, several of them on their way at once where there are helpers."""

    def __init__(self, app: Application, hands: Sequence[Hand], batch_pages: int) -> None:
        """Loads the classifier, and reads nothing yet.

        Args:
            app: the application.
            hands: who cuts and decides: helpers, or this process alone.
            batch_pages: pages in one call of the classifier, at most.

        Raises:
            ModelError: The classifier cannot be loaded.
            TransientError: The database did not answer.
        """
        self.report = FlowReport()
        self._app = app
        self._hands = hands
        self._is_beside = hands[0].is_beside
        # Cut pages take memory where they were cut: more of them would make nothing faster.
        self._most_on_way = 2 * batch_pages + sum(hand.places for hand in hands)
        self._waiting: deque[Job] = deque()
        self._to_cut: Counter[Hand] = Counter()
        self._ready = GlyphQueue(batch_pages)
        self._on_way: set[PageOnWay] = set()
        self._running = 0
        # One thread, as the device is for one at a time; none where this process does all in turn.
        self._classifying: ThreadPoolExecutor | None = None
        self._is_classifying = False
        self._ask_again_s = 0.0
        self._events: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._failure: TransientError | None = None
        self._model_versions: dict[str, int] = {}
        # Stands for the reading of pages that fail.
        self._model_version = self._version_of(app.classifier())

    def run(self, first: Sequence[Job], supply: Supply | None) -> FlowReport:
        """Read the pages `first`, and all that `supply` gives meanwhile.

        Raises:
            TransientError: File store or database did not answer; what was not read is free again.
        """
        started = time.perf_counter()
        self._take(first)
        if self._is_beside:
            self._classifying = ThreadPoolExecutor(1)
        try:
            self._go_on(supply)
        finally:
            for page in self._on_way:
                page.hand.drop(page.job.page_id)
            if self._classifying:
                self._classifying.shutdown()
            self.report.seconds = time.perf_counter() - started
        if self._failure:
            self._put_off()
            raise self._failure
        return self.report

    def _go_on(self, supply: Supply | None) -> None:
        while self._waiting or self._on_way:
            try:
                if self._failure is None:
                    self._top_up(supply)
                    self._hand_out()
                    self._classify()
                if not self._running:
                    return
                self._next_event()()
            except TransientError as error:
                self._failure = self._failure or error

    def _take(self, jobs: Sequence[Job]) -> None:
        self._waiting.extend(jobs)
        self.report.pages += len(jobs)

    def _top_up(self, supply: Supply | None) -> None:
        now_s = time.monotonic()
        room = self._most_on_way - len(self._waiting) - len(self._on_way)
        has_enough = room <= 0 or len(self._waiting) >= len(self._hands)
        if supply is None or has_enough or not self._ask_again_s <= now_s < supply.until_s:
            return
        jobs = supply.claim(min(room, 2 * len(self._hands)))
        self._take(jobs)
        if not jobs:
            self._ask_again_s = now_s + ASKED_AGAIN_AFTER_S

    def _hand_out(self) -> None:
        while self._waiting:
            hand = min(self._hands, key=self._to_cut.__getitem__)
            if self._to_cut[hand] >= hand.places:
                return
            page = PageOnWay(self._waiting.popleft(), hand)
            self._on_way.add(page)
            if self._keeps_lease(page):
                self._to_cut[hand] += 1
                prepared = hand.prepare(page.job, self._model_version)
                self._start(prepared, partial(self._cut, page))

    def _classify(self) -> None:
        is_more_to_come = self._waiting or self._to_cut.total()
        is_due = self._ready.is_closed() or self._is_beside or not is_more_to_come
        if self._is_classifying or not len(self._ready) or not is_due:
            return
        batch = self._ready.take()
        work = partial(classify_together, self._app, [page.stack for page in batch])
        self._is_classifying = True
        future = self._classifying.submit(work) if self._classifying else done(work)
        self._start(future, partial(self._classified, batch))

    def _start(self, future: Future[Any], then: Callable[[Future[Any]], None]) -> None:
        self._running += 1
        future.add_done_callback(lambda ended: self._events.put(partial(then, ended)))

    def _next_event(self) -> Callable[[], None]:
        waited_from = time.perf_counter()
        event = self._events.get()
        if not self._is_classifying and self._to_cut.total():
            self.report.starved_s += time.perf_counter() - waited_from
        self._running -= 1
        return event

    def _cut(self, page: PageOnWay, future: Future[Any]) -> None:
        self._to_cut[page.hand] -= 1
        if not self._succeeded(page, future):
            return
        page.glyphs = future.result()
        if page.glyphs is None:
            self._on_way.remove(page)
        else:
            self._ready.add(page)

    def _classified(self, batch: list[PageOnWay], future: Future[Classified]) -> None:
        self._is_classifying = False
        error = future.exception()
        if error is not None and len(batch) > 1 and not isinstance(error, TransientError):
            page_ids = [page.job.page_id for page in batch]
            log.error("pages not classified together", page_ids=page_ids, exc_info=error)
            self._ready.put_back(batch)
        elif self._succeeded(batch[0], future):
            found = future.result()
            self.report.batches += 1
            self.report.glyphs += sum(map(len, found.rows))
            self.report.busy_s += found.busy_s
            self._decide(batch, found)

    def _decide(self, batch: list[PageOnWay], found: Classified) -> None:
        version = self._version_of(found.by)
        for page, rows in zip(batch, found.rows, strict=True):
            page.glyphs = None
            if self._keeps_lease(page):
                answer = Answer(rows, found.by.charset, version)
                self._start(page.hand.finish(page.job.lease, answer), partial(self._decided, page))

    def _decided(self, page: PageOnWay, future: Future[None]) -> None:
        if self._succeeded(page, future):
            self._on_way.remove(page)

    def _succeeded(self, page: PageOnWay, future: Future[Any]) -> bool:
        """Whether the page goes on; else its fate follows from what went wrong."""
        error = future.exception()
        if isinstance(error, TransientError):
            self._failure = self._failure or error
        elif isinstance(error, BrokenExecutor):
            self._fail(page, HelperLostError(LOST_MESSAGE))
        elif isinstance(error, Exception):
            self._fail(page, error)
        return error is None

    def _fail(self, page: PageOnWay, error: Exception) -> None:
        def fail() -> None:
            raise error

        attempt(self._app, page.job.lease, fail)
        with self._app.session() as session:
            finish_failed_page(session, page.job.page_id, self._model_version)
        self._drop(page)

    def _keeps_lease(self, page: PageOnWay) -> bool:
        """Whether the page is still ours, for long enough; else it is given up."""
        lease_s = self._app.settings.lease_seconds
        if not page.job.lease.is_half_over(lease_s):
            return True
        try:
            with self._app.session() as session:
                lease = renew(session, page.job.lease, lease_s)
        except LeaseLostError:
            log.warning("work taken over by another worker", page_id=page.job.page_id)
            self._drop(page)
            return False
        page.job = replace(page.job, lease=lease)
        return True

    def _drop(self, page: PageOnWay) -> None:
        page.hand.drop(page.job.page_id)
        self._on_way.remove(page)

    def _put_off(self) -> None:
        """Pages that were saved or have failed hold their lease no more and stay as they are."""
        leases = [page.job.lease for page in self._on_way] + [job.lease for job in self._waiting]
        with self._app.session() as session:
            for lease in leases:
                release(session, lease, counted=False)

    def _version_of(self, classifier: Classifier) -> int:
        if classifier.model_id not in self._model_versions:
            with self._app.session() as session:
                version = model_version_id(session, classifier.model_id, classifier.engine)
            self._model_versions[classifier.model_id] = version
        return self._model_versions[classifier.model_id]
