"""Short-lived plain copies of encrypted files, for libraries that need a path.

They lie in memory (`/dev/shm`) where there is room, else in the folder for temporary files; only
their owner can read them. A killed process cannot delete its own: whoever makes the next one does.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

IN_MEMORY = Path("/dev/shm")  # nosec B108  # see _folder
SHARE_OF_MEMORY = 0.5
"""Of what is free there: others use it too."""
LOCKED_WITHIN_S = 60
"""A copy that is younger may not be locked yet."""


@contextmanager
def private_copy(content: Iterable[bytes], size: int) -> Iterator[Path]:
    """The path of a copy of `content`, `size` bytes, that is there for as long as the context.

    Raises:
        OSError: It cannot be written, or the folder is another user's.
    """
    folder = _folder(size)
    _delete_left_over(folder)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="plain-") as copy:
        # Says to others that its owner lives; the system takes it from a process that dies.
        fcntl.flock(copy, fcntl.LOCK_SH)
        for chunk in content:
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name)


def _folder(size: int) -> Path:
    try:
        is_roomy = shutil.disk_usage(IN_MEMORY).free * SHARE_OF_MEMORY > size
    except OSError:
        is_roomy = False
    root = IN_MEMORY if is_roomy and os.access(IN_MEMORY, os.W_OK) else tempfile.gettempdir()
    folder = Path(root) / f"fieldhand-plain-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    # Of a link itself: somebody else may have laid one to a folder of ours.
    if folder.lstat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to another user")
    return folder


def _delete_left_over(folder: Path) -> None:
    for path in folder.iterdir():
        with suppress(OSError), path.open("rb") as file:
            if time.time() - path.stat().st_mtime < LOCKED_WITHIN_S:
                continue
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
