"""A site from its backup: the files first, so that the database never names what is not there."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from forms_app.errors import BackupError, StorageDamagedError
from forms_app.files import FileStore
from forms_app.services.application import Application
from forms_app.services.backing_up import copy_files
from forms_app.services.backup_folders import backups_in, chosen, files_in, only_one
from forms_app.store.dumps import load_dump, refuse_unless_empty


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What came back.

    Attributes:
        name: The backup.
        files: Files that it names.
        lost: Keys of those that are missing in the folder of backups, or have changed.
    """

    name: str
    files: int
    lost: tuple[str, ...]


def restore(
    app: Application, root: Path, known: Container[str], name: str | None = None
) -> RestoreReport:
    """Fill an empty site from the folder of backups `root`; it may be tried again when interrupted.

    Args:
        app: The site: settings and an empty database; files that are there already stay.
        root: See `back_up`.
        known: Schemas of databases that this version of Fieldhand can bring up to its own.
        name: The backup, the newest unless told otherwise.

    Raises:
        BackupError: There is no such backup, it is damaged or a newer version's, or the database is
            not empty.
        StorageUnavailableError: The site's files cannot be written.
    """
    with only_one(_existing(root)):
        backup = chosen(backups_in(root), name)
        backup.check_own_files()
        if backup.manifest.revision not in known:
            raise BackupError(
                f"The backup {backup.name} was made by Fieldhand {backup.manifest.fieldhand}, "
                "which is newer; install that version to restore it."
            )
        refuse_unless_empty(app.engine)
        keys = backup.read_keys()
        lost = copy_files(files_in(root, app.settings.files_key), app.files, keys)
        load_dump(app.engine, backup.database)
    return RestoreReport(backup.name, len(keys), tuple(lost))


def check(root: Path, files_key: str, name: str | None = None) -> RestoreReport:
    """Read all of a backup and compare it with its hashes; changes nothing.

    Args:
        root: See `back_up`.
        files_key: The setting, for files that are encrypted.
        name: See `restore`.

    Raises:
        BackupError: There is no such backup, or its database is damaged.
    """
    backup = chosen(backups_in(_existing(root)), name)
    backup.check_own_files()
    keys = backup.read_keys()
    return RestoreReport(backup.name, len(keys), tuple(_damaged(files_in(root, files_key), keys)))


def _damaged(store: FileStore, keys: list[str]) -> list[str]:
    damaged = []
    for key in keys:
        try:
            store.verify(key)
        except StorageDamagedError:
            damaged.append(key)
    return damaged


def _existing(root: Path) -> Path:
    if not root.is_dir():
        raise BackupError(f"There is no folder {root}.")
    return root
