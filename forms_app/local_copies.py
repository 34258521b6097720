"""Copies of large files of a bucket on this machine: the last few, shared by its processes.

A page of a large file is decoded by libraries that jump about in it; over the network every jump
would be a request.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

KEPT = 4
"""So many files may be in work at the same time before each is fetched again and again."""


class LocalCopies:
    """A folder of copies by key, in the system's folder for temporary files (`TMPDIR`)."""

    def __init__(self, folder: Path | None = None, most: int = KEPT) -> None:
        self._folder = folder or Path(tempfile.gettempdir()) / f"fieldhand-copies-{os.getuid()}"
        self._most = most

    def path(self, key: str, chunks: Iterable[bytes]) -> Path:
        """The copy of `key`, made of `chunks` where it is missing; the oldest ones go.

        Raises:
            OSError: It cannot be written, or the folder is another user's.
        """
        self._make_folder()
        path = self._folder / key
        try:
            os.utime(path)
        except FileNotFoundError:
            self._fetch(path, chunks)
            self._forget_oldest()
        return path

    def forget(self, key: str) -> None:
        """Delete the copy of `key`, if there is one on this machine."""
        (self._folder / key).unlink(missing_ok=True)

    def _make_folder(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._folder.stat().st_uid != os.getuid():
            raise PermissionError(f"{self._folder} belongs to another user")

    def _fetch(self, path: Path, chunks: Iterable[bytes]) -> None:
        """Whole or not at all: others take what they see."""
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as draft:
            try:
                for chunk in chunks:
                    draft.write(chunk)
                draft.flush()
                Path(draft.name).replace(path)
            except BaseException:
                Path(draft.name).unlink(missing_ok=True)
                raise

    def _forget_oldest(self) -> None:
        """Drafts that a killed process left behind are forgotten like copies."""
        by_age = sorted(self._folder.iterdir(), key=_last_used, reverse=True)
        for path in by_age[self._most :]:
            with contextlib.suppress(OSError):
                path.unlink()


def _last_used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # another process was faster
        return 0.0
