"""What Python itself tells of files, processes and connections while something suspect is opened.

Python's audit events (PEP 578) come from the calls that do it, whatever code made them; those of C
libraries that go past Python are not told.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGING = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.chmod"}
NEVER = ("subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "socket.", "ctypes.")
HARMLESS = ("ctypes.", "socket.gethostname")

_watching = threading.local()


def _listen(event: str, args: tuple[Any, ...]) -> None:
    told: list[tuple[str, Any]] | None = getattr(_watching, "told", None)
    if told is None:
        return
    if event == "open":
        path, _, flags = args
        if isinstance(flags, int) and flags & WRITING and not isinstance(path, int):
            told.append((event, path))
    elif event in CHANGING:
        folder = args[-1] if isinstance(args[-1], int) else -1
        told.append((event, _whole(args[0], folder)))
    elif event.startswith(NEVER) and not event.startswith(HARMLESS):
        told.append((event, None))


def _whole(path: Any, folder_descriptor: int) -> Any:
    """The path of what is named within an open folder."""
    if folder_descriptor < 0 or Path(os.fsdecode(path)).is_absolute():
        return path
    return Path(f"/proc/self/fd/{folder_descriptor}").readlink() / os.fsdecode(path)


sys.addaudithook(_listen)


@contextmanager
def nothing_outside(folder: Path) -> Iterator[None]:
    """Nothing but files in `folder` is written, made or removed, and nothing is started or called.

    Raises:
        AssertionError: At the end: something was.
    """
    told: list[tuple[str, Any]] = []
    _watching.told = told
    try:
        yield
    finally:
        _watching.told = None
    outside = [(event, path) for event, path in told if not _lies_in(folder, path)]
    assert not outside, f"outside of {folder}: {outside[:5]}"


def _lies_in(folder: Path, path: Any) -> bool:
    if path is None:
        return False
    real = os.path.realpath(os.fsdecode(path))
    if "__pycache__" in real:  # Python keeps what it has compiled of a module imported meanwhile.
        return True
    return real.startswith(f"{folder.resolve()}{os.sep}")
