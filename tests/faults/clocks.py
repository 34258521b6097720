"""Clocks of processes that can be set while they run; see `shifted_clock/sitecustomize.py`."""

from __future__ import annotations

import os
import struct
from datetime import timedelta
from pathlib import Path

from tests.serving import REPOSITORY

FOLDER = Path(__file__).parent / "shifted_clock"


class Clock:
    """The clock of one machine.

    Args:
        path: A file that the machine's processes keep open.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.write_bytes(struct.pack("d", 0.0))

    @property
    def environment(self) -> dict[str, str]:
        """For the processes of the machine."""
        return {
            "PYTHONPATH": os.pathsep.join((str(FOLDER), str(REPOSITORY))),
            "FIELDHAND_TEST_CLOCK": str(self._path),
        }

    def be_wrong_by(self, span: timedelta) -> None:
        """Set the clock that far ahead of the true time, behind it when negative."""
        # In place: a new file would not be the one that is mapped.
        with self._path.open("r+b") as file:
            file.write(struct.pack("d", span.total_seconds()))
