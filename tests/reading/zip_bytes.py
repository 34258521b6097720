"""ZIP files as bytes for tests: good ones, and those that must be refused."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping


def zip_bytes(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP with these files, the same bytes whenever it is made."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def encrypted_zip() -> bytes:
    """A ZIP whose only file is marked as encrypted, in the directory and beside the file."""
    data = bytearray(zip_bytes({"scan.png": b"secret"}, zipfile.ZIP_STORED))
    directory = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[directory + 8] |= 1
    return bytes(data)


def zip_with_sizes_changed(content: bytes, size: int) -> bytes:
    """A ZIP that claims another unpacked size for its only file than it has."""
    data = bytearray(zip_bytes({"scan.png": content}))
    struct.pack_into("<I", data, 22, size)
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, size)
    return bytes(data)


def zip_with_huge_directory() -> bytes:
    """A ZIP whose directory is said to be, and is, of hundreds of megabytes; mostly a claim."""
    data = zip_bytes({"scan.png": b"x"}, zipfile.ZIP_STORED)
    end = data.index(b"PK\x05\x06")
    padded = data[:end] + bytes(40 << 20) + data[end:]
    changed = bytearray(padded)
    struct.pack_into("<I", changed, end + (40 << 20) + 12, 40 << 20)
    return bytes(changed)
