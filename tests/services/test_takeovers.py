"""Work that another has taken over, or taken away, in the meantime."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import sleep
from typing import Any

import cv2
import numpy as np
import pytest
from sqlalchemy import select

from forms_app import queues
from forms_app.errors import NotFoundError, StorageUnavailableError
from forms_app.files import FileStore
from forms_app.reading.errors import ForeignPageError
from forms_app.services import (
    adding,
    alignment,
    batches,
    export_building,
    exports,
    reading,
    resumable_uploads,
    review,
    uploads,
)
from forms_app.services.alignment import align_page
from forms_app.services.application import Application
from forms_app.services.assembly import assemble_file
from forms_app.services.attempts import claim, fail
from forms_app.services.reading import read_pages
from forms_app.services.sweeping import sweep
from forms_app.store.models import ExportRow, FileRow, PageRow, SubmissionRow
from forms_app.store.states import ExportState, PageState
from tests import factories
from tests.fakes import RecordingTaskSender, run_sent_tasks

PNG = cv2.imencode(".png", np.full((50, 40), 200, np.uint8))[1].tobytes()
TWO_PAGES = [*factories.FIELDS, {**factories.CONSENT, "name": "agreed", "page": 2}]


def _pages(app: Application) -> list[PageRow]:
    with app.session() as session:
        return list(session.scalars(select(PageRow).order_by(PageRow.id)))


def _states(app: Application) -> tuple[list[str], list[str], list[str]]:
    """Of pages, submissions and files."""
    with app.session() as session:
        kinds = (PageRow, SubmissionRow, FileRow)
        pages, forms, files = (
            list(session.scalars(select(kind.state).order_by(kind.id))) for kind in kinds
        )
    return pages, forms, files


def _suspend(
    monkeypatch: pytest.MonkeyPatch, place: Any, name: str, meanwhile: Callable[[], None]
) -> None:
    """The next call of `name` is held up while `meanwhile` happens."""
    real = getattr(place, name)

    def held_up(*args: Any) -> Any:
        monkeypatch.undo()
        meanwhile()
        return real(*args)

    monkeypatch.setattr(place, name, held_up)


def test_an_alignment_that_outlived_its_lease_changes_nothing(
    any_app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A suspended machine wakes up when the page has long been read."""
    batch = factories.make_batch(any_app)
    factories.upload(any_app, batch.id, factories.draw_blank(), "scan.tiff")
    run_sent_tasks(any_app, stop_before=queues.ALIGN_PAGE)
    [page] = _pages(any_app)

    def another_worker() -> None:
        factories.let_time_pass(any_app, minutes=30)
        align_page(any_app, page.id)
        run_sent_tasks(any_app)
        assert _states(any_app) == (["read"], ["needs_review"], ["done"])

    _suspend(monkeypatch, alignment, "lay_page", another_worker)
    align_page(any_app, page.id)
    run_sent_tasks(any_app)
    assert _states(any_app) == (["read"], ["needs_review"], ["done"])
    aligned_hash = _pages(any_app)[0].aligned_hash
    assert aligned_hash is not None and any_app.files.exists(aligned_hash)


def test_a_failure_that_comes_too_late_fails_nothing(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = factories.make_batch(app)
    factories.upload(app, batch.id, factories.draw_blank(), "scan.tiff")
    run_sent_tasks(app, stop_before=queues.ALIGN_PAGE)
    [page] = _pages(app)

    def another_worker(*_: object) -> None:
        monkeypatch.undo()
        factories.let_time_pass(app, minutes=30)
        align_page(app, page.id)
        raise ForeignPageError("This page belongs to another form.")

    monkeypatch.setattr(alignment, "lay_page", another_worker)
    align_page(app, page.id)
    run_sent_tasks(app)
    assert _states(app) == (["read"], ["needs_review"], ["done"])


def test_a_reading_that_outlived_its_lease_changes_nothing(
    any_app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = factories.make_batch(any_app)
    factories.upload(any_app, batch.id, factories.draw_blank(), "scan.tiff")
    run_sent_tasks(any_app, stop_before=queues.READ_PAGES)

    def another_worker() -> None:
        factories.let_time_pass(any_app, minutes=30)
        assert read_pages(any_app, 8) == 1
        fail(any_app, PageRow, _pages(any_app)[0].id, "foreign_page", "As if tried again since.")

    _suspend(monkeypatch, reading, "read_aligned_pages", another_worker)
    assert read_pages(any_app, 8) == 1
    assert _states(any_app)[0] == ["failed"]


def test_pages_of_every_template_are_put_off_together(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        factories.upload(app, factories.make_batch(app).id, factories.draw_blank(), "scan.tiff")
    run_sent_tasks(app, stop_before=queues.READ_PAGES)

    def unavailable(*_: object) -> bytes:
        raise StorageUnavailableError("The place where files are kept does not answer.")

    monkeypatch.setattr(FileStore, "get", unavailable)
    with pytest.raises(StorageUnavailableError):
        read_pages(app, 8)
    assert [(page.attempts, page.lease_until) for page in _pages(app)] == [(0, None)] * 2


def test_a_form_whose_last_page_fails_again_is_finished(any_app: Application) -> None:
    """Its other page was read while this one was tried again."""
    batch = factories.make_batch(any_app, TWO_PAGES, pages=2)
    pages = factories.make_pages(any_app, batch.id, 2, PageState.ALIGNED)
    with any_app.session() as session:
        for number, page_id in enumerate(pages, start=1):
            session.get_one(PageRow, page_id).template_page = number
        file_id = session.get_one(PageRow, pages[0]).file_id
    assemble_file(any_app, file_id)
    fail(any_app, PageRow, pages[1], "internal", "Fieldhand failed on this page.")
    uploads.retry_page(any_app, pages[1])
    factories.save_page(any_app, pages[0], factories.READINGS)
    assert _states(any_app)[1] == ["reading"]
    factories.break_page(any_app, pages[1])
    for _ in range(any_app.settings.max_attempts):
        align_page(any_app, pages[1])
    run_sent_tasks(any_app)
    assert _states(any_app) == (["read", "failed"], ["needs_review"], ["done"])


def test_a_form_is_not_done_before_its_last_page_is_read(any_app: Application) -> None:
    """Its first page is reviewed meanwhile."""
    batch = factories.make_batch(any_app, TWO_PAGES, pages=2)
    pages = factories.make_pages(any_app, batch.id, 2, PageState.ALIGNED)
    with any_app.session() as session:
        for number, page_id in enumerate(pages, start=1):
            session.get_one(PageRow, page_id).template_page = number
        file_id = session.get_one(PageRow, pages[0]).file_id
    assemble_file(any_app, file_id)
    factories.save_page(any_app, pages[0], factories.READINGS)
    for name in ("number", "consent"):
        assert review.decide(any_app, 1, name, "confirm").submission_state == "reading"
    factories.save_page(any_app, pages[1], [factories.reading("agreed", True)])
    assert _states(any_app)[1] == ["done"]


def test_a_page_that_became_another_page_of_its_form_is_refused(any_app: Application) -> None:
    batch = factories.make_batch(any_app, TWO_PAGES, pages=2)
    factories.upload(any_app, batch.id, factories.draw_blank(2, TWO_PAGES), "scan.tiff")
    run_sent_tasks(any_app)
    second = _pages(any_app)[1]
    fail(any_app, PageRow, second.id, "internal", "Fieldhand failed on this page.")
    first_twice = cv2.imencodemulti(".tiff", [_first_page()] * 2)[1]
    factories.replace_content(any_app, second.file_id, any_app.files.put(bytes(first_twice)))
    uploads.retry_page(any_app, second.id)
    run_sent_tasks(any_app)
    assert _states(any_app) == (["read", "failed"], ["needs_review"], ["done"])
    page = _pages(any_app)[1]
    assert page.error_code == "conflict" and page.error_message is not None
    assert "now looks like page 1" in page.error_message


def _first_page() -> np.ndarray:
    _, pages = cv2.imdecodemulti(
        np.frombuffer(factories.draw_blank(2, TWO_PAGES), np.uint8), cv2.IMREAD_GRAYSCALE
    )
    return np.asarray(pages[0])


def test_bytes_deleted_during_the_upload_of_the_same_are_kept(
    any_app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = factories.make_batch(any_app), factories.make_batch(any_app)
    factories.upload(any_app, first.id, PNG)
    _suspend(monkeypatch, adding, "lock_blobs", lambda: batches.delete_batch(any_app, first.id))
    factories.upload(any_app, second.id, PNG)
    assert any_app.files.get(_content(any_app)) == PNG


def test_bytes_deleted_while_a_part_with_the_same_arrives_are_kept(
    any_app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = factories.make_batch(any_app), factories.make_batch(any_app)
    factories.upload(any_app, first.id, PNG)
    place = resumable_uploads
    _suspend(monkeypatch, place, "lock_blobs", lambda: batches.delete_batch(any_app, first.id))
    upload = place.start_upload(any_app, second.id, "scan.png", len(PNG))
    place.append(any_app, upload.id, 0, io.BytesIO(PNG))
    assert any_app.files.get(_content(any_app)) == PNG


def test_deleting_and_uploading_the_same_at_once(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    with ThreadPoolExecutor(2) as pool:
        for _ in range(15):
            old = factories.upload(any_app, factories.make_batch(any_app).id, PNG)
            deleting = pool.submit(uploads.remove_file, any_app, old.id)
            new = pool.submit(factories.upload, any_app, batch.id, PNG).result()
            deleting.result()
            assert any_app.files.get(_content(any_app)) == PNG
            uploads.remove_file(any_app, new.id)


def _content(app: Application) -> str:
    with app.session() as session:
        [content] = session.scalars(select(FileRow.content_hash).distinct())
    assert content is not None
    return content


def test_a_deletion_that_was_interrupted_is_finished_by_the_sweeper(
    any_app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = factories.make_batch(any_app)
    factories.upload(any_app, batch.id, PNG)
    key = _content(any_app)

    def unavailable(*_: object) -> None:
        raise StorageUnavailableError("The place where files are kept does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(FileStore, "delete", unavailable)
        batches.delete_batch(any_app, batch.id)
    assert any_app.files.exists(key)
    hasty = replace(any_app, settings=replace(any_app.settings, sweep_seconds=0))
    sweep(hasty)
    assert not any_app.files.exists(key)
    factories.upload(any_app, factories.make_batch(any_app).id, PNG)
    sweep(hasty)
    assert any_app.files.exists(key)


def test_a_batch_deleted_during_an_upload_leaves_nothing(
    any_app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = factories.make_batch(any_app)
    before = factories.folder_size(any_app.settings.data_dir)
    _suspend(monkeypatch, adding, "lock_blobs", lambda: batches.delete_batch(any_app, batch.id))
    with pytest.raises(NotFoundError, match="batch"):
        uploads.add_file(any_app, batch.id, "scan.png", io.BytesIO(PNG))
    assert factories.folder_size(any_app.settings.data_dir) == before


def test_a_long_export_keeps_its_lease(
    any_app: Application, tasks: RecordingTaskSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasty = replace(any_app, settings=replace(any_app.settings, lease_seconds=1))
    batch = factories.make_batch(hasty)
    for name in ("a.png", "b.png", "c.png", "d.png"):
        factories.make_submission(hasty, batch.id, name=name)
    real = export_building.iter_records

    def slow(*args: Any) -> Iterator[Any]:
        for record in real(*args):
            sleep(0.4)
            yield record
            assert not claim(hasty, ExportRow, export.id, ExportState.PENDING)

    monkeypatch.setattr(export_building, "iter_records", slow)
    export = exports.request_export(hasty, batch.id, "csv")
    exports.build_export(hasty, export.id)
    assert exports.get_export(hasty, export.id).state == "done"


def test_an_export_deleted_while_it_is_built(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = factories.make_batch(app)
    factories.make_submission(app, batch.id)
    export = exports.request_export(app, batch.id, "csv")

    def delete() -> None:
        batches.delete_batch(app, batch.id)

    _suspend(monkeypatch, export_building, "hold", delete)
    exports.build_export(app, export.id)
    with app.session() as session:
        assert session.get(ExportRow, export.id) is None


def test_a_page_deleted_after_it_was_claimed(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others of its round are read all the same."""
    batch = factories.make_batch(app)
    files = [
        factories.upload(app, batch.id, factories.draw_blank(1, fields), f"{len(fields)}.tiff")
        for fields in (factories.FIELDS, factories.FIELDS[:2])
    ]
    run_sent_tasks(app, stop_before=queues.READ_PAGES)
    _suspend(monkeypatch, reading, "_job", lambda: uploads.remove_file(app, files[0].id))
    assert read_pages(app, 8) == 2
    assert [page.state for page in _pages(app)] == ["read"]
