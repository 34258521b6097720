"""What the process that opens scans may use, and how it is held to that."""

from __future__ import annotations

import resource
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from math import ceil
from pathlib import Path

BASE_MB = 300
"""Of addresses, not of memory in use: Python and the decoders take 150 MB of them, 320 MB where
OpenCV joins them for photographs of handwriting, which are decoded smaller."""
BYTES_A_PIXEL = 40
"""JPEG 2000 with transparency, within a PDF, took 37, everything else up to 18 (docs/intake.md).
With too little pdfium leaves pictures out and says nothing."""
KILLED_FIRST = "500"


def memory_needed_mb(megapixels: int) -> int:
    """Enough to open any page of so many pixels."""
    return BASE_MB + BYTES_A_PIXEL * megapixels


@dataclass(frozen=True, slots=True)
class OpenerLimits:
    """`memory_mb` of addresses for the process, `seconds` for each thing that it is asked.

    `megapixels` of a page are the most that is accepted; they bound what it may hand back.
    """

    memory_mb: int = memory_needed_mb(120)
    seconds: float = 30.0
    megapixels: int = 120

    @property
    def most_bytes(self) -> int:
        """Of one answer: grey and chroma take 1.5 bytes a pixel, a photograph in colours 3."""
        return 4_000_000 * self.megapixels


def limit_this_process(limits: OpenerLimits) -> None:
    """Hold this process to all of `limits` but the time, which `allow_more_time` gives.

    macOS does not enforce the limit on memory; the one on time holds there too.
    """
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, limits.most_bytes)
    _lower(resource.RLIMIT_AS, limits.memory_mb << 20)
    # Ctrl-C and systemd's stop reach the whole group, but the page in work is to be finished.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "linux":
        # When the machine's memory runs out the kernel takes this process, not the worker.
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(KILLED_FIRST, encoding="ascii")


def allow_more_time(seconds: float) -> None:
    """Let this process use so many seconds of processor time from now on; then it is killed.

    Whoever asks waits no longer than that; this is for when nobody is left to end the process.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    until = ceil(used.ru_utime + used.ru_stime + seconds) + 1
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (_at_most(until, hard), hard))


def _lower(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    lowered = _at_most(value, hard)
    with suppress(ValueError, OSError):
        resource.setrlimit(kind, (lowered, lowered))


def _at_most(value: int, hard: int) -> int:
    return value if hard == resource.RLIM_INFINITY else min(value, hard)
