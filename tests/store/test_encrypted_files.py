"""Encrypted files: what lies in the store, what is noticed, and how keys change."""

from __future__ import annotations

import base64
import io
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_app import private_copies, sealing
from forms_app.errors import StorageDamagedError, StorageKeyError
from forms_app.file_keys import FileKey, parse_file_keys
from forms_app.files import open_file_store
from forms_app.private_copies import private_copy
from forms_app.sealing import HEADER_BYTES, PLAIN_CHUNK_BYTES, SEALED_CHUNK_BYTES

FIRST, SECOND = (base64.b64encode(bytes([i]) * 32).decode() for i in (1, 2))
WORDS = b"Surname: MILLER, born 12.03.1984. "
LONG = WORDS * (3 * PLAIN_CHUNK_BYTES // len(WORDS) + 1)
KEY = FileKey(bytes(32))
NAME = KEY.name("0" * 64)


def files_below(folder: Path) -> list[Path]:
    """All stored files, without the notes about keys."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in paths if path.parent.name != "_keys")


def test_neither_content_nor_its_hash_lies_in_the_store(tmp_path: Path) -> None:
    store = open_file_store(str(tmp_path), FIRST)
    key = store.put(LONG)
    (file,) = files_below(tmp_path)
    assert b"MILLER" not in file.read_bytes()
    assert key not in str(file)
    assert store.put(LONG) == key
    assert files_below(tmp_path) == [file]
    assert store.size(key) == len(LONG)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-1],
        lambda data: data[: HEADER_BYTES + 2 * SEALED_CHUNK_BYTES],
        lambda data: data[:HEADER_BYTES] + data[HEADER_BYTES + SEALED_CHUNK_BYTES :],
        lambda data: data[:20] + bytes([data[20] ^ 1]) + data[21:],
        lambda data: data[:-20] + bytes([data[-20] ^ 1]) + data[-19:],
        lambda data: data + bytes(16),
        lambda data: data[:30],
        lambda data: b"",
    ],
)
def test_any_change_is_noticed_however_the_file_is_read(
    tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    store = open_file_store(str(tmp_path), FIRST)
    key = store.put(LONG)
    (file,) = files_below(tmp_path)
    file.write_bytes(change(file.read_bytes()))

    def search() -> None:
        with store.opened(key) as opened:
            opened.read()

    def copy() -> None:
        with store.local_path(key):
            pass

    for read in (lambda: store.get(key), lambda: list(store.chunks(key)), search, copy):
        with pytest.raises(StorageDamagedError):
            read()


def test_a_file_cannot_be_passed_off_as_another_one(tmp_path: Path) -> None:
    store = open_file_store(str(tmp_path), FIRST)
    key = store.put(b"one person's form")
    (first,) = files_below(tmp_path)
    store.put(b"another's")
    (other,) = (path for path in files_below(tmp_path) if path != first)
    first.write_bytes(other.read_bytes())
    with pytest.raises(StorageDamagedError), store.opened(key) as opened:
        opened.read()


@settings(max_examples=40, deadline=None)
@given(
    size=st.one_of(
        st.integers(0, 3),
        st.integers(-2, 2).map(lambda more: PLAIN_CHUNK_BYTES + more),
        st.integers(2 * PLAIN_CHUNK_BYTES - 1, 3 * PLAIN_CHUNK_BYTES),
    ),
    piece=st.integers(1000, 200_000),
)
def test_files_of_any_size_come_back_whatever_the_pieces(size: int, piece: int) -> None:
    data = os.urandom(size)
    sealed = b"".join(sealing.sealed_stream(KEY, NAME, pieces_of(data, piece)))
    assert sealing.plain_size(NAME, len(sealed)) == size
    plain = sealing.unsealed_stream(KEY, NAME, pieces_of(sealed, piece), len(sealed))
    assert b"".join(plain) == data


def pieces_of(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def test_the_same_content_is_never_encrypted_in_the_same_way() -> None:
    first, second = (b"".join(sealing.sealed_stream(KEY, NAME, [WORDS])) for _ in range(2))
    assert first[:HEADER_BYTES] != second[:HEADER_BYTES]
    assert first[HEADER_BYTES:] != second[HEADER_BYTES:]


def test_plain_files_stay_readable_and_new_ones_are_encrypted(tmp_path: Path) -> None:
    old = open_file_store(str(tmp_path)).put(b"from before")
    store = open_file_store(str(tmp_path), FIRST)
    assert store.get(old) == b"from before"
    assert store.put(b"from before") == old
    new = store.put(b"from after")
    assert [b"from" in path.read_bytes() for path in files_below(tmp_path)].count(True) == 1
    store.delete(old)
    store.delete(new)
    assert files_below(tmp_path) == []


def test_a_second_key_still_reads_what_the_first_encrypted(tmp_path: Path) -> None:
    key = open_file_store(str(tmp_path), FIRST).put(WORDS)
    changed = open_file_store(str(tmp_path), f"{SECOND}, {FIRST}")
    assert changed.get(key) == WORDS
    changed.put(b"new")
    assert len({path.parents[2] for path in files_below(tmp_path)}) == 2


@pytest.mark.parametrize("files_key", ["", SECOND])
def test_without_the_key_nothing_is_read_or_kept_and_it_is_said_why(
    tmp_path: Path, files_key: str
) -> None:
    key = open_file_store(str(tmp_path), FIRST).put(WORDS)
    store = open_file_store(str(tmp_path), files_key)
    for refused in (lambda: store.get(key), lambda: store.put(b"new"), store.check_keys):
        with pytest.raises(StorageKeyError, match="files_key"):
            refused()
    assert len(files_below(tmp_path)) == 1


def test_a_copy_for_a_library_is_private_in_memory_and_goes(tmp_path: Path) -> None:
    store = open_file_store(str(tmp_path), FIRST)
    key = store.put(LONG)
    with store.local_path(key) as path:
        assert path.read_bytes() == LONG
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert path.is_relative_to("/dev/shm") or not os.access("/dev/shm", os.W_OK)
    assert not path.exists()


def test_copies_of_killed_processes_are_deleted_and_those_in_use_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(private_copies, "IN_MEMORY", tmp_path)
    with private_copy([b"in use"], 6) as used:
        left = used.with_name("plain-left")
        left.write_bytes(b"left by a process that was killed")
        for path in (used, left):
            os.utime(path, (0, 0))
        with private_copy([b"next"], 4):
            assert used.exists() and not left.exists()


def test_a_file_is_searched_without_decrypting_all_of_it(tmp_path: Path) -> None:
    store = open_file_store(str(tmp_path), FIRST)
    key = store.put(LONG)
    (file,) = files_below(tmp_path)
    data = bytearray(file.read_bytes())
    data[-1] ^= 1  # Damaged at its end: nobody notices who does not read that.
    file.write_bytes(bytes(data))
    with store.opened(key) as opened:
        raw = opened.raw  # type: ignore[attr-defined]
        raw.seek(100, io.SEEK_SET)
        assert raw.read(50) == LONG[100:150]


@pytest.mark.parametrize("text", ["short", "not base64!", f"{FIRST},{FIRST}", "A" * 43])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="key"):
        parse_file_keys(text)
