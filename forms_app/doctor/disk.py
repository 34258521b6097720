"""Disks of this machine: folders that must be written, space and inodes that must be free."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from forms_app.config import Settings
from forms_app.doctor.findings import Finding, Group
from forms_app.doctor.site import is_there
from forms_app.services.disk_space import GB, is_low
from forms_app.storage_errors import FULL_ERRNOS

DISK = Group("disk")
MB = 2**20
FULL_BYTES = 500 * MB
"""With less, uploads and the database soon fail."""
PROBE_BYTES = 64 * 1024
FEW_INODES = 10_000
ELSEWHERE = "Free some space, or move the folder to a larger disk."


def check_disk(settings: Settings) -> Iterator[Finding]:
    """Looks at the data folder, at files kept in a folder, and at the folder for temporary ones."""
    data = nearest_existing(settings.data_dir)
    yield try_folder("data", data)
    yield judge_space("data_space", data, *_space(data))
    yield judge_inodes(data, os.statvfs(data))
    if "://" not in settings.files_url:
        files = nearest_existing(Path(settings.files_url))
        if files.stat().st_dev != data.stat().st_dev:
            yield judge_space("files_space", files, *_space(files))
    temporary = Path(tempfile.gettempdir())
    yield judge_temporary(temporary, shutil.disk_usage(temporary).free, settings.max_file_mb * MB)
    if settings.watch_folder:
        yield _watched(Path(settings.watch_folder).expanduser())


def check_data_folder(settings: Settings) -> Iterator[Finding]:
    """Only whether it can be written: with little space people can still work, and delete."""
    yield try_folder("data", nearest_existing(settings.data_dir))


def nearest_existing(folder: Path) -> Path:
    """The folder, or the one in which it would be made."""
    return next(path for path in (folder, *folder.parents) if is_there(path))


def try_folder(name: str, folder: Path) -> Finding:
    """Writes a small file there and deletes it."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".fieldhand-doctor-") as probe:
            probe.write(os.urandom(PROBE_BYTES))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        if error.errno in FULL_ERRNOS:
            return DISK.failed(name, f"There is no space left in {folder}.", ELSEWHERE)
        return DISK.failed(
            name,
            f"{folder} cannot be written ({os.strerror(error.errno or 0)}).",
            "Give it to the user that runs Fieldhand, or choose another with the setting data_dir.",
        )
    return DISK.ok(name, f"{folder} can be written.")


def judge_space(name: str, folder: Path, free: int, total: int) -> Finding:
    """Whether there is room for what will come: `free` of `total` bytes."""
    said = f"{free / GB:,.1f} of {total / GB:,.1f} GB are free in {folder}."
    if free < FULL_BYTES:
        return DISK.failed(name, said, f"Uploads will soon be refused. {ELSEWHERE}")
    if is_low(free, total):
        return DISK.warning(name, said, f"That is little. {ELSEWHERE}")
    return DISK.ok(name, said)


def judge_temporary(folder: Path, free: int, largest: int) -> Finding:
    """Whether the largest file that is accepted fits where it is put together."""
    said = f"{free / GB:,.1f} GB are free in {folder} for files that are being put together."
    if free >= largest:
        return DISK.ok("temporary_space", said)
    return DISK.warning(
        "temporary_space",
        said,
        "That is less than max_file_mb: name a larger folder in the environment variable TMPDIR.",
    )


def judge_inodes(folder: Path, facts: os.statvfs_result) -> Finding:
    """Whether more files can be made; some file systems do not count them."""
    if not facts.f_files or facts.f_favail >= FEW_INODES:
        return DISK.ok("inodes", "The disk takes many more files.")
    return DISK.warning(
        "inodes",
        f"The disk of {folder} takes only {facts.f_favail:,} more files.",
        "Delete small files there, or make its file system anew with more inodes.",
    )


def _space(folder: Path) -> tuple[int, int]:
    usage = shutil.disk_usage(folder)
    return usage.free, usage.total


def _watched(folder: Path) -> Finding:
    if os.access(folder, os.R_OK | os.W_OK | os.X_OK, effective_ids=True):
        return DISK.ok("watch_folder", f"The watched folder {folder} can be read and written.")
    return DISK.warning(
        "watch_folder",
        f"The watched folder {folder} is not there, or cannot be read and written.",
        "Mount it, or correct the setting watch_folder; it is looked for again all the time.",
    )
