"""What there is in a data folder, found out without touching anything."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

LOCK_NAME = "serve.lock"
KERNEL_LOCKS = Path("/proc/locks")
KERNEL_MOUNTS = Path("/proc/mounts")


def is_there(path: Path) -> bool | None:
    """Whether there is such a file or folder; None where we may not look."""
    try:
        return path.exists()
    except PermissionError:
        return None


def file_system_of(path: Path) -> str:
    """The kind of file system that a path lies on, as the kernel calls it; empty where unknown."""
    try:
        lines = KERNEL_MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return file_system_in(lines, path)


def file_system_in(mounts: Iterable[str], path: Path) -> str:
    """The same from the lines of /proc/mounts; of two on one folder, the later counts."""
    kinds = {}
    for line in mounts:
        _, folder, kind, *_ = line.split()
        # The kernel writes a space as \040.
        kinds[Path(folder.replace("\\040", " "))] = kind
    return next((kinds[folder] for folder in (path, *path.parents) if folder in kinds), "")


def is_served(data_dir: Path) -> bool:
    """Whether `fieldhand serve` runs there: some process of this machine holds its lock.

    False where nobody tells.
    """
    try:
        inode = (data_dir / LOCK_NAME).stat().st_ino
        locks = [line.split() for line in KERNEL_LOCKS.read_text(encoding="ascii").splitlines()]
    except OSError:
        return False
    # Trying the lock would keep a `serve` that starts just now from it.
    return any(
        "FLOCK" in words and any(word.endswith(f":{inode}") for word in words) for words in locks
    )
