"""A task that hangs in a worker of one process: the process ends, and says where it hung."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workers.watchdog import EXIT_CODE

REPOSITORY = Path(__file__).resolve().parents[2]
# Two threads: one that holds Python's lock for ever, and the watchdog's own.
HOLDS_THE_LOCK = """
import re
from workers.watchdog import Watchdog
Watchdog().begin("stuck", 0.2)
re.match("(a+)+$", "a" * 60 + "b")
"""


@pytest.mark.redis
def test_a_worker_whose_task_hangs_ends(tmp_path: Path, redis_url: str) -> None:
    environment = {
        **os.environ,
        "FIELDHAND_DATA_DIR": str(tmp_path),
        "FIELDHAND_BROKER_URL": redis_url,
        "FIELDHAND_METRICS_PORT": "",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.workers.hanging_worker"],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == EXIT_CODE, done.stderr
    assert "test.hang is not over after 1 s: this worker ends itself" in done.stderr
    assert "hanging_worker.py" in done.stderr


def test_a_process_that_hangs_in_pythons_lock_ends_too() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HOLDS_THE_LOCK],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "Timeout" in done.stderr


def test_a_task_that_is_over_is_watched_no_more() -> None:
    code = (
        "import time; from workers.watchdog import Watchdog; dog = Watchdog(); "
        "dog.begin('first', 1); dog.end(); time.sleep(3.5); print('alive')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout == "alive\n"
