"""What operators see of the work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from forms_app.services import exports, operations, operations_actions
from forms_app.services.application import Application
from forms_app.services.attempts import claim
from forms_app.services.template_jobs import request_job
from forms_app.store.base import utc_now
from forms_app.store.models import (
    LOCAL_USER_ID,
    FileRow,
    PageRow,
)
from forms_app.store.stages import Stage, Subject
from forms_app.store.states import FileState, JobKind, PageState
from forms_app.store.work_items import Failures
from tests import factories
from tests.fakes import RecordingTaskSender
from tests.services.operations_seen import (
    BLURRED,
    fail_pages,
    set_free,
    stage_of,
    waiting_work,
)


@pytest.fixture
def batch_id(any_app: Application, tasks: RecordingTaskSender) -> int:
    made = factories.make_batch(any_app).id
    tasks.take()
    return made


def test_with_nothing_there_nothing_waits(any_app: Application) -> None:
    seen = operations.overview(any_app)
    assert not seen.is_busy and not seen.failures and not seen.in_work
    assert [state.numbers.waiting for state in seen.stages] == [0] * len(Stage)
    assert seen.pace.left_s is None
    # The broker of these settings was never started.
    assert seen.broker is None
    troubled = {part.name for part in seen.parts if part.trouble}
    assert troubled == ({"broker", "disk"} if seen.disks[0].is_low else {"broker"})
    assert [part.name for part in seen.parts if not part.is_known] == ["workers", "clock"]


def test_each_stage_says_what_waits_and_since_when(any_app: Application, batch_id: int) -> None:
    before = utc_now()
    factories.upload(any_app, batch_id, b"a scan of some kind")
    factories.make_pages(any_app, batch_id, 3, name="b.png")
    factories.make_pages(any_app, batch_id, 2, PageState.ALIGNED, name="c.png")
    exports.request_export(any_app, batch_id, "csv")
    request_job(any_app, JobKind.BLANK, None, {})
    seen = operations.overview(any_app)
    waiting = {state.stage: state.numbers.waiting for state in seen.stages}
    assert waiting == {
        Stage.INTAKE: 1,
        Stage.ALIGN: 3,
        Stage.ASSEMBLE: 1,
        Stage.READ: 0,
        Stage.EXPORT: 1,
        Stage.TEMPLATE: 1,
    }
    for state in seen.stages:
        oldest = state.numbers.oldest_at
        assert oldest is None if state.stage is Stage.READ else before <= oldest <= utc_now()  # type: ignore[operator]
    assert seen.is_busy


def test_what_is_in_work_is_not_waiting_and_says_until_when(
    any_app: Application, batch_id: int
) -> None:
    pages = factories.make_pages(any_app, batch_id, 2)
    lease = claim(any_app, PageRow, pages[0], PageState.PENDING)
    assert lease is not None
    numbers = stage_of(any_app, Stage.ALIGN).numbers
    assert (numbers.waiting, numbers.in_work) == (1, 1)
    (held,) = operations.overview(any_app).in_work
    assert (held.id, held.lease_until, held.is_in_work) == (pages[0], lease.until, True)
    assert [item.is_in_work for item in waiting_work(any_app, Stage.ALIGN)] == [True, False]


def test_stuck_is_what_lapsed_has_no_attempts_or_was_not_sent_for_long(
    any_app: Application, batch_id: int
) -> None:
    lapsed, spent, fresh = factories.make_pages(any_app, batch_id, 3)
    set_free(any_app, lapsed, attempts=1)
    set_free(any_app, spent, attempts=any_app.settings.max_attempts)
    state = stage_of(any_app, Stage.ALIGN)
    assert (state.numbers.lapsed, state.numbers.exhausted, state.numbers.unsent) == (2, 1, 0)
    assert state.stuck == 2
    factories.let_time_pass(any_app, 45)
    assert stage_of(any_app, Stage.ALIGN).numbers.unsent == 3
    items = {item.id: item for item in waiting_work(any_app, Stage.ALIGN)}
    assert items[lapsed].is_lapsed and not items[lapsed].is_exhausted
    assert items[spent].is_exhausted
    assert not items[fresh].is_lapsed


def test_failures_are_told_by_reason_with_the_newest_as_example(
    any_app: Application, batch_id: int
) -> None:
    pages = factories.make_pages(any_app, batch_id, 4)
    fail_pages(any_app, pages[:3])
    fail_pages(any_app, pages[3:], "other_form")
    empty = factories.upload(any_app, batch_id, b"")
    first, second, third = operations.overview(any_app).failures
    assert (first.subject, first.code, first.number) == (Subject.FILE, empty.error_code, 1)
    assert not first.can_retry
    assert (second.subject, second.code, second.number) == (Subject.PAGE, BLURRED, 3)
    assert (second.example.id, second.example.number) == (pages[2], 3)
    assert second.example.message == "Nothing can be read here."
    assert (third.code, third.number) == ("other_form", 1)
    assert stage_of(any_app, Stage.ALIGN).failed == 4
    assert stage_of(any_app, Stage.INTAKE).failed == 1


def test_a_file_of_which_all_pages_failed_is_told_of_once(
    any_app: Application, batch_id: int
) -> None:
    pages = factories.make_pages(any_app, batch_id, 2)
    for page_id in pages:
        operations_actions.stop(any_app, Subject.PAGE, page_id, "", LOCAL_USER_ID)
    with any_app.session() as session:
        assert session.scalars(select(FileRow.state)).all() == [FileState.FAILED]
    groups = operations.overview(any_app).failures
    assert [(group.subject, group.number) for group in groups] == [(Subject.PAGE, 2)]


def test_the_pace_is_that_of_the_last_minutes(any_app: Application, batch_id: int) -> None:
    factories.make_pages(any_app, batch_id, 10, name="left.png")
    factories.make_submission(any_app, batch_id, name="read.png")
    # One page tells nothing.
    assert operations.overview(any_app).pace.left_s is None
    for n in range(3):
        factories.make_submission(any_app, batch_id, name=f"read-{n}.png")
    with any_app.session() as session:
        is_read = PageRow.state == PageState.READ
        long_ago = utc_now() - timedelta(seconds=100)
        session.execute(update(PageRow).where(is_read).values(read_at=long_ago))
    factories.upload(any_app, batch_id, b"not opened yet")
    pace = operations.overview(any_app).pace
    assert (pace.last_minutes, pace.last_hour, pace.pages_left) == (4, 4, 10)
    # The files that are done had a page each.
    assert pace.pages_expected == 1
    assert pace.left_s == pytest.approx(100 / 4 * 11, rel=0.3)


def test_lists_go_on_where_they_ended(any_app: Application, batch_id: int) -> None:
    pages = factories.make_pages(any_app, batch_id, 5)
    first = operations.waiting_work(any_app, Stage.ALIGN, 3)
    rest = operations.waiting_work(any_app, Stage.ALIGN, 3, first[-1].id)
    assert [item.id for item in [*first, *rest]] == pages
    fail_pages(any_app, pages)
    newest = operations.failed_work(any_app, Failures(Subject.PAGE), 3)
    older = operations.failed_work(any_app, Failures(Subject.PAGE), 3, newest[-1].id)
    assert [item.id for item in [*newest, *older]] == pages[::-1]
