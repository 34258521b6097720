"""Work that another worker has taken over in the meantime, or must not take over yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from time import sleep
from typing import Any

import pytest

from forms_app import queues
from forms_app.errors import StorageUnavailableError
from forms_app.files import FileStore
from forms_app.reading.errors import ForeignPageError
from forms_app.services import alignment, export_building, exports, reading_batches
from forms_app.services.alignment import align_page
from forms_app.services.application import Application
from forms_app.services.attempts import claim, fail
from forms_app.services.reading import read_pages
from forms_app.store.models import ExportRow, PageRow
from forms_app.store.states import ExportState
from tests import factories
from tests.fakes import RecordingTaskSender, run_sent_tasks
from tests.services.meanwhile import pages_of, states, suspend


def test_an_alignment_that_outlived_its_lease_changes_nothing(
    any_app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A suspended machine wakes up when the page has long been read."""
    batch = factories.make_batch(any_app)
    factories.upload(any_app, batch.id, factories.draw_blank(), "scan.tiff")
    run_sent_tasks(any_app, stop_before=queues.ALIGN_PAGE)
    [page] = pages_of(any_app)

    def another_worker() -> None:
        factories.let_time_pass(any_app, minutes=30)
        align_page(any_app, page.id)
        run_sent_tasks(any_app)
        assert states(any_app) == (["read"], ["needs_review"], ["done"])

    suspend(monkeypatch, alignment, "lay_page", another_worker)
    align_page(any_app, page.id)
    run_sent_tasks(any_app)
    assert states(any_app) == (["read"], ["needs_review"], ["done"])
    aligned_hash = pages_of(any_app)[0].aligned_hash
    assert aligned_hash is not None and any_app.files.exists(aligned_hash)


def test_a_failure_that_comes_too_late_fails_nothing(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = factories.make_batch(app)
    factories.upload(app, batch.id, factories.draw_blank(), "scan.tiff")
    run_sent_tasks(app, stop_before=queues.ALIGN_PAGE)
    [page] = pages_of(app)

    def another_worker(*_: object) -> None:
        monkeypatch.undo()
        factories.let_time_pass(app, minutes=30)
        align_page(app, page.id)
        raise ForeignPageError("This page belongs to another form.")

    monkeypatch.setattr(alignment, "lay_page", another_worker)
    align_page(app, page.id)
    run_sent_tasks(app)
    assert states(app) == (["read"], ["needs_review"], ["done"])


def test_a_reading_that_outlived_its_lease_changes_nothing(
    any_app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = factories.make_batch(any_app)
    factories.upload(any_app, batch.id, factories.draw_blank(), "scan.tiff")
    run_sent_tasks(any_app, stop_before=queues.READ_PAGES)

    def another_worker() -> None:
        factories.let_time_pass(any_app, minutes=30)
        assert read_pages(any_app, 8) == 1
        fail(any_app, PageRow, pages_of(any_app)[0].id, "foreign_page", "As if tried again since.")

    suspend(monkeypatch, reading_batches, "classify_stacks", another_worker)
    assert read_pages(any_app, 8) == 1
    assert states(any_app)[0] == ["failed"]


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
    assert [(page.attempts, page.lease_until) for page in pages_of(app)] == [(0, None)] * 2


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
