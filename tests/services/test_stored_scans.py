"""Large stored files are read where they lie, page by page."""

from __future__ import annotations

import base64
import hashlib
import io
import os
from dataclasses import replace
from pathlib import Path

import pytest

from forms_app import local_copies
from forms_app.errors import StorageDamagedError, StorageUnavailableError
from forms_app.files import SPOOL_BYTES, FileStore, open_file_store
from forms_app.local_copies import LocalCopies
from forms_app.services import batches
from forms_app.services.application import Application
from forms_app.services.splitting import split_file
from forms_app.services.stored_scans import opened_scan
from tests import factories
from tests.reading.long_files import long_tiff, page_of_noise

LARGE = bytes(range(256)) * (SPOOL_BYTES // 256) + b"and more"


FILES_KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(
    params=[
        ("folder", ""),
        ("folder", FILES_KEY),
        pytest.param(("s3", ""), marks=pytest.mark.s3),
    ],
    ids=["folder", "encrypted folder", "s3"],
)
def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> FileStore:
    monkeypatch.setattr(local_copies.tempfile, "tempdir", str(tmp_path))
    place, files_key = request.param
    if place == "folder":
        return open_file_store(str(tmp_path / "files"), files_key)
    return open_file_store(f"{request.getfixturevalue('s3_url')}/{tmp_path.name}", files_key)


def test_small_files_come_as_bytes_and_large_ones_as_a_path(store: FileStore) -> None:
    small, large = store.put(b"small"), store.put(LARGE)
    with opened_scan(store, small) as scan:
        assert scan == b"small"
    for _ in range(2):
        with opened_scan(store, large, verify=True) as scan:
            assert isinstance(scan, Path) and scan.read_bytes() == LARGE


def test_a_file_that_is_gone_is_told_and_one_that_goes_meanwhile_is_tried_again(
    store: FileStore,
) -> None:
    key = store.put(LARGE)
    with (
        pytest.raises(StorageUnavailableError, match="tried again"),
        opened_scan(store, key) as scan,
    ):
        assert isinstance(scan, Path)
        scan.unlink()
        scan.read_bytes()
    store.delete(key)
    with pytest.raises(StorageDamagedError, match="missing"), opened_scan(store, key):
        pass


def test_changed_bytes_of_a_large_file_are_noticed_when_it_is_opened(tmp_path: Path) -> None:
    store = open_file_store(str(tmp_path))
    key = store.put(LARGE)
    with store.local_path(key) as path:
        path.write_bytes(LARGE[:-1] + b"!")
    with pytest.raises(StorageDamagedError, match="damaged"), opened_scan(store, key, verify=True):
        pass


@pytest.mark.parametrize("files_key", ["", FILES_KEY], ids=["plain", "encrypted"])
def test_a_large_file_is_split_and_its_pages_are_looked_for(
    app: Application, files_key: str
) -> None:
    app = replace(app, files=open_file_store(app.settings.files_url, files_key))
    batch = factories.make_batch(app)
    buffer = io.BytesIO()
    long_tiff(buffer, page_of_noise(), 40)
    assert buffer.tell() > SPOOL_BYTES
    file = factories.upload(app, batch.id, buffer.getvalue(), "stack.tif")
    split_file(app, file.id)
    assert batches.get_batch(app, batch.id).files[0].page_count == 40


def test_only_the_last_copies_are_kept_and_half_a_copy_is_none(tmp_path: Path) -> None:
    copies = LocalCopies(tmp_path, most=2)
    keys = [hashlib.sha256(bytes([i])).hexdigest() for i in range(3)]
    for age, key in enumerate(keys[:2]):
        os.utime(copies.path(key, [b"one ", b"file"]), (age, age))
    assert copies.path(keys[0], ["never asked"]).read_bytes() == b"one file"  # type: ignore[list-item]

    def breaks_off():
        yield b"half"
        raise StorageUnavailableError("The network is gone.")

    with pytest.raises(StorageUnavailableError):
        copies.path(keys[2], breaks_off())
    assert {path.name for path in tmp_path.iterdir()} == set(keys[:2])
    copies.path(keys[2], [b"whole"])
    assert {path.name for path in tmp_path.iterdir()} == {keys[0], keys[2]}
