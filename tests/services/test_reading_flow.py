"""Pages of several templates on their way together: same readings, nothing lost, nothing twice."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import select

from forms_app import demo
from forms_app.bootstrap import LazyHelpers
from forms_app.errors import StorageUnavailableError
from forms_app.reading.classifier import Classifier, load_classifier
from forms_app.services.application import Application
from forms_app.services.reading import read_pages, read_round
from forms_app.services.reading_batches import MOST_GLYPHS, GlyphQueue, PageOnWay
from forms_app.services.reading_desk import Job
from forms_app.services.reading_flow import ReadingFlow
from forms_app.services.reading_hands import OwnHand
from forms_app.store.claims import Lease, claim_pages_to_read
from forms_app.store.models import BatchRow, PageRow
from tests import factories
from tests.faults import sheets
from tests.services.aligned_pages import (
    lay,
    numbered_page,
    publish_demo,
    put_numbered,
    put_pages,
    read_alone,
    readings_of,
    to_be_read_again,
)
from tests.services.meanwhile import pages_of, states
from tests.serving import is_alive, wait_until


def nothing(_: NDArray[np.uint8]) -> None:
    """Happens before a call."""


@dataclass
class Watched:
    """The real classifier; notes its calls, and lets something happen before one of them."""

    inner: Classifier
    before: Callable[[NDArray[np.uint8]], None] = nothing

    def __post_init__(self) -> None:
        self.calls: list[int] = []
        self.charset = self.inner.charset
        self.engine = self.inner.engine
        self.model_id = self.inner.model_id

    def classify(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.before(glyphs)
        self.calls.append(len(glyphs))
        return self.inner.classify(glyphs)


@pytest.fixture(scope="module")
def litert() -> Classifier:
    return load_classifier("litert")


def watched(app: Application, litert: Classifier) -> tuple[Application, Watched]:
    classifier = Watched(litert)
    return replace(app, classifier=lambda: classifier), classifier


@contextmanager
def with_helpers(app: Application, count: int = 1) -> Iterator[Application]:
    helpers = LazyHelpers(replace(app.settings, read_helpers=count))
    try:
        yield replace(app, reading_helpers=helpers)
    finally:
        helpers.close()


def test_readings_are_those_of_each_page_alone(app: Application, litert: Classifier) -> None:
    """Two templates in one call, with and without helpers."""
    forms, numbers = publish_demo(app), sheets.publish_form(app)
    scans = [path for path in sorted(demo.FILLED.iterdir()) if path != demo.TRUTH][:1]
    laid = [lay(app, forms, path.read_bytes(), path.name) for path in scans]
    numbered = [numbered_page(serial) for serial in (350007, 912764)]
    ids = [*put_pages(app, forms, laid), *put_pages(app, numbers, numbered)]
    alone = [read_alone(app, forms, page, litert) for page in laid]
    alone += [read_alone(app, numbers, page, litert) for page in numbered]
    assert min(map(len, alone)) > 1

    together, classifier = watched(app, litert)
    assert read_pages(together, 8) == len(ids)
    assert [readings_of(app, page_id) for page_id in ids] == alone
    [glyphs] = classifier.calls
    assert glyphs > 100

    to_be_read_again(app)
    with with_helpers(together) as helped:
        report = read_round(helped, 2)
    assert (report.pages, report.glyphs) == (len(ids), glyphs)
    assert [readings_of(app, page_id) for page_id in ids] == alone


@pytest.mark.parametrize(
    ("glyphs", "batches"),
    [
        ([5, 0, 5], [2, 1]),
        ([MOST_GLYPHS - 5, 6, 3], [1, 2]),
        ([MOST_GLYPHS + 5, 1], [1, 1]),
    ],
)
def test_batches_close_at_a_number_of_pages_or_of_glyphs(
    glyphs: list[int], batches: list[int]
) -> None:
    queue = GlyphQueue(most_pages=2)
    for count in glyphs:
        queue.add(waiting_page(count))
    taken = []
    while queue:
        taken.append(len(queue.take()))
    assert taken == batches


def test_a_batch_that_is_not_full_stays_open_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue = GlyphQueue(most_pages=3)
    queue.add(waiting_page(4))
    assert not queue.is_closed()
    queue.add(waiting_page(4))
    queue.add(waiting_page(4))
    assert queue.is_closed()
    queue.take()
    queue.add(waiting_page(4))
    monkeypatch.setattr("forms_app.services.reading_batches.LONGEST_WAIT_S", 0.0)
    assert queue.is_closed()


def waiting_page(glyphs: int) -> PageOnWay:
    job = Job(Lease(PageRow, 1, factories.utc_now()), 1, 1, "", 0, 0.0, [], {})
    stack = np.broadcast_to(np.zeros((1, 28, 28), np.uint8), (glyphs, 28, 28))
    return PageOnWay(job, hand=None, glyphs=stack)  # type: ignore[arg-type]


def test_a_page_that_the_classifier_fails_on_takes_no_other_along(
    app: Application, litert: Classifier
) -> None:
    put_numbered(app, 4)
    spied, classifier = watched(app, litert)
    asked: list[int] = []

    def fail_together_and_once_more(glyphs: NDArray[np.uint8]) -> None:
        asked.append(len(glyphs))
        if len(glyphs) > 6 or len(asked) == 4:
            raise RuntimeError("a fault of ours")

    classifier.before = fail_together_and_once_more
    assert read_pages(spied, 8) == 4
    assert asked == [24, 6, 6, 6, 6]
    assert states(app)[0] == ["read", "read", "aligned", "read"]
    failed = pages_of(app)[2]
    assert (failed.attempts, failed.lease_until) == (1, None)


def pages_version(app: Application) -> int:
    with app.session() as session:
        version = session.scalars(select(BatchRow.version_id)).first()
    assert version is not None
    return version


def test_a_doubted_page_is_read_with_no_other_on_its_way(
    app: Application, litert: Classifier
) -> None:
    doubted, *_ = put_numbered(app, 3)
    with app.session() as session:
        session.get_one(PageRow, doubted).attempts = 1
    spied, classifier = watched(app, litert)
    assert [read_pages(spied, 8) for _ in range(3)] == [2, 1, 0]
    assert classifier.calls == [12, 6]


def test_helpers_take_all_that_waits_in_one_round_or_put_it_off(
    app: Application, litert: Classifier
) -> None:
    """While the classifier is at work more pages are claimed and cut, up to a bound."""
    put_numbered(app, 7)
    spied, classifier = watched(app, litert)

    def outage(_: NDArray[np.uint8]) -> None:
        raise StorageUnavailableError("The place where files are kept does not answer.")

    def until_six_are_on_their_way(_: NDArray[np.uint8]) -> None:
        if not classifier.calls:
            wait_until(lambda: leased(app) == 6, 60, "as many pages as there is room for")
            assert leased(app) == 6

    with with_helpers(spied) as helped:
        classifier.before = outage
        with pytest.raises(StorageUnavailableError):
            read_pages(helped, 2)
        assert [(page.attempts, page.lease_until) for page in pages_of(app)] == [(0, None)] * 7
        classifier.before = until_six_are_on_their_way
        report = read_round(helped, 2)
        [helper] = helped.reading_helpers()
        [process] = helper.process_ids()
        assert is_alive(process)
    assert report.pages == 7
    assert states(app)[0] == ["read"] * 7
    assert sum(classifier.calls) == report.glyphs == 42
    assert max(classifier.calls) <= 12
    wait_until(lambda: not is_alive(process), 20, "the end of the helper")


def leased(app: Application) -> int:
    return sum(page.lease_until is not None for page in pages_of(app))


def test_a_killed_helper_loses_no_page(app: Application, litert: Classifier) -> None:
    """It dies while what it has cut is being classified; another one takes its place."""
    put_numbered(app, 3)
    spied, classifier = watched(app, litert)
    with with_helpers(spied) as helped:
        [helper] = helped.reading_helpers()
        killed: list[int] = []

        def kill_once(_: NDArray[np.uint8]) -> None:
            if not killed:
                killed.extend(helper.process_ids())
                os.kill(killed[0], signal.SIGKILL)

        classifier.before = kill_once
        rounds = 0
        while read_pages(helped, 4):
            rounds += 1
            assert rounds < 8
        assert not set(killed) & set(helper.process_ids())
    assert states(app)[0] == ["read"] * 3
    assert [page.attempts for page in pages_of(app)] == [0] * 3


def test_a_lease_that_is_half_over_is_renewed_and_a_lost_one_given_up(
    any_app: Application, litert: Classifier
) -> None:
    kept, lost = put_numbered(any_app, 2)
    settings = any_app.settings
    with any_app.session() as session:
        leases = claim_pages_to_read(session, 2, settings.lease_seconds, 3)
    version = pages_version(any_app)
    given: list[Lease] = []

    class Noting(OwnHand):
        def finish(self, lease: Lease, *answer: object) -> object:  # type: ignore[override]
            given.append(lease)
            return super().finish(lease, *answer)  # type: ignore[arg-type]

    jobs = []
    for lease in leases:
        page = next(page for page in pages_of(any_app) if page.id == lease.row_id)
        long_held = replace(lease, taken_s=lease.taken_s - settings.lease_seconds)
        assert page.aligned_hash is not None
        jobs.append(Job(long_held, version, 1, page.aligned_hash, 0, 0.05, np.eye(3).tolist(), {}))
    factories.let_time_pass(any_app, minutes=0.01)
    with any_app.session() as session:
        # As `let_time_pass` moved the end of both, only this one is ours still.
        session.get_one(PageRow, kept).lease_until = leases[0].until
    ReadingFlow(any_app, [Noting(any_app)], 8).run(jobs, None)
    assert [lease.row_id for lease in given] == [kept]
    assert given[0].until > leases[0].until
    assert [page.state for page in pages_of(any_app)] == ["read", "aligned"]
    assert readings_of(any_app, lost) == {}
