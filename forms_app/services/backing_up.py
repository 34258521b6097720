"""A backup of a running site: the database first, then the files that it names.

Files are never changed and are deleted only after their rows, so what the database names at its
moment is there, but for what people delete meanwhile.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from forms_app.errors import BackupError, StorageDamagedError
from forms_app.files import SPOOL_BYTES, FileStore, StoredFile
from forms_app.services.application import Application
from forms_app.services.backup_folders import (
    FORMAT,
    KEYS,
    NAME_FORMAT,
    Manifest,
    backups_in,
    files_in,
    only_one,
    sha256_of,
    write_manifest,
)
from forms_app.store.base import utc_now
from forms_app.store.blobs import referenced_blobs, still_referenced
from forms_app.store.dumps import dump_name, dumped

AT_ONCE = 8
"""Files copied at the same time: a bucket answers each after some milliseconds."""
BATCH = 1000


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup has and lacks.

    Attributes:
        name: Its folder.
        files: Files that it needs.
        copied: Those that were new to the folder of backups.
        gone: Keys of files that people deleted while it was made.
        damaged: Keys of files that are missing or changed on the site itself.
        dropped: Older backups that were deleted.
    """

    name: str
    files: int
    copied: int
    gone: tuple[str, ...]
    damaged: tuple[str, ...]
    dropped: tuple[str, ...]


def back_up(app: Application, root: Path, revision: str, keep: int | None = None) -> BackupReport:
    """Make one more backup in the folder `root`.

    Args:
        app: The site; it may be at work meanwhile.
        root: Where its backups lie.
        revision: The schema of its database.
        keep: So many backups stay, this one included; None keeps all.

    Raises:
        BackupError: The database cannot be dumped, or `root` cannot be written or is in use.
        StorageUnavailableError: The site's files cannot be reached.
    """
    with only_one(root):
        try:
            return _back_up(app, root, revision, keep)
        except OSError as error:
            raise BackupError(f"The folder {root} cannot be written: {error.strerror}.") from error


def copy_file(source: FileStore, target: FileStore, key: str) -> None:
    """Copy one file, in bounded memory, and compare it with its key on the way.

    Raises:
        StorageDamagedError: It is missing or has changed.
    """
    with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as spool:
        size = 0
        for chunk in source.verified_chunks([key]):
            size += spool.write(chunk)
        target.put_spooled(StoredFile(key, size), spool)


def copy_files(source: FileStore, target: FileStore, keys: Iterable[str]) -> list[str]:
    """Copy files side by side; gives back the keys of those that are missing or have changed."""

    def is_lost(key: str) -> bool:
        try:
            copy_file(source, target, key)
        except StorageDamagedError:
            return True
        return False

    lost, remaining = [], iter(keys)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        while batch := list(islice(remaining, BATCH)):
            lost += [
                key
                for key, is_bad in zip(batch, threads.map(is_lost, batch), strict=True)
                if is_bad
            ]
    return lost


def _back_up(app: Application, root: Path, revision: str, keep: int | None) -> BackupReport:
    for draft in root.glob(".draft-*"):
        shutil.rmtree(draft)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=root))
    # The database's moment, not the one at which the last file was copied.
    name = utc_now().strftime(NAME_FORMAT)
    keys = _dump(app, draft, revision)
    store = files_in(root, app.settings.files_key)
    new = [key for key in keys if not store.exists(key)]
    lost = copy_files(app.files, store, new)
    with app.session() as session:
        damaged = still_referenced(session, lost)
    draft.rename(root / name)
    return BackupReport(
        name=name,
        files=len(keys),
        copied=len(new) - len(lost),
        gone=tuple(sorted(set(lost) - damaged)),
        damaged=tuple(sorted(damaged)),
        dropped=_drop_all_but(root, store, keep) if keep else (),
    )


def _dump(app: Application, draft: Path, revision: str) -> list[str]:
    """Database, list of keys and manifest; the keys."""
    database = draft / dump_name(app.engine)
    with dumped(app.engine, database) as session:
        keys = sorted(referenced_blobs(session))
    (draft / KEYS).write_text("".join(f"{key}\n" for key in keys), encoding="ascii")
    manifest = Manifest(
        format=FORMAT,
        fieldhand=version("fieldhand"),
        revision=revision,
        database=database.name,
        database_sha256=sha256_of(database),
        keys_sha256=sha256_of(draft / KEYS),
        files=len(keys),
    )
    write_manifest(draft, manifest)
    return keys


def _drop_all_but(root: Path, store: FileStore, keep: int) -> tuple[str, ...]:
    """Delete the oldest backups, then the files that no other one needs."""
    backups = backups_in(root)
    dropped, kept = backups[:-keep], backups[-keep:]
    for backup in dropped:
        shutil.rmtree(backup.folder)
    if dropped:
        store.delete_all_but({key for backup in kept for key in backup.read_keys()})
    return tuple(backup.name for backup in dropped)
