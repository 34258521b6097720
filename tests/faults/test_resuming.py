"""`fieldhand serve` on SQLite: killed in the middle of a batch, in part and as a whole.

It starts its own parts again; a site of several servers is put on trial in `test_site`.
"""

from __future__ import annotations

import os
import re
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.services import batches
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.store.models import PageRow, ReadingRow, SubmissionRow
from tests.faults.sheets import FIELDS, publish_form, upload
from tests.serving import Serve, is_alive, nothing_left_of, wait_until

pytestmark = [pytest.mark.redis, pytest.mark.slow]

PAGES = 12
LIMIT_S = 60.0
SETTINGS = {"sweep_seconds": 3, "read_batch_pages": 4, "log_level": "debug"}


@dataclass(frozen=True)
class Site:
    """A running Fieldhand and a second door to its data."""

    serve: Serve
    app: Application
    version_id: int

    def upload(self, name: str, first_serial: int) -> int:
        file = upload(self.app, self.version_id, name, range(first_serial, first_serial + PAGES))
        return file.batch_id

    def summary(self, batch_id: int) -> BatchSummary:
        return batches.get_batch(self.app, batch_id).summary

    def wait_until_in_the_middle(self, batch_id: int) -> None:
        """Some pages have gone on to be read or are read, most have not."""

        def is_there() -> bool:
            return 0 < len(self.page_ids(batch_id, "aligned", "read")) < PAGES

        wait_until(is_there, LIMIT_S, "the middle of the batch")

    def page_ids(self, batch_id: int, *states: str) -> list[int]:
        file_ids = [file.id for file in batches.get_batch(self.app, batch_id).files]
        with self.app.session() as session:
            query = select(PageRow.id).where(PageRow.file_id.in_(file_ids))
            if states:
                query = query.where(PageRow.state.in_(states))
            return list(session.scalars(query))

    def wait_until_each_page_was_read_once(self, batch_id: int) -> None:
        wait_until(
            lambda: self.summary(batch_id).pages_read == PAGES,
            LIMIT_S,
            f"all pages read; {self.summary(batch_id)}",
        )
        summary = self.summary(batch_id)
        assert (summary.pages, summary.pages_failed, summary.submissions) == (PAGES, 0, PAGES)
        assert summary.fields == PAGES * len(FIELDS)
        with self.app.session() as session:
            readings = session.scalar(
                select(func.count(ReadingRow.id))
                .join(SubmissionRow, SubmissionRow.id == ReadingRow.submission_id)
                .where(SubmissionRow.batch_id == batch_id)
            )
        assert readings == PAGES * len(FIELDS)
        self._assert_read_once(self.page_ids(batch_id))

    def _assert_read_once(self, page_ids: list[int]) -> None:
        log = (self.serve.data_dir / "logs" / "workers.log").read_text(encoding="utf-8")
        times = Counter(int(found) for found in re.findall(r"page read page_id=(\d+)", log))
        assert max(times[page_id] for page_id in page_ids) == 1
        # A process killed between its commit and its line in the log has read all the same.
        assert sum(times[page_id] for page_id in page_ids) >= PAGES - 4


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data_dir = tmp_path_factory.mktemp("site")
    with Serve(data_dir, **SETTINGS) as serve:
        app = bootstrap(load_settings({}, data_dir=data_dir))
        yield Site(serve, app, publish_form(app))
        app.close()


def test_the_broker_and_the_whole_worker_are_killed(site: Site) -> None:
    batch_id = site.upload("killed", 100000)
    site.wait_until_in_the_middle(batch_id)
    kill(*site.serve.pids_of("valkey-server"))
    kill(min(site.serve.pids_of("workers", "worker")))
    site.wait_until_each_page_was_read_once(batch_id)


def test_everything_is_killed_and_started_again(tmp_path: Path) -> None:
    app = bootstrap(load_settings({}, data_dir=tmp_path))
    with Serve(tmp_path, **SETTINGS) as serve:
        before = Site(serve, app, publish_form(app))
        batch_id = before.upload("all", 600000)
        before.wait_until_in_the_middle(batch_id)
        with nothing_left_of(serve):
            serve.kill()
    with Serve(tmp_path, **SETTINGS) as serve:
        after = Site(serve, app, before.version_id)
        after.wait_until_each_page_was_read_once(batch_id)
    app.close()


def kill(*pids: int) -> None:
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not any(map(is_alive, pids)), 5, f"the end of {pids}")
