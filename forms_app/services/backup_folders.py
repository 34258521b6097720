"""What a folder of backups looks like.

    files/aa/bb/HASH            every file that any backup in the folder needs, once;
                                under files/encrypted where the site's are encrypted
    20261128T021500Z/           one backup, named by its time (UTC)
        manifest.json           what it is, with the hashes of the two below
        database.sqlite | database.pgdump
        files.txt               the keys of its files, sorted, one a line

Files never change, so that each backup adds only those that are new.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from forms_app.errors import BackupError
from forms_app.files import FileStore, open_file_store

FORMAT = "fieldhand-backup/1"
FILES = "files"
MANIFEST = "manifest.json"
KEYS = "files.txt"
NAME_FORMAT = "%Y%m%dT%H%M%SZ"
NAME = re.compile(r"\d{8}T\d{6}Z")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    Attributes:
        format: `fieldhand-backup/1`.
        fieldhand: The version that made it.
        revision: The database's schema.
        database: Name of the database's file, which tells its kind.
        database_sha256: Hash of that file.
        keys_sha256: Hash of `files.txt`.
        files: Number of its keys.
    """

    format: str
    fieldhand: str
    revision: str
    database: str
    database_sha256: str
    keys_sha256: str
    files: int


@dataclass(frozen=True, slots=True)
class Backup:
    """One complete backup in its folder."""

    folder: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        """Its time."""
        return self.folder.name

    @property
    def database(self) -> Path:
        """The database's file."""
        return self.folder / self.manifest.database

    def read_keys(self) -> list[str]:
        """The keys of its files, sorted."""
        return (self.folder / KEYS).read_text(encoding="ascii").split()

    def check_own_files(self) -> None:
        """Compare database and list with their hashes.

        Raises:
            BackupError: One is missing or has changed.
        """
        expected = {
            self.database: self.manifest.database_sha256,
            self.folder / KEYS: self.manifest.keys_sha256,
        }
        for path, digest in expected.items():
            if not path.is_file() or sha256_of(path) != digest:
                raise BackupError(f"The backup {self.name} is damaged: {path.name} has changed.")


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """The last thing that is written into a backup."""
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")


def backups_in(root: Path) -> list[Backup]:
    """All complete backups, the oldest first.

    Raises:
        BackupError: One says of itself what this version does not understand.
    """
    if not root.is_dir():
        return []
    names = sorted(path.name for path in root.iterdir() if NAME.fullmatch(path.name))
    return [Backup(root / name, _read_manifest(root / name)) for name in names]


def files_in(root: Path, files_key: str) -> FileStore:
    """The files of all backups: encrypted, with the setting `files_key`, as the site's own."""
    return open_file_store(str(root / FILES), files_key)


@contextmanager
def only_one(root: Path) -> Iterator[None]:
    """No two commands write into the same folder.

    Raises:
        BackupError: Another one is at it, or the folder cannot be written.
    """
    try:
        # It holds what people wrote: nobody else's business.
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (root / ".lock").open("w")
    except OSError as error:
        raise BackupError(f"The folder {root} cannot be written: {error.strerror}.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError(f"Another backup into {root} is under way; wait for it.") from error
        yield


def sha256_of(path: Path) -> str:
    """The hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def chosen(backups: Sequence[Backup], name: str | None) -> Backup:
    """The backup `name`, or the newest.

    Raises:
        BackupError: There is none.
    """
    found = [backup for backup in backups if name in (None, backup.name)]
    if not found:
        known = ", ".join(backup.name for backup in backups) or "none"
        raise BackupError(f"There is no backup {name or ''} here; known are: {known}.")
    return found[-1]


def _read_manifest(folder: Path) -> Manifest:
    try:
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise BackupError(f"The backup {folder} has no manifest that can be read.") from error
    if manifest.format != FORMAT:
        raise BackupError(f"The backup {folder} is of a kind that this version does not know.")
    return manifest
