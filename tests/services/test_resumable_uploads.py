"""Files that arrive in parts: nothing is lost, nothing doubled, whatever breaks in between."""

from __future__ import annotations

import hashlib
import io
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from forms_app import queues
from forms_app.errors import ConflictError, NotFoundError, StorageUnavailableError
from forms_app.reading.errors import FileTooLargeError
from forms_app.services import batches
from forms_app.services.application import Application
from forms_app.services.resumable_uploads import (
    abandon_upload,
    append,
    get_upload,
    start_upload,
)
from forms_app.services.sweeping import sweep
from forms_app.store.models import FileRow, UploadRow
from tests import factories
from tests.fakes import RecordingTaskSender
from tests.reading.zip_bytes import zip_bytes

DATA = bytes(range(256)) * 40


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forms_app.services.resumable_uploads.PART_BYTES", 3000)


def _send(app: Application, upload_id: str, start: int, data: bytes) -> None:
    append(app, upload_id, start, io.BytesIO(data))


def _stored_files(app: Application) -> int:
    return len(factories.folder_size(app.settings.data_dir / "files"))


def _make_older(app: Application, upload_id: str, **age: float) -> None:
    with app.session() as session:
        row = session.get_one(UploadRow, upload_id)
        row.changed_at -= timedelta(**age)
        if row.finished_at:
            row.finished_at -= timedelta(**age)


@pytest.mark.usefixtures("small_parts")
def test_a_file_in_parts_becomes_one_file(any_app: Application, tasks: RecordingTaskSender) -> None:
    batch = factories.make_batch(any_app)
    before = _stored_files(any_app)
    upload = start_upload(any_app, batch.id, "monday/scan.pdf", len(DATA))
    _send(any_app, upload.id, 0, DATA[:4000])
    assert get_upload(any_app, upload.id).received == 4000
    assert batches.get_batch(any_app, batch.id).files == ()
    _send(any_app, upload.id, 4000, DATA[4000:])
    [file] = batches.get_batch(any_app, batch.id).files
    assert (file.name, file.size, file.state) == ("monday/scan.pdf", len(DATA), "uploaded")
    assert tasks.take() == [(queues.SPLIT_FILE, (file.id,))]
    with any_app.session() as session:
        key = session.get_one(FileRow, file.id).content_hash
    assert key == hashlib.sha256(DATA).hexdigest()
    assert any_app.files.get(key) == DATA
    assert _stored_files(any_app) == before + 1  # the parts are gone


def test_a_file_of_one_part_is_stored_once(app: Application) -> None:
    batch = factories.make_batch(app)
    before = _stored_files(app)
    upload = start_upload(app, batch.id, "scan.pdf", len(DATA))
    _send(app, upload.id, 0, DATA)
    assert _stored_files(app) == before + 1
    [file] = batches.get_batch(app, batch.id).files
    done = get_upload(app, upload.id)
    assert (done.file_id, done.is_finished) == (file.id, True)


@pytest.mark.usefixtures("small_parts")
def test_what_arrived_before_the_connection_broke_is_kept(app: Application) -> None:
    """Even the piece of a part; the next request goes on behind it."""
    batch = factories.make_batch(app)
    upload = start_upload(app, batch.id, "scan.pdf", len(DATA))
    _send(app, upload.id, 0, DATA[:3100])
    received = get_upload(app, upload.id).received
    assert received == 3100
    _send(app, upload.id, received, DATA[received:])
    assert get_upload(app, upload.id).is_finished


def test_a_part_sent_twice_counts_once(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    upload = start_upload(any_app, batch.id, "scan.pdf", len(DATA))
    _send(any_app, upload.id, 0, DATA[:100])
    with pytest.raises(ConflictError, match="goes on at byte 100"):
        _send(any_app, upload.id, 0, DATA[:100])
    _send(any_app, upload.id, 100, DATA[100:])
    with pytest.raises(ConflictError):
        _send(any_app, upload.id, 100, DATA[100:])
    assert len(batches.get_batch(any_app, batch.id).files) == 1


def test_two_requests_at_once_add_one_file(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    upload = start_upload(any_app, batch.id, "scan.pdf", len(DATA))
    outcomes: list[str] = []

    def send() -> None:
        try:
            _send(any_app, upload.id, 0, DATA)
            outcomes.append("kept")
        except ConflictError:
            outcomes.append("refused")

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["kept", *["refused"] * 3]
    [file] = batches.get_batch(any_app, batch.id).files
    with any_app.session() as session:
        assert any_app.files.get(session.get_one(FileRow, file.id).content_hash or "") == DATA


def test_more_bytes_than_announced_are_left_unread(app: Application) -> None:
    batch = factories.make_batch(app)
    upload = start_upload(app, batch.id, "scan.pdf", 100)
    _send(app, upload.id, 0, DATA)
    [file] = batches.get_batch(app, batch.id).files
    assert file.size == 100


def test_empty_and_too_large_files(app: Application) -> None:
    batch = factories.make_batch(app)
    start_upload(app, batch.id, "empty.pdf", 0)
    [file] = batches.get_batch(app, batch.id).files
    assert (file.state, file.error_code) == ("failed", "empty_file")
    app = replace(app, settings=replace(app.settings, max_file_mb=200))
    limit = app.settings.max_file_mb << 20
    said = r"^big\.pdf has 201 MB; at most 200 MB .*setting max_file_mb"
    with pytest.raises(FileTooLargeError, match=said):
        start_upload(app, batch.id, "big.pdf", limit + 1)
    start_upload(app, batch.id, "big.zip", limit + 1)
    with pytest.raises(FileTooLargeError, match="setting max_zip_mb"):
        start_upload(app, batch.id, "big.zip", (app.settings.max_zip_mb << 20) + 1)
    with pytest.raises(NotFoundError):
        start_upload(app, 77, "scan.pdf", 100)


@pytest.mark.usefixtures("small_parts")
def test_what_is_only_called_zip_may_not_be_larger(app: Application) -> None:
    app = replace(app, settings=replace(app.settings, max_file_mb=1))
    batch = factories.make_batch(app)
    data = b"%PDF" * (300 << 10)
    upload = start_upload(app, batch.id, "scan.zip", len(data))
    _send(app, upload.id, 0, data)
    [file] = batches.get_batch(app, batch.id).files
    assert (file.state, file.error_code) == ("failed", "file_too_large")
    real = zip_bytes({"a.png": hashlib.sha512(data).digest() * (20 << 10)}, method=0)
    upload = start_upload(app, batch.id, "real.zip", len(real))
    _send(app, upload.id, 0, real)
    assert batches.get_batch(app, batch.id).files[1].state == "uploaded"


def test_an_upload_given_up_leaves_nothing(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    before = _stored_files(any_app)
    upload = start_upload(any_app, batch.id, "scan.pdf", len(DATA))
    _send(any_app, upload.id, 0, DATA[:100])
    abandon_upload(any_app, upload.id)
    assert _stored_files(any_app) == before
    with pytest.raises(NotFoundError, match="not known"):
        get_upload(any_app, upload.id)


def test_an_abandoned_upload_lapses(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    before = _stored_files(any_app)
    upload = start_upload(any_app, batch.id, "scan.pdf", len(DATA))
    _send(any_app, upload.id, 0, DATA[:100])
    _make_older(any_app, upload.id, hours=47)
    sweep(any_app)
    assert get_upload(any_app, upload.id).received == 100
    _make_older(any_app, upload.id, hours=2)
    sweep(any_app)
    with pytest.raises(NotFoundError):
        get_upload(any_app, upload.id)
    assert _stored_files(any_app) == before


def test_a_finished_one_is_remembered_for_a_month(app: Application) -> None:
    upload = start_upload(app, factories.make_batch(app).id, "scan.pdf", len(DATA))
    _send(app, upload.id, 0, DATA)
    _make_older(app, upload.id, days=29)
    sweep(app)
    assert get_upload(app, upload.id).is_finished
    _make_older(app, upload.id, days=2)
    sweep(app)
    with pytest.raises(NotFoundError):
        get_upload(app, upload.id)


def test_deleting_the_batch_takes_the_parts_along(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    before = _stored_files(any_app)
    upload = start_upload(any_app, batch.id, "scan.pdf", len(DATA))
    _send(any_app, upload.id, 0, DATA[:100])
    batches.delete_batch(any_app, batch.id)
    assert _stored_files(any_app) == before
    with pytest.raises(NotFoundError):
        _send(any_app, upload.id, 100, DATA[100:])


@pytest.mark.usefixtures("small_parts")
def test_what_died_between_the_last_part_and_the_file_is_made_up_for(
    any_app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = factories.make_batch(any_app)
    upload = start_upload(any_app, batch.id, "scan.pdf", len(DATA))
    with monkeypatch.context() as patch:

        def fails(*_: object) -> None:
            raise StorageUnavailableError("The place where files are kept does not answer.")

        patch.setattr("forms_app.files.FileStore.join", fails)
        _send(any_app, upload.id, 0, DATA)
    assert batches.get_batch(any_app, batch.id).files == ()
    sweep(any_app)  # Too early: whoever took the last part may still be at it.
    assert batches.get_batch(any_app, batch.id).files == ()
    _make_older(any_app, upload.id, minutes=5)
    sweep(any_app)
    sweep(any_app)
    [file] = batches.get_batch(any_app, batch.id).files
    assert file.size == len(DATA)


@pytest.mark.usefixtures("small_parts")
def test_a_part_lost_in_the_store_fails_the_file(app: Application) -> None:
    batch = factories.make_batch(app)
    upload = start_upload(app, batch.id, "scan.pdf", len(DATA))
    _send(app, upload.id, 0, DATA[:3000])
    app.files.delete(hashlib.sha256(DATA[:3000]).hexdigest())
    _send(app, upload.id, 3000, DATA[3000:])
    [file] = batches.get_batch(app, batch.id).files
    assert (file.state, file.error_code) == ("failed", "storage_damaged")


def test_the_same_upload_announced_again_goes_on_where_it_was(app: Application) -> None:
    batch = factories.make_batch(app)
    start_upload(app, batch.id, "scan.pdf", len(DATA), upload_id="scanner-1")
    _send(app, "scanner-1", 0, DATA[:100])
    again = start_upload(app, batch.id, "scan.pdf", len(DATA), upload_id="scanner-1")
    assert again.received == 100


def test_content_of_an_earlier_batch_is_told_and_read_all_the_same(any_app: Application) -> None:
    version = factories.make_published(any_app)
    first = batches.create_batch(any_app, version.id, "March-12")
    second = batches.create_batch(any_app, version.id, "March-13")
    other_form = factories.make_batch(any_app)
    factories.upload(any_app, first.id, DATA, "one.pdf")
    again = factories.upload(any_app, second.id, DATA, "again.pdf")
    assert again.state == "uploaded"
    assert again.already_in is not None
    assert (again.already_in.id, again.already_in.name) == (first.id, "March-12")
    assert batches.get_batch(any_app, second.id).files[0].already_in == again.already_in
    assert batches.get_batch(any_app, first.id).files[0].already_in is None
    assert factories.upload(any_app, other_form.id, DATA).already_in is None
