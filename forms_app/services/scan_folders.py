"""What lies in a watched folder: the files to be taken, and free names for those that were."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from forms_app.reading.archives import is_left_by_system

DONE, FAILED = "done", "failed"
UNFINISHED_ENDINGS = (".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".lock")
"""What copying programs call files that are not whole yet."""


def files_to_take(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Files to be taken, without those that were, and those of systems and copying programs.

    Raises:
        OSError: The folder itself cannot be read; what vanishes inside it is passed over.
    """
    with os.scandir(folder) as found:
        entries = list(found)
    for entry in entries:
        if is_left_by_system(entry.name) or entry.name in (DONE, FAILED):
            continue
        yield from _inside(entry)


def _inside(entry: os.DirEntry[str]) -> Iterator[tuple[Path, os.stat_result]]:
    try:
        if entry.is_dir():
            with os.scandir(entry) as found:
                entries = list(found)
            for inner in entries:
                if not is_left_by_system(inner.name):
                    yield from _inside(inner)
        elif entry.is_file() and not entry.name.lower().endswith(UNFINISHED_ENDINGS):
            # Not the directory's own idea of it, which lags behind on network shares.
            yield Path(entry.path), Path(entry.path).stat()
    except OSError:
        return


def free_name(target: Path) -> Path:
    """`target`, or with a number when that is there already."""
    number, free = 2, target
    while free.exists():
        free = target.with_name(f"{target.stem} ({number}){target.suffix}")
        number += 1
    return free
