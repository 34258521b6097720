"""A disk without space: a small file system filled up, or the quota of processes used up."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.processes import Part

if TYPE_CHECKING:
    from tests.faults.site import Site

DISK_MIB = 384
# Not even a page's image is that small.
QUOTA_BYTES = 1


@contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """A file system of a few MiB at `folder`; None where this user may not mount one."""
    folder.mkdir(parents=True)
    size = f"size={DISK_MIB}m"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "fieldhand-trial", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        yield None
        return
    try:
        yield folder
    finally:
        # A process that was killed a moment ago may still have a file open.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def no_space(site: Site) -> Iterator[None]:
    """Nothing more can be written where the site keeps its files.

    Its file system is filled to the last block. Where none could be mounted, the processes that
    write there have used up their quota: the system refuses that in its own words too.
    """
    if site.disk is None:
        with _no_quota(site.web, site.pages, site.read):
            yield
        return
    ballast = site.disk / "ballast"
    try:
        subprocess.run(
            ["dd", "if=/dev/zero", f"of={ballast}", "bs=64K"], capture_output=True, check=False
        )
        yield
    finally:
        ballast.unlink()


@contextmanager
def _no_quota(*parts: Part) -> Iterator[None]:
    _limit_files(parts, QUOTA_BYTES)
    try:
        yield
    finally:
        _limit_files(parts, None)


def _limit_files(parts: Sequence[Part], most_bytes: int | None) -> None:
    """For all processes of the parts that there are now; None: as far as the system lets them."""
    for pid in (pid for part in parts for pid in part.pids()):
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        limit = hard if most_bytes is None else most_bytes
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, hard))
