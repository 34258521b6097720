"""A worker of one process with helpers, as it stands beside a GPU: real processes, real broker."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import pytest

from forms_app import queues
from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.embedded.components import READY_MARK
from forms_app.services.application import Application
from tests.services.aligned_pages import put_numbered
from tests.services.meanwhile import states
from tests.serving import descendants, is_alive, start_fieldhand, wait_until

LIMIT_S = 90.0
HELPERS = 2


@pytest.mark.redis
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_helpers_read_beside_their_worker_and_end_with_it(
    end: signal.Signals, tmp_path: Path, sqlite_url: str, redis_url: str
) -> None:
    environment = {
        "FIELDHAND_DATA_DIR": str(tmp_path / "data"),
        "FIELDHAND_DATABASE_URL": sqlite_url,
        "FIELDHAND_BROKER_URL": redis_url,
        "FIELDHAND_ENGINE": "litert",
        "FIELDHAND_READ_HELPERS": str(HELPERS),
        "FIELDHAND_READ_BATCH_PAGES": "2",
    }
    app = bootstrap(load_settings(environment))
    put_numbered(app, 5)
    process = start_fieldhand("worker", "--queues", "read", "--solo", **environment)
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(process.stdout or ()), daemon=True)
    reader.start()
    try:
        wait_until(lambda: READY_MARK in "".join(lines), LIMIT_S, "the worker ready")
        app.tasks.send(queues.READ_PAGES)
        wait_until(lambda: all_are_read(app), LIMIT_S, "all pages read")
        helpers = [pid for pid in descendants(process.pid) if is_helper(pid)]
        assert len(helpers) == HELPERS
        process.send_signal(end)
        process.wait(LIMIT_S)
        wait_until(lambda: not any(map(is_alive, helpers)), LIMIT_S, "the end of the helpers")
    finally:
        process.kill()
        process.wait()
        reader.join()
        assert process.stdout is not None
        process.stdout.close()
        app.close()
    assert process.returncode == (0 if end is signal.SIGTERM else -signal.SIGKILL)
    assert "Traceback" not in "".join(lines)


def all_are_read(app: Application) -> bool:
    return states(app)[0] == ["read"] * 5


def is_helper(pid: int) -> bool:
    return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
