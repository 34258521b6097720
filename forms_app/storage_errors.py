"""What goes wrong with stored files, in the error tree's words."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from obstore.exceptions import BaseError

from forms_app.errors import StorageDamagedError, StorageFullError, StorageUnavailableError

# EFBIG is what a full quota (ulimit -f) answers, EDQUOT a file system's.
FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
FULL_SIGNS = (*(f"os error {number})" for number in FULL_ERRNOS), "StorageFull", "507 ")
FULL_MESSAGE = "There is no space left to save files; free some space on the disk and try again."


@contextmanager
def translated_errors() -> Iterator[None]:
    """Errors of obstore and of the system become those that the pages know.

    Raises:
        StorageDamagedError: a file is missing.
        StorageFullError: there is no space.
        StorageUnavailableError: the folder or bucket does not answer.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise StorageDamagedError(
            "A stored file is missing; restore it from a backup or upload it again."
        ) from error
    except BaseError as error:
        raise _storage_error(any(sign in str(error) for sign in FULL_SIGNS)) from error
    except OSError as error:
        raise _storage_error(error.errno in FULL_ERRNOS) from error


@contextmanager
def full_disk_told() -> Iterator[None]:
    """A disk without space, under temporary files too, is told as what it is.

    Raises:
        StorageFullError: there is no space.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in FULL_ERRNOS:
            raise
        raise StorageFullError(FULL_MESSAGE) from error


def _storage_error(is_full: bool) -> StorageFullError | StorageUnavailableError:
    if is_full:
        return StorageFullError(FULL_MESSAGE)
    return StorageUnavailableError(
        "The place where files are kept does not answer; check the setting files_url and try again."
    )
