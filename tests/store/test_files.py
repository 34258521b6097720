"""The file store, on a folder and on a real S3 server, plain and encrypted; full disks for real."""

from __future__ import annotations

import base64
import hashlib
import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from forms_app.errors import ConfigurationError, StorageDamagedError, StorageUnavailableError
from forms_app.files import FileStore, open_file_store
from forms_app.reading.errors import FileTooLargeError

FILES_KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(params=["", FILES_KEY], ids=["plain", "encrypted"])
def files_key(request: pytest.FixtureRequest) -> str:
    """A setting that encrypts, or not."""
    return str(request.param)


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.s3)])
def store(request: pytest.FixtureRequest, tmp_path: Path, files_key: str) -> Iterator[FileStore]:
    """A file store of each kind in turn."""
    if request.param == "folder":
        yield open_file_store(str(tmp_path / "files"), files_key)
    else:
        yield open_file_store(f"{request.getfixturevalue('s3_url')}/{tmp_path.name}", files_key)


def test_bytes_come_back_by_their_hash(store: FileStore) -> None:
    data = bytes(range(256)) * 10
    key = store.put(data)
    assert key == hashlib.sha256(data).hexdigest()
    assert store.get(key) == data
    assert store.size(key) == len(data)
    assert b"".join(store.chunks(key)) == data


def test_putting_twice_keeps_one(store: FileStore) -> None:
    assert store.put(b"same") == store.put(b"same")
    assert store.put_stream(io.BytesIO(b"same")) == (store.put(b"same"), 4)


def test_a_stream_larger_than_memory_allows_comes_back(store: FileStore) -> None:
    data = b"0123456789abcdef" * (20 << 16)  # 20 MiB: spooled to disk, uploaded in parts.
    stored = store.put_stream(io.BytesIO(data))
    assert stored.size == len(data)
    assert hashlib.sha256(b"".join(store.chunks(stored.key))).hexdigest() == stored.key


def test_a_stream_over_the_limit_is_refused_and_not_kept(store: FileStore) -> None:
    data = b"x" * (3 << 20)
    with pytest.raises(FileTooLargeError, match="2 MB"):
        store.put_stream(io.BytesIO(data), max_bytes=2 << 20)
    assert not store.exists(hashlib.sha256(data).hexdigest())


def test_deleted_and_unknown_keys(store: FileStore) -> None:
    key = store.put(b"short-lived")
    store.delete(key)
    store.delete(key)
    assert not store.exists(key)
    with pytest.raises(StorageDamagedError, match="missing"):
        store.get(key)


def test_changed_bytes_are_noticed(tmp_path: Path) -> None:
    store = open_file_store(str(tmp_path))
    key = store.put(b"what was scanned")
    (tmp_path / key[:2] / key[2:4] / key).write_bytes(b"what was sc4nned")
    with pytest.raises(StorageDamagedError, match="damaged"):
        store.get(key)


FULL_DISK = """
import io, resource, sys
from forms_app.errors import StorageFullError
from forms_app.files import open_file_store
store = open_file_store(sys.argv[1], sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
for put in (lambda: store.put(b"x" * 200_000), lambda: store.put_stream(Endless())):
    try:
        put()
    except StorageFullError as error:
        print(error)
"""
FULL_DISK = FULL_DISK.replace(
    "store = open",
    "class Endless:\n    def read(self, size): return b'y' * size\nstore = open",
    1,
)


def test_a_full_disk_is_said_so_and_leaves_nothing_behind(tmp_path: Path, files_key: str) -> None:
    """A real limit of the operating system on written bytes (EFBIG; ENOSPC takes the same way)."""
    result = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path), files_key],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.stdout.count("There is no space left") == 2, result.stderr
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in left if path.parent.name != "_keys"] == []


def test_an_s3_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    with pytest.raises(StorageUnavailableError, match="does not answer"):
        open_file_store("s3://bucket/prefix").put(b"data")


@pytest.mark.parametrize("url", ["ftp://host/folder", "/proc/cannot/be/made"])
def test_places_that_cannot_hold_files(url: str) -> None:
    with pytest.raises(ConfigurationError, match="file"):
        open_file_store(url)


def test_a_stored_file_can_be_searched_without_reading_it_all(store: FileStore) -> None:
    data = bytes(range(256)) * 20_000
    key = store.put(data)
    with store.opened(key) as file:
        assert file.read(4) == data[:4]
        file.seek(-300, io.SEEK_END)
        assert file.read() == data[-300:]
        file.seek(1_000_000)
        assert file.read(2_000_000) == data[1_000_000:3_000_000]
    with pytest.raises(StorageDamagedError), store.opened("0" * 64):
        pass


def test_files_are_joined_to_one(store: FileStore) -> None:
    parts = [b"a" * (9 << 20), b"b" * 10, b"c" * (3 << 20)]
    keys = [store.put(part) for part in parts]
    whole = b"".join(parts)
    stored = store.join(keys)
    assert stored == (hashlib.sha256(whole).hexdigest(), len(whole))
    assert store.get(stored.key) == whole
    assert store.join(keys) == stored
    store.delete(keys[1])
    with pytest.raises(StorageDamagedError):
        store.join(keys)
