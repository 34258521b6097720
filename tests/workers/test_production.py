"""The parts of a production site: PostgreSQL, Redis, workers for each kind of work, the clock."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.embedded.components import READY_MARK
from forms_app.services import batches
from tests.faults.sheets import FIELDS, publish_form, upload
from tests.serving import start_fieldhand, wait_until

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]

PAGES = 3
COMMANDS = (
    ("worker", "--queues", "intake,align,export", "--processes", "1"),
    ("worker", "--queues", "read", "--processes", "1"),
    ("worker", "--beat"),
)


@contextlib.contextmanager
def running(environment: dict[str, str]) -> Iterator[list[subprocess.Popen[str]]]:
    processes = [start_fieldhand(*command, **environment) for command in COMMANDS]
    try:
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)
            assert process.stdout is not None
            process.stdout.close()


def keep_reading(process: subprocess.Popen[str], lines: list[str]) -> None:
    assert process.stdout is not None
    with contextlib.suppress(ValueError):  # closed at the end
        lines.extend(process.stdout)


def test_a_batch_is_read_by_separate_workers(
    tmp_path: Path, postgres_url: str, redis_url: str
) -> None:
    environment = {
        "FIELDHAND_DATA_DIR": str(tmp_path),
        "FIELDHAND_DATABASE_URL": postgres_url,
        "FIELDHAND_BROKER_URL": redis_url,
        "FIELDHAND_LOG_FORMAT": "json",
        "FIELDHAND_LOG_LEVEL": "debug",
    }
    app = bootstrap(load_settings(environment))
    with running(environment) as processes:
        outputs: list[list[str]] = [[] for _ in processes]
        for process, lines in zip(processes, outputs, strict=True):
            threading.Thread(target=keep_reading, args=(process, lines), daemon=True).start()
        wait_until(
            lambda: all(READY_MARK in "".join(lines) for lines in outputs),
            60,
            "all of them ready",
        )
        file = upload(app, publish_form(app), "production", range(700000, 700000 + PAGES))
        wait_until(
            lambda: batches.get_batch(app, file.batch_id).summary.pages_read == PAGES,
            60,
            "all pages read",
        )
    assert batches.get_batch(app, file.batch_id).summary.fields == PAGES * len(FIELDS)
    app.close()
    assert sum('"event": "page read"' in line for line in outputs[1]) == PAGES
    assert not [line for lines in outputs for line in lines if '"level": "error"' in line]
    assert [process.returncode for process in processes] == [0, 0, 0]
