"""ZIPs of scans: names and contents come through, dangerous ones are refused with a reason."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import pytest

from forms_app.reading.archives import ArchiveLimits, is_archive, open_archive
from forms_app.reading.errors import (
    ArchiveError,
    ArchiveTooLargeError,
    DamagedFileError,
    EmptyFileError,
    EncryptedFileError,
    UnsafeArchiveError,
    UnsupportedFileError,
)
from tests.reading.zip_bytes import (
    encrypted_zip,
    zip_bytes,
    zip_with_huge_directory,
    zip_with_sizes_changed,
)

LIMITS = ArchiveLimits(max_files=5, max_bytes=1000, max_file_bytes=500)


def contents(data: bytes, limits: ArchiveLimits | None = None) -> dict[str, bytes]:
    found = {}
    with open_archive(io.BytesIO(data), "scans.zip", limits) as archive:
        for entry in archive.entries:
            with archive.opened(entry) as file:
                found[entry.name] = file.read()
    return found


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_files_come_out_with_their_names_and_folders(method: int) -> None:
    files = {"a.png": b"A" * 300, "März/Süd/b.tif": b"B" * 200, "März/Nord/b.tif": b"C"}
    data = zip_bytes(files, method)
    assert is_archive(data[:4])
    assert contents(data, LIMITS) == files


def test_folders_and_what_systems_leave_behind_are_passed_over() -> None:
    files = {
        "scans/": b"",
        "scans/1.png": b"1",
        "__MACOSX/scans/._1.png": b"m",
        "scans/.DS_Store": b"d",
        "scans/Thumbs.db": b"t",
        ".hidden/2.png": b"h",
    }
    assert contents(zip_bytes(files), ArchiveLimits(max_files=6)) == {"scans/1.png": b"1"}


@pytest.mark.parametrize(
    "name", ["../up.png", "a/../../up.png", "/etc/x.png", "C:\\x.png", "..\\x"]
)
def test_names_that_point_outside_are_refused(name: str) -> None:
    with pytest.raises(UnsafeArchiveError, match=r"^scans\.zip names a file outside"):
        contents(zip_bytes({"fine.png": b"x", name: b"x"}))


def test_a_password_is_told() -> None:
    with pytest.raises(EncryptedFileError, match=r"^scans\.zip asks for a password"):
        contents(encrypted_zip())


def test_too_many_files_are_refused_by_the_directory() -> None:
    with pytest.raises(ArchiveTooLargeError, match="more than 5 files"):
        contents(zip_bytes({f"{n}.png": b"x" for n in range(6)}), LIMITS)


def test_a_bomb_is_refused_before_anything_is_unpacked() -> None:
    bomb = zip_bytes({f"{n}.png": bytes(499) for n in range(3)})
    with pytest.raises(ArchiveTooLargeError, match="unpacks to"):
        contents(bomb, LIMITS)
    with pytest.raises(ArchiveTooLargeError, match=r"^big\.png has"):
        contents(zip_bytes({"big.png": bytes(501)}), LIMITS)


def test_a_bomb_that_lies_about_its_size_gives_no_more_than_it_claims() -> None:
    """What comes out is cut at the claimed size, and its checksum then tells."""
    bomb = zip_with_sizes_changed(bytes(50 << 20), 100)
    tracemalloc.start()
    try:
        with pytest.raises(DamagedFileError):
            contents(bomb, LIMITS)
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    finally:
        tracemalloc.stop()


def test_a_directory_that_would_fill_the_memory_is_not_read() -> None:
    with pytest.raises(ArchiveTooLargeError, match="more than 5 files"):
        contents(zip_with_huge_directory(), LIMITS)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packing_is_told(method: int) -> None:
    with pytest.raises(ArchiveError, match="packed in a way that is not read here"):
        contents(zip_bytes({"a.png": b"x" * 50}, method))


def test_damaged_and_empty_ones_are_told() -> None:
    data = zip_bytes({"a.png": b"x" * 300}, zipfile.ZIP_STORED)
    with pytest.raises(DamagedFileError, match=r"^scans\.zip is damaged or cut off"):
        contents(data[: len(data) // 2])
    changed = data.replace(b"x" * 300, b"x" * 299 + b"y")
    with pytest.raises(DamagedFileError, match=r"^a\.png is damaged"):
        contents(changed)
    with pytest.raises(EmptyFileError, match="holds no files"):
        contents(zip_bytes({}))


def test_an_office_document_is_not_taken_for_scans() -> None:
    with pytest.raises(UnsupportedFileError, match="office document"):
        contents(zip_bytes({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}))
