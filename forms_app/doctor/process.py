"""What the system grants each process: open files, file sizes, locks between processes."""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Iterator

from forms_app.config import Settings
from forms_app.doctor.findings import Finding, Group

PROCESS = Group("process")
LEAST_OPEN_FILES = 1024
MB = 2**20


def check_process(settings: Settings) -> Iterator[Finding]:
    """Looks at the limits of this process, which those of the same service share."""
    yield judge_open_files(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    yield judge_file_size(resource.getrlimit(resource.RLIMIT_FSIZE)[0], settings.max_file_mb * MB)
    yield try_shared_lock()


def judge_open_files(most: int) -> Finding:
    """Whether a process may open files and connections enough."""
    if most == resource.RLIM_INFINITY or most >= LEAST_OPEN_FILES:
        allowed = "any number of" if most == resource.RLIM_INFINITY else f"{most:,}"
        return PROCESS.ok("open_files", f"A process may open {allowed} files.")
    return PROCESS.warning(
        "open_files",
        f"A process may open only {most:,} files and connections.",
        f"Raise the limit to {LEAST_OPEN_FILES:,} (ulimit -n, LimitNOFILE= of systemd).",
    )


def judge_file_size(most: int, largest: int) -> Finding:
    """Whether a process may write the largest file that is accepted, in bytes."""
    if most == resource.RLIM_INFINITY or most > largest:
        return PROCESS.ok("file_size", "A process may write files as large as it takes.")
    return PROCESS.warning(
        "file_size",
        f"A process may write files of {most / MB:,.0f} MB only, and max_file_mb is "
        f"{largest // MB:,}.",
        "Raise the limit (ulimit -f, LimitFSIZE= of systemd), or lower max_file_mb.",
    )


def try_shared_lock() -> Finding:
    """Makes a lock that processes share, as every worker with more than one process does."""
    try:
        # This context's locks need no helper process; nothing is forked here.
        with multiprocessing.get_context("fork").Lock():
            return PROCESS.ok("shared_memory", "Processes can share memory.")
    except (OSError, ImportError) as error:
        return PROCESS.failed(
            "shared_memory",
            f"Processes cannot share memory: {error}.",
            "Mount /dev/shm so that it can be written (tmpfs).",
        )
