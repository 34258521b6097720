"""Processes that open scans with little memory, and how often one was started."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from forms_app.sandbox.limits import OpenerLimits
from forms_app.sandbox.opener import ScanOpener
from tests.reading.file_bytes import image_bytes, shaded

SMALL = OpenerLimits(memory_mb=500, seconds=60, megapixels=40)
GOOD = image_bytes(shaded(), "PNG")


@contextmanager
def small_opener() -> Iterator[ScanOpener]:
    """One with little memory, ended at the end."""
    opener = ScanOpener(SMALL)
    yield opener
    opener.close()


def starts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The process ids of everything that is started from now on."""
    started: list[int] = []
    start = subprocess.Popen

    def noted(*arguments: object, **options: object) -> subprocess.Popen[bytes]:
        process = start(*arguments, **options)  # type: ignore[call-overload]
        started.append(process.pid)
        return process  # type: ignore[no-any-return]

    monkeypatch.setattr(subprocess, "Popen", noted)
    return started


def processor_seconds(pid: int) -> float:
    """What a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
