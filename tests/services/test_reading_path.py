"""From upload to readings with the real pipeline: grouping, failures, repeats, second tries."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from sqlalchemy import func, select

from forms_app import queues
from forms_app.errors import StorageUnavailableError
from forms_app.files import FileStore
from forms_app.reading.intake import open_page
from forms_app.services import batches, review, uploads
from forms_app.services.alignment import align_page
from forms_app.services.application import Application
from forms_app.services.assembly import assemble_file
from forms_app.services.reading import read_pages
from forms_app.services.sweeping import free_all_leases, sweep
from forms_app.store.models import PageRow, ReadingRow
from forms_app.store.states import PageState
from tests import factories
from tests.fakes import RecordingTaskSender, run_sent_tasks
from tests.services.two_page_scans import FIELDS, filled_page, foreign_page, forms_of, tiff_of


def _count_readings(app: Application) -> int | None:
    with app.session() as session:
        return session.scalar(select(func.count()).select_from(ReadingRow))


def test_a_file_of_several_forms_is_read(any_app: Application) -> None:
    """Two forms of two pages, one of them upside down, its pages in the wrong order."""
    batch = factories.make_batch(any_app, FIELDS, pages=2)
    upside_down = np.ascontiguousarray(np.rot90(filled_page(1), 2))
    factories.upload(
        any_app, batch.id, tiff_of([filled_page(1), filled_page(2), filled_page(2), upside_down])
    )
    run_sent_tasks(any_app)
    assert [pages for _, pages in forms_of(any_app)] == [
        [(1, 1), (2, 2)],
        [(3, 2), (4, 1)],
    ]
    summary = batches.get_batch(any_app, batch.id).summary
    assert (summary.pages, summary.pages_read, summary.submissions) == (4, 4, 2)
    assert summary.fields == 8
    for submission_id in (1, 2):
        detail = review.get_submission(any_app, submission_id)
        values = {value.field.name: value.value for value in detail.fields}
        assert list(values) == ["surname", "number", "consent", "agreed"]
        assert values["consent"] is True and values["agreed"] is True
        assert values["surname"] is None
    [file] = batches.get_batch(any_app, batch.id).files
    assert (file.state, file.pages_read) == ("done", 4)


def test_written_fields_are_reviewed_below_the_threshold_of_the_settings(app: Application) -> None:
    strict = replace(app, settings=replace(app.settings, review_below=1.0))
    fields = [factories.CONSENT, {**factories.NUMBER, "min_length": 1}]
    batch = factories.make_batch(strict, fields)
    page = open_page(factories.draw_blank(1, fields), "blank", 1).grey.copy()
    x, y, _, height = factories.NUMBER["box"]
    cv2.putText(page, "4", (x + 20, y + height - 12), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 3)
    factories.upload(strict, batch.id, tiff_of([page]))
    run_sent_tasks(strict)
    item = review.get_item(strict, 1, "number")
    assert item.current.value == "4"
    assert any("100% are asked for" in reason for reason in item.current.reading.reasons)


def test_a_missing_page_is_said_to_be_missing(app: Application) -> None:
    batch = factories.make_batch(app, FIELDS, pages=2)
    factories.upload(app, batch.id, tiff_of([filled_page(1)]))
    run_sent_tasks(app)
    item = review.get_item(app, 1, "agreed")
    assert (item.current.outcome, item.current.value) == ("missing_page", None)
    assert item.page_id is None
    assert forms_of(app)[0][0] == "needs_review"


def test_foreign_and_blank_pages_fail_alone(any_app: Application) -> None:
    batch = factories.make_batch(any_app, FIELDS, pages=2)
    empty = np.full((1169, 826), 255, np.uint8)
    factories.upload(
        any_app, batch.id, tiff_of([filled_page(1), foreign_page(), empty, filled_page(2)])
    )
    run_sent_tasks(any_app)
    [file] = batches.get_batch(any_app, batch.id).files
    assert [(page.number, page.error_code) for page in file.failed_pages] == [
        (2, "foreign_page"),
        (3, "blank_page"),
    ]
    assert (file.state, file.pages_read) == ("done", 2)
    assert forms_of(any_app) == [("needs_review", [(1, 1), (4, 2)])]


def test_a_file_of_which_nothing_can_be_read_fails(app: Application) -> None:
    batch = factories.make_batch(app)
    factories.upload(app, batch.id, tiff_of([foreign_page()]))
    run_sent_tasks(app)
    [file] = batches.get_batch(app, batch.id).files
    assert (file.state, file.error_code) == ("failed", "foreign_page")
    assert file.error_message == file.failed_pages[0].message
    assert batches.get_batch(app, batch.id).summary.state == "done"


def test_a_file_tried_again_tries_its_pages_again(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    file = factories.upload(any_app, batch.id, tiff_of([foreign_page(), foreign_page()]))
    run_sent_tasks(any_app)
    [failed] = batches.get_batch(any_app, batch.id).files
    assert (failed.state, failed.error_code) == ("failed", "foreign_page")
    factories.replace_content(
        any_app, file.id, any_app.files.put(tiff_of([filled_page(1), foreign_page()]))
    )
    assert uploads.retry_file(any_app, file.id).failed_pages == ()
    run_sent_tasks(any_app)
    [again] = batches.get_batch(any_app, batch.id).files
    assert (again.state, again.error_code, again.pages_read) == ("done", None, 1)
    assert [page.number for page in again.failed_pages] == [2]


def test_every_task_may_run_twice(app: Application, tasks: RecordingTaskSender) -> None:
    batch = factories.make_batch(app)
    file = factories.upload(app, batch.id, tiff_of([filled_page(1), filled_page(1)]))
    run_sent_tasks(app)
    before = forms_of(app), _count_readings(app)
    with app.session() as session:
        pages = session.scalars(select(PageRow.id)).all()
    for page_id in pages:
        align_page(app, page_id)
    assemble_file(app, file.id)
    assert read_pages(app, 8) == 0
    run_sent_tasks(app)
    assert (forms_of(app), _count_readings(app)) == before


def test_a_page_tried_again_joins_its_form(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first alignment fails (a store that loses the file for a while), the rest goes on."""
    batch = factories.make_batch(app, FIELDS, pages=2)
    factories.upload(
        app, batch.id, tiff_of([filled_page(1), foreign_page(), filled_page(1), filled_page(2)])
    )
    run_sent_tasks(app)
    assert [pages for _, pages in forms_of(app)] == [[(1, 1)], [(3, 1), (4, 2)]]
    [file] = batches.get_batch(app, batch.id).files
    [failure] = file.failed_pages
    # The same file with the right sheet in second place, as if it was read better this time.
    better = app.files.put(
        tiff_of([filled_page(1), filled_page(2), filled_page(1), filled_page(2)])
    )
    factories.replace_content(app, file.id, better)
    uploads.retry_page(app, failure.page_id)
    run_sent_tasks(app)
    assert [pages for _, pages in forms_of(app)] == [[(1, 1), (2, 2)], [(3, 1), (4, 2)]]
    assert review.get_item(app, 1, "agreed").current.value is True


def test_a_fault_of_our_own_fails_the_page_after_its_attempts(
    app: Application, tasks: RecordingTaskSender
) -> None:
    batch = factories.make_batch(app)
    [page_id] = factories.make_pages(app, batch.id, 1)
    factories.break_page(app, page_id)
    for _ in range(app.settings.max_attempts):
        align_page(app, page_id)
    with app.session() as session:
        page = session.get_one(PageRow, page_id)
    assert (page.state, page.error_code, page.lease_until) == ("failed", "internal", None)
    assert page.error_message is not None and "Fieldhand failed" in page.error_message
    assert (queues.ASSEMBLE_FILE, (page.file_id,)) in tasks.take()


def test_one_bad_page_does_not_take_its_batch_along(app: Application) -> None:
    """An aligned page whose stored image has the wrong size: a fault found when it is read."""
    batch = factories.make_batch(app)
    factories.upload(app, batch.id, tiff_of([filled_page(1), filled_page(1), filled_page(1)]))
    _run_until_aligned(app)
    factories.store_wrong_image(app, page_number=2)
    for _ in range(app.settings.max_attempts + 1):
        read_pages(app, 8)
    with app.session() as session:
        states = session.scalars(select(PageRow.state).order_by(PageRow.number)).all()
    assert states == ["read", "failed", "read"]
    assert [state for state, _ in forms_of(app)] == ["needs_review"] * 3
    item = review.get_item(app, 2, "consent")
    assert (item.current.outcome, item.current.state) == ("unreadable", "open")


def _run_until_aligned(app: Application) -> None:
    sender = app.tasks
    assert isinstance(sender, RecordingTaskSender)
    run_sent_tasks(app, stop_before=queues.READ_PAGES)


def test_an_outage_counts_no_attempt(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = factories.make_batch(app)
    factories.upload(app, batch.id, tiff_of([filled_page(1)]))
    _run_until_aligned(app)

    def unavailable(*_: object) -> bytes:
        raise StorageUnavailableError("The place where files are kept does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(FileStore, "get", unavailable)
        for _ in range(5):
            with pytest.raises(StorageUnavailableError):
                read_pages(app, 8)
    assert read_pages(app, 8) == 1
    assert forms_of(app)[0][0] == "needs_review"


def test_pages_that_kill_their_worker_run_out_of_attempts(
    any_app: Application, tasks: RecordingTaskSender
) -> None:
    batch = factories.make_batch(any_app)
    [page_id] = factories.make_pages(any_app, batch.id, 1)
    for _ in range(any_app.settings.max_attempts):
        factories.claim_and_die(any_app, page_id)
        factories.let_time_pass(any_app, minutes=30)
    assert sweep(any_app).failed == 1
    with any_app.session() as session:
        page = session.get_one(PageRow, page_id)
    assert (page.state, page.error_code) == ("failed", "worker_lost")
    factories.let_time_pass(any_app, minutes=30)
    tasks.take()
    sweep(any_app)
    run_sent_tasks(any_app)
    [file] = batches.get_batch(any_app, batch.id).files
    assert (file.state, file.error_code) == ("failed", "worker_lost")


def test_the_sweeper_sends_again_what_was_left_behind(
    any_app: Application, tasks: RecordingTaskSender
) -> None:
    batch = factories.make_batch(any_app)
    pages = factories.make_pages(any_app, batch.id, 2)
    factories.claim_and_die(any_app, pages[0])
    assert sweep(any_app).sent == 0
    factories.let_time_pass(any_app, minutes=30)
    assert sweep(any_app).sent == 2
    assert tasks.take() == [(queues.ALIGN_PAGE, (page_id,)) for page_id in pages]
    assert sweep(any_app).sent == 0  # Not again at once: the queue would double.


def test_what_a_dead_worker_held_does_not_wait_for_a_quiet_hour(
    any_app: Application, tasks: RecordingTaskSender
) -> None:
    batch = factories.make_batch(any_app)
    dead, queued = factories.make_pages(any_app, batch.id, 2)
    factories.claim_and_die(any_app, dead)
    factories.let_time_pass(any_app, minutes=4)
    with any_app.session() as session:
        session.get_one(PageRow, queued).error_code = "moves"
    assert sweep(any_app).sent == 1
    assert tasks.take() == [(queues.ALIGN_PAGE, (dead,))]
    assert sweep(any_app).sent == 0


def test_a_new_start_frees_all_leases(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    [page_id] = factories.make_pages(any_app, batch.id, 1)
    factories.claim_and_die(any_app, page_id)
    assert free_all_leases(any_app) == 1
    with any_app.session() as session:
        page = session.get_one(PageRow, page_id)
    assert (page.state, page.attempts, page.lease_until) == (PageState.PENDING, 0, None)
