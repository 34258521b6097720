"""Uploads: what is kept, what is flagged, what fails, and second tries."""

from __future__ import annotations

import subprocess
import sys

import cv2
import numpy as np
import pytest

from forms_app import queues
from forms_app.errors import ConflictError, NotFoundError
from forms_app.services import batches, uploads
from forms_app.services.application import Application
from forms_app.services.attempts import fail
from forms_app.services.splitting import split_file
from forms_app.services.sweeping import sweep
from forms_app.store.models import FileRow, PageRow
from forms_app.store.states import PageState
from tests import factories
from tests.fakes import RecordingTaskSender
from tests.reading.file_bytes import encrypted_pdf, huge_png
from tests.reading.zip_bytes import zip_bytes


def _png(shade: int = 200) -> bytes:
    return cv2.imencode(".png", np.full((50, 40), shade, np.uint8))[1].tobytes()


def test_an_upload_is_kept_and_sent_to_be_split(
    any_app: Application, tasks: RecordingTaskSender
) -> None:
    batch = factories.make_batch(any_app)
    file = factories.upload(any_app, batch.id, _png(), "C:\\scans\\one.png")
    assert (file.name, file.state, file.size) == ("one.png", "uploaded", len(_png()))
    assert tasks.take() == [(queues.SPLIT_FILE, (file.id,))]
    assert batches.get_batch(any_app, batch.id).summary.state == "reading"


def test_the_same_content_is_flagged_and_not_read_again(
    any_app: Application, tasks: RecordingTaskSender
) -> None:
    batch = factories.make_batch(any_app)
    original = factories.upload(any_app, batch.id, _png(), "one.png")
    tasks.take()
    copy = factories.upload(any_app, batch.id, _png(), "copy.png")
    assert (copy.state, copy.duplicate_of) == ("duplicate", "one.png")
    assert tasks.take() == []
    elsewhere = factories.make_batch(any_app)
    assert factories.upload(any_app, elsewhere.id, _png()).state == "uploaded"
    uploads.remove_file(any_app, original.id)
    assert uploads.retry_file(any_app, copy.id).state == "uploaded"


def test_an_empty_file_is_kept_visible_with_the_reason(
    app: Application, tasks: RecordingTaskSender
) -> None:
    file = factories.upload(app, factories.make_batch(app).id, b"", "scan_17.pdf")
    assert (file.state, file.error_code) == ("failed", "empty_file")
    assert file.error_message is not None and file.error_message.startswith("scan_17.pdf: ")
    assert tasks.take() == []
    with pytest.raises(ConflictError, match="upload it again"):
        uploads.retry_file(app, file.id)


def test_uploading_into_nowhere(app: Application) -> None:
    with pytest.raises(NotFoundError, match="batch"):
        factories.upload(app, 77, _png())


def test_a_stopped_broker_refuses_nothing_and_the_sweeper_sends_it_later(
    any_app: Application, tasks: RecordingTaskSender
) -> None:
    batch = factories.make_batch(any_app)
    tasks.is_down = True
    file = factories.upload(any_app, batch.id, _png())
    assert file.state == "uploaded"
    tasks.is_down = False
    assert sweep(any_app).sent == 0  # It has just come: it may well be queued.
    factories.let_time_pass(any_app, minutes=5)
    assert sweep(any_app).sent == 1
    assert tasks.take() == [(queues.SPLIT_FILE, (file.id,))]


POSTER = huge_png(30_000, 30_000)
"""Refused by a setting: another try may help."""


def test_refused_files_fail_with_their_reason_and_can_be_tried_again(
    any_app: Application, tasks: RecordingTaskSender
) -> None:
    batch = factories.make_batch(any_app)
    file = factories.upload(any_app, batch.id, POSTER, "poster.png")
    split_file(any_app, file.id)
    [listed] = batches.get_batch(any_app, batch.id).files
    assert (listed.state, listed.error_code) == ("failed", "image_too_large")
    assert "poster.png" in (listed.error_message or "") and listed.can_retry
    again = uploads.retry_file(any_app, file.id)
    assert (again.state, again.error_code, again.error_message) == ("uploaded", None, None)
    assert (queues.SPLIT_FILE, (file.id,)) in tasks.take()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"BM" + bytes(200), "unsupported_file"),
        (encrypted_pdf(), "encrypted_file"),
        (b"%PDF-1.7 cut off", "damaged_file"),
        (zip_bytes({"../x.png": b"x"}), "unsafe_archive"),
    ],
)
def test_files_that_can_never_be_read_are_not_tried_again(
    app: Application, content: bytes, code: str
) -> None:
    batch = factories.make_batch(app)
    file = factories.upload(app, batch.id, content, "a.bmp")
    split_file(app, file.id)
    [listed] = batches.get_batch(app, batch.id).files
    assert (listed.error_code, listed.can_retry) == (code, False)
    with pytest.raises(ConflictError, match=r"Another try cannot help\. .*a\.bmp"):
        uploads.retry_file(app, file.id)


def test_a_damaged_page_is_not_tried_again(app: Application) -> None:
    batch = factories.make_batch(app)
    [page] = factories.make_pages(app, batch.id, 1)
    fail(app, PageRow, page, "damaged_file", "Page 1 of a.tif is damaged. Scan it again.")
    [file] = batches.get_batch(app, batch.id).files
    assert not file.failed_pages[0].can_retry
    with pytest.raises(ConflictError, match="Another try cannot help"):
        uploads.retry_page(app, page)


def test_a_failed_page_can_be_tried_again(any_app: Application, tasks: RecordingTaskSender) -> None:
    batch = factories.make_batch(any_app)
    pages = factories.make_pages(any_app, batch.id, 2)
    fail(any_app, PageRow, pages[1], "foreign_page", "Page 2 belongs to another form.")
    [file] = batches.get_batch(any_app, batch.id).files
    assert [(f.number, f.error_code) for f in file.failed_pages] == [(2, "foreign_page")]
    assert uploads.retry_page(any_app, pages[1]).failed_pages == ()
    assert tasks.take() == [(queues.ALIGN_PAGE, (pages[1],))]
    with pytest.raises(ConflictError, match="not failed"):
        uploads.retry_page(any_app, pages[1])


def test_a_failed_file_that_came_again_stays_failed(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    failed = factories.upload(any_app, batch.id, POSTER, "first.png")
    split_file(any_app, failed.id)
    assert factories.upload(any_app, batch.id, POSTER, "second.png").state == "uploaded"
    with pytest.raises(ConflictError, match="under another name"):
        uploads.retry_file(any_app, failed.id)


def test_removing_a_file_removes_its_bytes_and_its_data(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    submission_id = factories.make_submission(any_app, batch.id)
    with any_app.session() as session:
        page = session.query(PageRow).filter_by(submission_id=submission_id).one()
        file = session.get_one(FileRow, page.file_id)
    assert page.aligned_hash is not None and file.content_hash is not None
    uploads.remove_file(any_app, file.id)
    assert not any_app.files.exists(page.aligned_hash)
    assert not any_app.files.exists(file.content_hash)
    assert batches.get_batch(any_app, batch.id).summary.fields == 0


def test_bytes_that_another_batch_needs_stay(app: Application) -> None:
    first, second = factories.make_batch(app), factories.make_batch(app)
    factories.upload(app, first.id, _png())
    kept = factories.upload(app, second.id, _png())
    batches.delete_batch(app, first.id)
    with app.session() as session:
        key = session.get_one(FileRow, kept.id).content_hash
    assert key is not None and app.files.exists(key)


def test_many_pages_are_split_once(app: Application, tasks: RecordingTaskSender) -> None:
    batch = factories.make_batch(app)
    file = factories.upload(app, batch.id, factories.draw_blank(pages=3), "three.tiff")
    for _ in range(2):  # Tasks may run twice.
        split_file(app, file.id)
    with app.session() as session:
        pages = session.query(PageRow).filter_by(file_id=file.id).all()
    assert [(page.number, page.state) for page in pages] == [
        (number, PageState.PENDING) for number in (1, 2, 3)
    ]


FULL_DISK = """
import io, resource, sys
from pathlib import Path
from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.services import batches, uploads
app = bootstrap(load_settings({}, data_dir=sys.argv[1], database_url=sys.argv[2]))
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
file = uploads.add_file(app, int(sys.argv[3]), "big.pdf", io.BytesIO(b"%PDF" * 1_000_000))
print(file.state, file.error_code, file.error_message)
app.close()
"""


def test_a_full_disk_fails_the_file_and_nothing_else(app: Application) -> None:
    """A real limit on the size of written files, in a process of its own."""
    batch = factories.make_batch(app)
    before = factories.folder_size(app.settings.data_dir)
    url = app.settings.database_url
    result = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(app.settings.data_dir), url, str(batch.id)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "failed storage_full big.pdf: There is no space left" in result.stdout, result.stderr
    assert factories.folder_size(app.settings.data_dir) == before
    [file] = batches.get_batch(app, batch.id).files
    assert file.state == "failed"
