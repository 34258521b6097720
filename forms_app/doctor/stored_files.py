"""The place of stored files: a small one is put there, read and deleted again."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from forms_app.config import Settings
from forms_app.doctor.findings import Finding, Group
from forms_app.doctor.site import is_there
from forms_app.errors import ConfigurationError, StorageFullError, StorageKeyError, TransientError
from forms_app.files import FileStore, open_file_store

FILES = Group("files")
SLOW_S = 2.0
LONGEST_REASON = 200
KEY_REMEDY = (
    "Until then no file can be opened and none is kept; nothing is lost. Without that key the "
    "files are: look for it where the site's secrets are kept, and in the settings of other "
    "servers."
)


def check_files(settings: Settings) -> Iterator[Finding]:
    """Tries the file store, but does not make a folder that `serve` has not made yet."""
    url = settings.files_url
    is_bucket = url.startswith("s3://")
    if not is_bucket and is_there(Path(url)) is False:
        yield FILES.ok("works", f"The folder {url} is made at the first start.")
        return
    try:
        took_s = _tried(open_file_store(url, settings.files_key))
    except ConfigurationError as error:
        yield FILES.failed("works", error.message, _remedy(is_bucket))
    except StorageKeyError as error:
        yield FILES.failed("works", error.message, KEY_REMEDY)
    except StorageFullError as error:
        yield FILES.failed("works", f"{url} is full.", error.message)
    except TransientError as error:
        reason = str(error.__cause__ or error).partition("\n")[0][:LONGEST_REASON].rstrip(".")
        yield FILES.failed("works", f"{url} cannot be used: {reason}.", _remedy(is_bucket))
    else:
        yield judge_duration(url, took_s)


def judge_duration(url: str, took_s: float) -> Finding:
    """How long a small file took to be written, read and deleted."""
    said = f"A file was put to {url}, read and deleted in {took_s * 1000:.0f} ms."
    if took_s < SLOW_S:
        return FILES.ok("works", said)
    return FILES.warning("works", said, "That is slow: look at the disk, or at the network to it.")


def _tried(files: FileStore) -> float:
    """Seconds for a probe that nobody else has."""
    probe = b"fieldhand doctor " + secrets.token_bytes(32)
    started = time.perf_counter()
    key = files.put(probe)
    try:
        files.get(key)
    finally:
        files.delete(key)
    return time.perf_counter() - started


def _remedy(is_bucket: bool) -> str:
    if is_bucket:
        return (
            "Check that the bucket exists, AWS_ENDPOINT_URL and the keys, and that they may read, "
            "write and delete."
        )
    return "Give the folder to the user that runs Fieldhand, or correct the setting files_url."
