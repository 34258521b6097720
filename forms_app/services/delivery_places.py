"""Where deliveries go: folders and buckets that an administrator allows in the settings.

What pages say is the name of a folder below one of these, never a path that leaves it. A file
appears under its name once it is whole, or not at all.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

import obstore
from obstore.exceptions import BaseError

from forms_app.config import Settings
from forms_app.errors import (
    ConfigurationError,
    StorageFullError,
    StorageUnavailableError,
    UserError,
)
from forms_app.s3_store import s3_store
from forms_app.storage_errors import FULL_ERRNOS, FULL_MESSAGE, FULL_SIGNS

S3 = "s3://"
MOST_LEVELS = 6
LONGEST_PART = 60
FORBIDDEN = frozenset('\\:*?"<>|')
PARTS_IN_MEMORY = 3
SPOOL_BYTES = 16 << 20
PROBE_NAME = ".fieldhand.part"
PROBE = b"Written by fieldhand doctor to see whether it can."
TRIED_S = 5
"""How long a bucket may take to answer `try_place`, and be asked again."""


def places(settings: Settings) -> tuple[str, ...]:
    """What an administrator allows, in the order of the setting."""
    return tuple(filter(None, settings.delivery_folders.split(",")))


def require_place(settings: Settings, place: str) -> None:
    """Nothing, if deliveries may go there.

    Raises:
        ConfigurationError: It is not (any more) in the setting.
    """
    if place not in places(settings):
        raise ConfigurationError(
            f"Nothing may be delivered to {place}: the setting delivery_folders does not name it."
        )


def clean_folder(folder: str) -> str:
    """A path below a place, as it is kept; "" is the place itself.

    Raises:
        UserError: It may lead somewhere else, or no file system takes it.
    """
    parts = (
        [part.strip() for part in folder.strip().strip("/").split("/")] if folder.strip() else []
    )
    if len(parts) > MOST_LEVELS or not all(map(_is_name, parts)):
        raise UserError(
            "The folder is a path below the place that is chosen, such as accounting/2026. Its "
            "parts may not begin with a point or hold marks that file names cannot have."
        )
    return "/".join(parts)


def deliver(place: str, folder: str, name: str, chunks: Iterator[bytes]) -> None:
    """Write a file in the folder below the place, in place of one of that name.

    Raises:
        StorageFullError: There is no space.
        StorageUnavailableError: The place is not there, or refuses the file.
        UserError: The folder is a link that leads out of the place.
    """
    try:
        if place.startswith(S3):
            _put(place, str(PurePosixPath(folder) / name), chunks)
        else:
            _write(Path(place), folder, name, chunks)
    except BaseError as error:
        raise _refused(place, any(sign in str(error) for sign in FULL_SIGNS)) from error
    except OSError as error:
        raise _refused(place, error.errno in FULL_ERRNOS) from error


def try_place(place: str, folder: str) -> None:
    """Write a few bytes where `deliver` would write, and take them away again; makes no folder.

    A bucket that lets nobody delete keeps them, as one small object.

    Raises:
        StorageFullError, StorageUnavailableError, UserError: As `deliver` does.
    """
    try:
        if place.startswith(S3):
            _try_bucket(place, str(PurePosixPath(folder) / PROBE_NAME))
        else:
            _try_folder(Path(place), folder)
    except BaseError as error:
        raise _refused(place, any(sign in str(error) for sign in FULL_SIGNS)) from error
    except OSError as error:
        raise _refused(place, error.errno in FULL_ERRNOS) from error


def _try_bucket(place: str, path: str) -> None:
    store = s3_store(place, longest_s=TRIED_S, repeats_s=TRIED_S)
    obstore.put(store, path, PROBE)
    with suppress(BaseError):
        obstore.delete(store, path)


def _try_folder(root: Path, folder: str) -> None:
    target = _target_in(root, folder)
    made = next(each for each in (target, *target.parents) if each.exists())
    # Named as what `deliver` writes is until it is whole, so that nobody picks it up.
    with tempfile.NamedTemporaryFile(dir=made, prefix=".fieldhand.", suffix=".part") as probe:
        probe.write(PROBE)
        probe.flush()


def _put(place: str, path: str, chunks: Iterator[bytes]) -> None:
    """An object is there once all of its parts are.

    The file waits on disk in between: what is stored in a bucket itself cannot be fetched while
    obstore sends.
    """
    with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as spool:
        for chunk in chunks:
            spool.write(chunk)
        spool.seek(0)
        obstore.put(s3_store(place), path, spool, max_concurrency=PARTS_IN_MEMORY)


def _target_in(root: Path, folder: str) -> Path:
    # Never made: where a disk or share is not mounted, the file would go to another one.
    if not root.is_dir():
        raise StorageUnavailableError(f"The folder {root} is not there; is its disk mounted?")
    target = (root / folder).resolve()
    if not target.is_relative_to(root.resolve()):
        raise UserError(f"The folder {folder} leads out of {root}; have it replaced.")
    return target


def _write(root: Path, folder: str, name: str, chunks: Iterator[bytes]) -> None:
    target = _target_in(root, folder)
    target.mkdir(parents=True, exist_ok=True)
    for left_behind in target.glob(f".{_escaped(name)}.*.part"):
        left_behind.unlink(missing_ok=True)
    part = target / f".{name}.{secrets.token_hex(4)}.part"
    try:
        with part.open("xb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target / name)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    _keep_entry(target)


def _keep_entry(folder: Path) -> None:
    """The new name outlives a loss of power, too; not every share can be told."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _is_name(part: str) -> bool:
    return (
        0 < len(part) <= LONGEST_PART
        and not part.startswith(".")
        and part.isprintable()
        and FORBIDDEN.isdisjoint(part)
    )


def _escaped(name: str) -> str:
    return "".join(f"[{c}]" if c in "[]*?" else c for c in name)


def _refused(place: str, is_full: bool) -> StorageFullError | StorageUnavailableError:
    if is_full:
        return StorageFullError(FULL_MESSAGE)
    return StorageUnavailableError(
        f"{place} does not answer or refuses files; see that it is there and may be written to."
    )
