"""A ZIP in a batch becomes the files it holds."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from forms_app import queues
from forms_app.services import batches, uploads
from forms_app.services.application import Application
from forms_app.services.splitting import split_file
from forms_app.store.models import FileRow
from tests import factories
from tests.fakes import RecordingTaskSender, run_sent_tasks
from tests.reading.zip_bytes import encrypted_zip, zip_bytes


def _png(shade: int) -> bytes:
    return cv2.imencode(".png", np.full((50, 40), shade, np.uint8))[1].tobytes()


def _listed(app: Application, batch_id: int) -> dict[str, str]:
    return {file.name: file.state for file in batches.get_batch(app, batch_id).files}


def test_every_file_is_added_with_its_folders_and_bad_ones_say_why(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    inner = zip_bytes({"x.png": _png(1), "deep.zip": zip_bytes({"south/y.png": _png(2)})})
    files = {
        "one.png": _png(10),
        "north/two.png": _png(20),
        "south/two.png": _png(20),
        "notes.txt": b"Dear reader",
        "empty.png": b"",
        "more.zip": inner,
        "locked.zip": encrypted_zip(),
    }
    archive = factories.upload(any_app, batch.id, zip_bytes(files), "monday.zip")
    run_sent_tasks(any_app, stop_before=queues.ALIGN_PAGE)
    by_name = {file.name: file for file in batches.get_batch(any_app, batch.id).files}
    assert {name: file.state for name, file in by_name.items()} == {
        "monday.zip": "done",
        "one.png": "split",
        "north/two.png": "split",
        "south/two.png": "duplicate",
        "notes.txt": "failed",
        "empty.png": "failed",
        "more.zip/x.png": "split",
        "more.zip/deep.zip/south/y.png": "split",
        "locked.zip": "failed",
    }
    assert by_name["monday.zip"].unpacked_files == 8
    assert by_name["one.png"].archive == "monday.zip"
    assert by_name["south/two.png"].duplicate_of == "north/two.png"
    assert by_name["more.zip/deep.zip/south/y.png"].archive == "monday.zip"
    assert "locked.zip asks for a password" in (by_name["locked.zip"].error_message or "")
    assert by_name["empty.png"].error_code == "empty_file"
    summary = batches.get_batch(any_app, batch.id).summary
    assert (summary.files, summary.files_failed) == (8, 3)
    # The ZIP's own bytes are gone; it is known when it comes again all the same.
    with any_app.session() as session:
        key = session.get_one(FileRow, archive.id).content_hash
    assert key is not None and not any_app.files.exists(key)
    again = factories.upload(any_app, batch.id, zip_bytes(files), "again.zip")
    assert (again.state, again.duplicate_of) == ("duplicate", "monday.zip")


def test_a_refused_zip_adds_nothing_and_says_why(app: Application) -> None:
    batch = factories.make_batch(app)
    factories.upload(app, batch.id, encrypted_zip(), "secret.zip")
    factories.upload(app, batch.id, zip_bytes({"../x.png": _png(1)}), "odd.zip")
    factories.upload(app, batch.id, b"PK\x03\x04 and no more", "cut off.zip")
    run_sent_tasks(app)
    codes = {file.name: file.error_code for file in batches.get_batch(app, batch.id).files}
    assert codes == {
        "secret.zip": "encrypted_file",
        "odd.zip": "unsafe_archive",
        "cut off.zip": "damaged_file",
    }


def test_a_worker_that_died_in_the_middle_leaves_nothing_doubled(
    any_app: Application, tasks: RecordingTaskSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = factories.make_batch(any_app)
    inner = zip_bytes({f"{n}.png": _png(n) for n in range(2, 5)})
    files = {"0.png": _png(0), "inner.zip": inner, "1.png": _png(1), "empty.png": b""}
    data = zip_bytes(files | {"locked.zip": encrypted_zip()})
    archive = factories.upload(any_app, batch.id, data, "monday.zip")
    tasks.take()
    with monkeypatch.context() as patch:
        # Time for one file only, each time: the next goes on behind it.
        patch.setattr("forms_app.services.unpacking.SHARE_OF_LEASE", -1e9)
        for done in ("0.png", "inner.zip/2.png", "inner.zip/3.png"):
            split_file(any_app, archive.id)
            listed = _listed(any_app, batch.id)
            assert listed["monday.zip"] == "uploaded" and list(listed)[-1] == done
    assert (queues.SPLIT_FILE, (archive.id,)) in tasks.take()
    for _ in range(2):
        split_file(any_app, archive.id)
    assert len(_listed(any_app, batch.id)) == 8
    assert batches.get_batch(any_app, batch.id).files[0].unpacked_files == 7
    assert _listed(any_app, batch.id)["monday.zip"] == "done"


def test_a_zip_removed_while_it_is_unpacked_is_let_go(app: Application) -> None:
    batch = factories.make_batch(app)
    archive = factories.upload(app, batch.id, zip_bytes({"1.png": _png(1)}), "monday.zip")
    run_sent_tasks(app, stop_before=queues.ALIGN_PAGE)
    uploads.remove_file(app, archive.id)
    [file] = batches.get_batch(app, batch.id).files
    assert (file.name, file.state, file.archive) == ("1.png", "split", None)


def test_the_limits_come_from_the_settings(app: Application) -> None:
    small = replace(app, settings=replace(app.settings, max_zip_files=1))
    batch = factories.make_batch(small)
    factories.upload(small, batch.id, zip_bytes({"1.png": _png(1), "2.png": _png(2)}), "two.zip")
    run_sent_tasks(small)
    [file] = batches.get_batch(small, batch.id).files
    assert file.error_message == (
        "two.zip holds more than 1 files, those of ZIPs around and inside it counted "
        "(setting max_zip_files). Split it into several."
    )


def _nested(levels: int, data: bytes) -> bytes:
    for level in range(levels):
        data = zip_bytes({f"level{level}.zip" if level else "x.png": data})
    return data


def test_zips_are_unpacked_three_levels_deep(app: Application) -> None:
    batch = factories.make_batch(app)
    factories.upload(app, batch.id, _nested(4, _png(1)), "four.zip")
    factories.upload(app, batch.id, _nested(3, _png(2)), "three.zip")
    run_sent_tasks(app, stop_before=queues.ALIGN_PAGE)
    by_name = {file.name: file for file in batches.get_batch(app, batch.id).files}
    assert by_name["level2.zip/level1.zip/x.png"].state == "split"
    too_deep = by_name["level3.zip/level2.zip/level1.zip"]
    assert too_deep.error_code == "nested_archive"
    assert "lies in 3 ZIPs" in (too_deep.error_message or "")


@pytest.mark.parametrize(
    ("limit", "told"),
    [({"max_zip_mb": 1}, "unpacks to 2 MB with the ZIPs around it"), ({"max_zip_files": 12}, "12")],
)
def test_the_limits_count_over_all_levels(
    app: Application, limit: dict[str, int], told: str
) -> None:
    """A bomb of ZIPs inside each other: each of them alone is within the limits."""
    app = replace(app, settings=replace(app.settings, **limit))
    inner = [zip_bytes({f"{i}{n}.png": bytes(90_000) for n in range(5)}) for i in range(4)]
    batch = factories.make_batch(app)
    factories.upload(
        app, batch.id, zip_bytes({f"{i}.zip": data for i, data in enumerate(inner)}), "bomb.zip"
    )
    run_sent_tasks(app, stop_before=queues.ALIGN_PAGE)
    files = batches.get_batch(app, batch.id).files[1:]
    refused = [file for file in files if file.error_code == "archive_too_large"]
    assert len(refused) == (2 if "max_zip_mb" in limit else 3)
    assert told in (refused[0].error_message or "")
    assert sum(file.size for file in files) <= 1 << 20
