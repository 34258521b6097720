"""A stored file as the decoders take it: small ones from memory, large ones from the disk.

The memory that a page takes must not grow with the file it lies in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from forms_app.errors import StorageUnavailableError
from forms_app.files import SPOOL_BYTES, FileStore
from forms_app.reading.intake import ScanFile


@contextmanager
def opened_scan(files: FileStore, key: str, *, verify: bool = False) -> Iterator[ScanFile]:
    """The file `key`, its bytes or its path.

    Args:
        files: Where it is kept.
        key: What it is kept as.
        verify: Compare a large file's bytes with the key; those of small ones always are.

    Raises:
        StorageDamagedError: The file is gone, or its bytes have changed.
        StorageUnavailableError: It cannot be had now; try again.
    """
    size = files.size(key)
    if size is None or size <= SPOOL_BYTES:
        yield files.get(key)
        return
    if verify:
        files.verify(key)
    try:
        with files.local_path(key) as path:
            yield path
    except FileNotFoundError as error:
        raise StorageUnavailableError(
            "A stored file was moved while it was read; it is tried again."
        ) from error
