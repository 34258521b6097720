"""The process that opens scans starts, ends and is lost without harm to whoever asks it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from forms_app.reading.errors import (
    OpenerUnavailableError,
)
from forms_app.sandbox.limits import OpenerLimits
from forms_app.sandbox.opener import ScanOpener
from tests.reading.file_bytes import shaded
from tests.reading.poison_files import endless_pdf
from tests.services.small_openers import GOOD, processor_seconds, small_opener
from tests.serving import is_alive, wait_until


@pytest.fixture
def small() -> Iterator[ScanOpener]:
    """A process of its own, with little memory."""
    with small_opener() as opener:
        yield opener


def test_a_process_that_was_killed_meanwhile_is_started_again(small: ScanOpener) -> None:
    small.count_pages(GOOD, "good.png")
    first = small.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert small.count_pages(GOOD, "good.png") == 1
    assert small.pid != first and not is_alive(first)


def test_it_goes_on_when_the_terminal_or_the_system_asks_all_to_stop(small: ScanOpener) -> None:
    """The page in work is to be finished; its owner ends it."""
    small.count_pages(GOOD, "good.png")
    first = small.pid
    assert first is not None
    os.kill(first, signal.SIGINT)
    os.kill(first, signal.SIGTERM)
    assert small.count_pages(GOOD, "good.png") == 1
    assert small.pid == first


def test_an_exception_in_the_middle_leaves_no_answer_for_the_next_question() -> None:
    """Celery's soft time limit is an exception raised by a signal."""

    class OutOfTimeError(Exception):
        pass

    def interrupt(*_: object) -> None:
        raise OutOfTimeError

    opener = ScanOpener(OpenerLimits(seconds=60))
    opener.count_pages(GOOD, "good.png")
    first, before = opener.pid, signal.signal(signal.SIGALRM, interrupt)
    assert first is not None
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        with pytest.raises(OutOfTimeError):
            opener.open_page(endless_pdf(), "endless.pdf", 1)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert not is_alive(first)
    assert opener.open_page(GOOD, "good.png", 1).grey.shape == shaded().shape
    opener.close()


def test_it_ends_with_its_owner_even_in_the_middle_of_a_page(tmp_path: Path) -> None:
    poison = tmp_path / "endless.pdf"
    poison.write_bytes(endless_pdf())
    code = (
        "import sys, threading; from pathlib import Path\n"
        "from forms_app.sandbox.opener import ScanOpener\n"
        "from forms_app.sandbox.limits import OpenerLimits\n"
        "opener = ScanOpener(OpenerLimits(seconds=300))\n"
        "opener.count_pages(Path(sys.argv[1]), 'x')\n"
        "print(opener.pid, flush=True)\n"
        "opener.open_page(Path(sys.argv[1]), 'x', 1)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(poison)], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        wait_until(lambda: processor_seconds(pid) > 1, 60, "the page in work")
        owner.kill()
    wait_until(lambda: not is_alive(pid), 10, "the end of the process that opens scans")


def test_it_outlives_the_thread_that_started_it(small: ScanOpener) -> None:
    thread = threading.Thread(target=small.count_pages, args=(GOOD, "good.png"))
    thread.start()
    thread.join()
    first = small.pid
    time.sleep(0.1)
    assert small.count_pages(GOOD, "good.png") == 1
    assert small.pid == first is not None


def test_it_knows_no_passwords_and_stays_within_its_limits(
    small: ScanOpener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIELDHAND_DATABASE_URL", "postgresql://me:secret@db/forms")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    small.count_pages(GOOD, "good.png")
    process = Path(f"/proc/{small.pid}")
    environment = (process / "environ").read_bytes()
    assert b"secret" not in environment and b"PATH=" in environment
    limits = (process / "limits").read_text(encoding="ascii")
    told = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()}
    assert told["Max address space"] == str(500 << 20)
    assert told["Max core file size"] == "0"
    assert told["Max file size"] == "160000000"
    assert told["Max cpu time"].isdigit()


def test_where_it_does_not_start_no_file_is_to_blame(
    small: ScanOpener, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", "/bin/false")
        with pytest.raises(OpenerUnavailableError, match="decoder_memory_mb"):
            small.count_pages(GOOD, "good.png")
    assert small.count_pages(GOOD, "good.png") == 1
