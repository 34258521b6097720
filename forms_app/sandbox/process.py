"""The other end of `child`: starting it, asking it within a time limit, and noticing its end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from forms_app.sandbox import wire
from forms_app.sandbox.limits import OpenerLimits
from forms_app.sandbox.wire import Image, Message

START_LIMIT_S = 60.0
END_LIMIT_S = 5.0
INHERITED = frozenset(
    {"PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "TMPDIR"}
)
"""The rest of the environment may hold passwords, and nothing that opens scans needs it."""
GIVEN = {
    # Each thread of a numerical library would take addresses that the limit counts.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # glibc keeps up to 64 MB for the next page: else each page has to be given its memory anew by
    # the system, which costs as much as decoding it (benchmarks/scan_opening).
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
}


class Loss(StrEnum):
    """How a process ended that was to answer."""

    CRASHED = "crashed"
    OUT_OF_MEMORY = "out_of_memory"
    TIMED_OUT = "timed_out"


class LostError(Exception):
    """No answer came; the process is gone."""

    def __init__(self, loss: Loss, detail: str) -> None:
        super().__init__(f"{loss}: {detail}")
        self.loss, self.detail = loss, detail


class DoesNotStartError(Exception):
    """The process ended, or said nothing, before it could be asked anything."""


class OpenerProcess:
    """One process that opens scans; whoever uses it asks one thing at a time.

    It is started by `exec`, never by `fork` alone: nothing of this process's memory is in it, and
    threads and locks are none of its concern.

    Raises:
        DoesNotStartError: see there.
    """

    def __init__(self, limits: OpenerLimits) -> None:
        self._seconds = limits.seconds
        self._connection, theirs = socket.socketpair()
        lifeline, self._lifeline = os.pipe()
        with theirs:
            self._process = _start(limits, theirs.fileno(), lifeline)
        os.close(lifeline)
        try:
            said, _ = wire.receive(self._connection, time.monotonic() + START_LIMIT_S)
        except (OSError, wire.WireError) as error:
            self.end()
            raise DoesNotStartError(f"exit status {self._process.returncode}: {error}") from error
        except BaseException:
            self.end()
            raise
        assert said == {"ready": True}

    @property
    def pid(self) -> int:
        """The system's number for it."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """False once it has ended, of itself or by `end`."""
        return self._process.poll() is None

    def ask(self, question: Message, data: bytes) -> tuple[Message, list[Image]]:
        """The answer, and its images.

        Whatever goes wrong ends the process, an exception of the caller's own (Celery's soft time
        limit) too: what it would answer later belongs to nobody.

        Raises:
            LostError: it crashed, or did not answer in time.
        """
        deadline = time.monotonic() + self._seconds
        try:
            self._connection.settimeout(self._seconds)
            self._connection.sendall(json.dumps(question).encode("ascii") + b"\n")
            self._connection.sendall(data)
            answer, images = wire.receive(self._connection, deadline)
        except TimeoutError as error:
            self.end()
            raise LostError(Loss.TIMED_OUT, f"no answer in {self._seconds:g} s") from error
        except (OSError, wire.WireError) as error:
            raise self._lost(error) from error
        except BaseException:
            self.end()
            raise
        if "out_of_memory" in answer:
            self.end()
            raise LostError(Loss.OUT_OF_MEMORY, "an allocation failed")
        return answer, images

    def end(self) -> None:
        """Kill it if it lives, and give back what it took."""
        self._process.kill()
        self._process.wait()
        self._connection.close()
        with suppress(OSError):
            os.close(self._lifeline)
        self._lifeline = -1

    def _lost(self, error: Exception) -> LostError:
        """Why the connection broke, by the signal that ended the process."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END_LIMIT_S)
        code = self._process.poll()
        self.end()
        if code == -signal.SIGXCPU:
            return LostError(Loss.TIMED_OUT, "all of its processor time was used up")
        if code == -signal.SIGKILL:
            # Nobody else kills it outright but the kernel, when the machine's memory runs out.
            return LostError(Loss.OUT_OF_MEMORY, "the system killed it")
        signalled = f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"
        return LostError(Loss.CRASHED, f"{signalled}: {error}")


def _start(limits: OpenerLimits, connection: int, lifeline: int) -> subprocess.Popen[bytes]:
    arguments: list[Any] = [connection, lifeline, json.dumps(asdict(limits))]
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "forms_app.sandbox.child", *map(str, arguments)],
        pass_fds=(connection, lifeline),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env={name: os.environ[name] for name in INHERITED & set(os.environ)} | GIVEN,
    )
