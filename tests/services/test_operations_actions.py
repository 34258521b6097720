"""What operators do about work that waits, is stuck or has failed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from forms_app import queues
from forms_app.errors import BrokerUnavailableError, ConflictError, NotFoundError
from forms_app.reading.errors import DamagedFileError
from forms_app.services import exports, operations, operations_actions, operations_retrying, people
from forms_app.services.application import Application
from forms_app.services.attempts import claim, fail
from forms_app.services.template_jobs import request_job
from forms_app.store.base import utc_now
from forms_app.store.models import (
    LOCAL_USER_ID,
    AuditEventRow,
    FileRow,
    PageRow,
    TemplateJobRow,
)
from forms_app.store.stages import Stage, Subject
from forms_app.store.states import ExportState, FileState, JobKind, JobState, PageState
from forms_app.store.work_items import Failures
from tests import factories
from tests.fakes import RecordingTaskSender
from tests.services.operations_seen import (
    BLURRED,
    fail_pages,
    file_of,
    set_free,
    stage_of,
    state_of,
    waiting_work,
)


@pytest.fixture
def batch_id(any_app: Application, tasks: RecordingTaskSender) -> int:
    made = factories.make_batch(any_app).id
    tasks.take()
    return made


def test_sending_again_frees_dead_leases_and_gives_one_more_attempt(
    any_app: Application, batch_id: int, tasks: RecordingTaskSender
) -> None:
    lapsed, spent, held, fresh = factories.make_pages(any_app, batch_id, 4)
    most = any_app.settings.max_attempts
    set_free(any_app, lapsed, attempts=1)
    set_free(any_app, spent, attempts=most)
    lease = claim(any_app, PageRow, held, PageState.PENDING)
    assert operations_actions.requeue(any_app, Stage.ALIGN, LOCAL_USER_ID) == 2
    assert tasks.take() == [(queues.ALIGN_PAGE, (lapsed,)), (queues.ALIGN_PAGE, (spent,))]
    with any_app.session() as session:
        pages = {page.id: page for page in session.scalars(select(PageRow))}
    assert [pages[i].lease_until for i in (lapsed, spent, fresh)] == [None] * 3
    assert (pages[lapsed].attempts, pages[spent].attempts) == (1, most - 1)
    assert lease is not None and pages[held].lease_until == lease.until
    # What was sent, or came, a moment ago is not sent twice.
    assert operations_actions.requeue(any_app, Stage.ALIGN, LOCAL_USER_ID) == 0
    factories.let_time_pass(any_app, 1)
    assert operations_actions.requeue(any_app, Stage.ALIGN, LOCAL_USER_ID, fresh) == 1
    assert tasks.take() == [(queues.ALIGN_PAGE, (fresh,))]
    tasks.is_down = True
    with pytest.raises(BrokerUnavailableError, match="is kept"):
        operations_actions.requeue(any_app, Stage.ALIGN, LOCAL_USER_ID)
    assert stage_of(any_app, Stage.ALIGN).numbers.waiting == 3


def test_every_stage_can_be_sent_again(
    any_app: Application, batch_id: int, tasks: RecordingTaskSender
) -> None:
    factories.upload(any_app, batch_id, b"a scan of some kind")
    factories.make_pages(any_app, batch_id, 1, name="b.png")
    factories.make_pages(any_app, batch_id, 1, PageState.ALIGNED, name="c.png")
    submission = factories.make_submission(any_app, batch_id, name="d.png")
    with any_app.session() as session:
        of_form = PageRow.submission_id == submission
        session.execute(update(PageRow).where(of_form).values(state=PageState.ALIGNED))
        session.execute(update(TemplateJobRow).values(changed_at=utc_now()))
    exports.request_export(any_app, batch_id, "csv")
    request_job(any_app, JobKind.BLANK, None, {})
    factories.let_time_pass(any_app, 1)
    with any_app.session() as session:
        past = utc_now() - timedelta(minutes=1)
        session.execute(update(TemplateJobRow).values(changed_at=past))
    tasks.take()
    for stage in Stage:
        assert operations_actions.requeue(any_app, stage, LOCAL_USER_ID) == 1, stage
    assert [name for name, _ in tasks.take()] == [
        queues.SPLIT_FILE,
        queues.ALIGN_PAGE,
        queues.ASSEMBLE_FILE,
        queues.READ_PAGES,
        queues.BUILD_EXPORT,
        queues.RUN_TEMPLATE_JOB,
    ]


def test_stopped_work_says_who_and_why_and_can_be_tried_again(
    any_app: Application, batch_id: int, tasks: RecordingTaskSender
) -> None:
    anna = people.add_person(any_app, "Anna")
    file = factories.upload(any_app, batch_id, b"a scan of some kind")
    export = exports.request_export(any_app, batch_id, "csv")
    job = request_job(any_app, JobKind.BLANK, None, {})
    [page] = factories.make_pages(any_app, batch_id, 1)
    tasks.take()
    ids = {
        Subject.FILE: file.id,
        Subject.EXPORT: export.id,
        Subject.JOB: job.id,
        Subject.PAGE: page,
    }
    for subject, row_id in ids.items():
        operations_actions.stop(any_app, subject, row_id, "the disk\nis  full", anna.id)
        item = operations.get_item(any_app, subject, row_id)
        assert item.message == "Stopped by Anna: the disk is full", subject
        with pytest.raises(ConflictError, match="does not wait any more"):
            operations_actions.stop(any_app, subject, row_id, "", anna.id)
    assert tasks.take() == [(queues.ASSEMBLE_FILE, (file_of(any_app, page),))]
    for subject, row_id in ids.items():
        operations_retrying.retry(any_app, subject, row_id, anna.id)
        with pytest.raises(ConflictError, match="nothing"):
            operations_retrying.retry(any_app, subject, row_id, anna.id)
    assert len(tasks.take()) == 4
    assert {subject: state_of(any_app, subject, i) for subject, i in ids.items()} == {
        Subject.FILE: FileState.UPLOADED,
        Subject.EXPORT: ExportState.PENDING,
        Subject.JOB: JobState.PENDING,
        Subject.PAGE: PageState.PENDING,
    }
    with any_app.session() as session:
        done = session.execute(
            select(AuditEventRow.verb, AuditEventRow.subject_type).where(
                AuditEventRow.user_id == anna.id
            )
        ).all()
    assert {tuple(row) for row in done} == {(v, s) for v in ("stop", "retry") for s in ids}


def test_what_is_being_worked_on_is_left_alone(any_app: Application, batch_id: int) -> None:
    [page] = factories.make_pages(any_app, batch_id, 1)
    assert claim(any_app, PageRow, page, PageState.PENDING)
    for act in (
        lambda: operations_actions.stop(any_app, Subject.PAGE, page, "", LOCAL_USER_ID),
        lambda: operations_actions.take_out(any_app, page, LOCAL_USER_ID),
    ):
        with pytest.raises(ConflictError, match="being worked on"):
            act()
    assert state_of(any_app, Subject.PAGE, page) == PageState.PENDING


@pytest.mark.parametrize("has_failed", [False, True])
def test_a_page_is_taken_out_and_brought_back(
    any_app: Application, batch_id: int, tasks: RecordingTaskSender, has_failed: bool
) -> None:
    page, other = factories.make_pages(any_app, batch_id, 2)
    if has_failed:
        fail_pages(any_app, [page])
    tasks.take()
    operations_actions.take_out(any_app, page, LOCAL_USER_ID)
    operations_actions.take_out(any_app, page, LOCAL_USER_ID)
    assert state_of(any_app, Subject.PAGE, page) == PageState.DROPPED
    assert [item.id for item in waiting_work(any_app, Stage.ALIGN)] == [other]
    assert operations.overview(any_app).failures == ()
    tasks.take()
    operations_actions.bring_back(any_app, page, LOCAL_USER_ID)
    assert tasks.take() == [(queues.ALIGN_PAGE, (page,))]
    assert state_of(any_app, Subject.PAGE, page) == PageState.PENDING
    with pytest.raises(ConflictError):
        operations_actions.bring_back(any_app, page, LOCAL_USER_ID)


def test_all_of_a_reason_are_tried_again(
    any_app: Application, batch_id: int, tasks: RecordingTaskSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations_retrying, "CHUNK", 2)
    pages = factories.make_pages(any_app, batch_id, 6)
    fail_pages(any_app, pages[:5])
    fail_pages(any_app, pages[5:], "other_form")
    failures = Failures(Subject.PAGE, BLURRED)
    done = operations_retrying.retry_all(any_app, failures, LOCAL_USER_ID)
    assert (done.number, done.refused, done.has_more) == (5, 0, False)
    assert tasks.take() == [(queues.ALIGN_PAGE, (page,)) for page in pages[:5]]
    assert operations_retrying.retry_all(any_app, failures, LOCAL_USER_ID).number == 0
    assert state_of(any_app, Subject.PAGE, pages[5]) == PageState.FAILED
    # What is too much for one press is left for the next.
    monkeypatch.setattr(operations_retrying, "MOST_AT_ONCE", 4)
    fail_pages(any_app, pages[:5])
    every = Failures(Subject.PAGE)
    first = operations_retrying.retry_all(any_app, every, LOCAL_USER_ID)
    assert (first.number, first.has_more) == (4, True)
    second = operations_retrying.retry_all(any_app, every, LOCAL_USER_ID)
    assert (second.number, second.has_more) == (2, False)


def test_two_who_press_at_once_try_each_thing_again_once(
    any_app: Application, batch_id: int, tasks: RecordingTaskSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations_retrying, "CHUNK", 3)
    files = [factories.make_pages(any_app, batch_id, 4, name=f"{n}.png") for n in range(4)]
    pages = [page_id for file in files for page_id in file]
    fail_pages(any_app, pages)
    tasks.take()

    def press(_: int) -> operations_retrying.Retried:
        return operations_retrying.retry_all(any_app, Failures(Subject.PAGE), LOCAL_USER_ID)

    with ThreadPoolExecutor(2) as both:
        done = list(both.map(press, range(2)))
    assert sum(each.number for each in done) == len(pages)
    assert [each.refused for each in done] == [0, 0]
    assert sorted(args for _, args in tasks.take()) == [(page_id,) for page_id in pages]


def test_all_of_a_batch_are_tried_again_but_what_cannot_be_read(any_app: Application) -> None:
    ours, theirs = factories.make_batch(any_app).id, factories.make_batch(any_app).id
    files = [factories.upload(any_app, ours, f"scan {n}".encode()).id for n in range(3)]
    other = factories.upload(any_app, theirs, b"another").id
    for file_id in (files[0], files[1], other):
        fail(any_app, FileRow, file_id, "storage_full", "The disk is full.")
    fail(any_app, FileRow, files[2], DamagedFileError.code, "The file is damaged.")
    done = operations_retrying.retry_all(any_app, Failures(Subject.FILE, None, ours), LOCAL_USER_ID)
    assert done.number == 2
    assert state_of(any_app, Subject.FILE, other) == FileState.FAILED
    assert state_of(any_app, Subject.FILE, files[2]) == FileState.FAILED
    with pytest.raises(ConflictError, match="cannot help"):
        operations_retrying.retry_all(
            any_app, Failures(Subject.FILE, DamagedFileError.code), LOCAL_USER_ID
        )


def test_a_file_whose_content_came_again_does_not_keep_others_back(
    any_app: Application, batch_id: int
) -> None:
    ids = [factories.upload(any_app, batch_id, data).id for data in (b"one", b"two")]
    for file_id in ids:
        fail(any_app, FileRow, file_id, "storage_full", "The disk is full.")
    factories.upload(any_app, batch_id, b"one", "again.png")
    done = operations_retrying.retry_all(
        any_app, Failures(Subject.FILE, "storage_full"), LOCAL_USER_ID
    )
    assert (done.number, done.refused, done.has_more) == (1, 1, False)
    states = [state_of(any_app, Subject.FILE, file_id) for file_id in ids]
    assert states == [FileState.FAILED, FileState.UPLOADED]


def test_exports_and_jobs_that_failed_are_removed(any_app: Application, batch_id: int) -> None:
    export = exports.request_export(any_app, batch_id, "csv").id
    job = request_job(any_app, JobKind.BLANK, None, {}).id
    file = factories.upload(any_app, batch_id, b"a scan of some kind").id
    for subject, row_id in ((Subject.EXPORT, export), (Subject.JOB, job), (Subject.FILE, file)):
        with pytest.raises(ConflictError, match="has not failed"):
            operations_actions.remove(any_app, subject, row_id, LOCAL_USER_ID)
        operations_actions.stop(any_app, subject, row_id, "", LOCAL_USER_ID)
        operations_actions.remove(any_app, subject, row_id, LOCAL_USER_ID)
        with pytest.raises(NotFoundError):
            operations.get_item(any_app, subject, row_id)
        with pytest.raises(NotFoundError):
            operations_actions.remove(any_app, subject, row_id, LOCAL_USER_ID)
