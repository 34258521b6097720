"""What is deleted while somebody works on it, or while the same arrives anew."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import cv2
import numpy as np
import pytest
from sqlalchemy import select

from forms_app import queues
from forms_app.errors import NotFoundError, StorageUnavailableError
from forms_app.files import FileStore
from forms_app.services import (
    adding,
    batches,
    export_building,
    exports,
    reading,
    resumable_uploads,
    uploads,
)
from forms_app.services.application import Application
from forms_app.services.reading import read_pages
from forms_app.services.sweeping import sweep
from forms_app.store.models import ExportRow, FileRow
from tests import factories
from tests.fakes import run_sent_tasks
from tests.services.meanwhile import pages_of, suspend

PNG = cv2.imencode(".png", np.full((50, 40), 200, np.uint8))[1].tobytes()


def test_bytes_deleted_during_the_upload_of_the_same_are_kept(
    any_app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = factories.make_batch(any_app), factories.make_batch(any_app)
    factories.upload(any_app, first.id, PNG)
    suspend(monkeypatch, adding, "lock_blobs", lambda: batches.delete_batch(any_app, first.id))
    factories.upload(any_app, second.id, PNG)
    assert any_app.files.get(_content(any_app)) == PNG


def test_bytes_deleted_while_a_part_with_the_same_arrives_are_kept(
    any_app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = factories.make_batch(any_app), factories.make_batch(any_app)
    factories.upload(any_app, first.id, PNG)
    place = resumable_uploads
    suspend(monkeypatch, place, "lock_blobs", lambda: batches.delete_batch(any_app, first.id))
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
    suspend(monkeypatch, adding, "lock_blobs", lambda: batches.delete_batch(any_app, batch.id))
    with pytest.raises(NotFoundError, match="batch"):
        uploads.add_file(any_app, batch.id, "scan.png", io.BytesIO(PNG))
    assert factories.folder_size(any_app.settings.data_dir) == before


def test_an_export_deleted_while_it_is_built(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = factories.make_batch(app)
    factories.make_submission(app, batch.id)
    export = exports.request_export(app, batch.id, "csv")

    def delete() -> None:
        batches.delete_batch(app, batch.id)

    suspend(monkeypatch, export_building, "hold", delete)
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
    suspend(monkeypatch, reading, "_job", lambda: uploads.remove_file(app, files[0].id))
    assert read_pages(app, 8) == 2
    assert [page.state for page in pages_of(app)] == ["read"]
