"""One run: files go in by HTTP, are read while people look at pages, and leave as an export."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlalchemy import func, select

from benchmarks.load.gauges import Memory, Totals, Watch, count_totals, paused_workers
from benchmarks.load.sheets import MadeFile, publish
from benchmarks.load.site import Site
from benchmarks.load.visiting import Visitors
from benchmarks.uploads import IN_PARALLEL, Sender
from forms_app.services import batches
from forms_app.services.resumable_uploads import PART_BYTES
from forms_app.store.models import FileRow, PageRow, SubmissionRow
from forms_app.store.states import FileState, PageState

POLL_S = 0.5
ALL_ASKED_WITHIN_S = 60.0
DOWNLOAD = re.compile(r"/exports/\d+/download")
ENDS = (PageState.READ, PageState.FAILED, PageState.HELD, PageState.DROPPED)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to do. `rate`: pages that people ask for in a second; the run is given up
    after `limit_s`. `reading_alone`: all files are there before the workers begin, and nobody looks
    at pages meanwhile."""

    form: str
    rate: float
    limit_s: float
    reading_alone: bool = False
    export_format: str = "csv"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did, in seconds. `read_after_s` is of each page, from its file's last byte;
    `not_read` says why."""

    files: int
    pages: int
    forms: int
    not_read: list[str]
    uploaded_bytes: int
    upload_s: list[float]
    uploading_s: float
    reading_s: float
    read_after_s: list[float]
    pages_by_people: dict[str, list[float]]
    failures_by_people: list[str]
    export_s: float
    export_rows: int
    before: Totals
    after: Totals
    memory: Memory


class Run:
    """Drives one site."""

    def __init__(self, site: Site, files: Sequence[MadeFile], plan: Plan) -> None:
        self._site, self._app, self._files, self._plan = site, site.app, files, plan
        version_id = publish(site.app, plan.form)
        self._batch_id = batches.create_batch(site.app, version_id, "Load").id
        self._arrived: dict[str, float] = {}
        self._upload_s: list[float] = []

    def go(self) -> Outcome:
        """All of it.

        Raises:
            SystemExit: It took too long, or a page was lost.
        """
        before, begun = count_totals(self._site), time.time()
        visitors = Visitors(self._site.port, self._batch_id, self._plan.rate)
        with Watch(self._site, self._pages_done) as watch:
            if self._plan.reading_alone:
                with paused_workers(self._site):
                    self._upload_all()
                uploaded = begun_reading = time.time()
                self._wait_until_read()
            else:
                begun_reading = begun
                with visitors:
                    self._upload_all()
                    uploaded = time.time()
                    self._wait_until_read()
                    visitors.wait_until_all_asked(ALL_ASKED_WITHIN_S)
        reading_s = self._last_read() - begun_reading
        after = count_totals(self._site)
        export_s, export_rows = self._export()
        forms = self._forms()
        if export_rows != forms:
            raise SystemExit(f"{forms} forms were read, the export has {export_rows}.")
        return Outcome(
            files=len(self._files),
            pages=self._expected,
            forms=forms,
            not_read=self._not_read(),
            uploaded_bytes=sum(file.path.stat().st_size for file in self._files),
            upload_s=self._upload_s,
            uploading_s=uploaded - begun,
            reading_s=reading_s,
            read_after_s=self._read_after(),
            pages_by_people=visitors.seconds,
            failures_by_people=visitors.failures,
            export_s=export_s,
            export_rows=export_rows,
            before=before,
            after=after,
            memory=watch.memory,
        )

    @property
    def _expected(self) -> int:
        return sum(file.pages for file in self._files)

    def _upload_all(self) -> None:
        """Three at a time, as the page does."""
        local = threading.local()

        def send(file: MadeFile) -> None:
            if not hasattr(local, "sender"):
                local.sender = Sender(self._site.port)
            begun = time.perf_counter()
            with file.path.open("rb") as stream:
                parts = iter(lambda: stream.read(PART_BYTES), b"")
                size = file.path.stat().st_size
                local.sender.send(self._batch_id, file.path.name, size, parts)
            self._upload_s.append(time.perf_counter() - begun)
            self._arrived[file.path.name] = time.time()

        with ThreadPoolExecutor(IN_PARALLEL) as pool:
            list(pool.map(send, self._files))

    def _pages_done(self) -> int:
        with self._app.session() as session:
            query = select(func.count()).select_from(PageRow).where(PageRow.state.in_(ENDS))
            return session.scalar(query) or 0

    def _wait_until_read(self) -> None:
        end = time.monotonic() + self._plan.limit_s
        while self._pages_done() < self._expected:
            if time.monotonic() > end:
                done = f"{self._pages_done()} of {self._expected} pages"
                raise SystemExit(f"Only {done} were read within {self._plan.limit_s:g} s.")
            time.sleep(POLL_S)

    def _last_read(self) -> float:
        with self._app.session() as session:
            last = session.scalar(select(func.max(PageRow.changed_at)))
        assert last is not None
        return last.timestamp()

    def _forms(self) -> int:
        with self._app.session() as session:
            return session.scalar(select(func.count()).select_from(SubmissionRow)) or 0

    def _not_read(self) -> list[str]:
        """Pages and files that were not read, each with the reason."""
        with self._app.session() as session:
            pages = session.execute(
                select(FileRow.name, PageRow.number, PageRow.state, PageRow.error_message)
                .join(FileRow, FileRow.id == PageRow.file_id)
                .where(PageRow.state != PageState.READ)
            ).all()
            files = session.execute(
                select(FileRow.name, FileRow.error_message).where(FileRow.state == FileState.FAILED)
            ).all()
        return [
            *(f"{name}, page {number}: {state}, {error}" for name, number, state, error in pages),
            *(f"{name}: {error}" for name, error in files),
        ]

    def _read_after(self) -> list[float]:
        """Of each page that was read, how long after its file (or the ZIP around it) had come."""
        with self._app.session() as session:
            names = dict(session.execute(select(FileRow.id, FileRow.name)).all())
            rows = session.execute(
                select(FileRow.id, FileRow.archive_id, PageRow.read_at)
                .join(FileRow, FileRow.id == PageRow.file_id)
                .where(PageRow.read_at.is_not(None))
            ).all()
        return [
            read_at.timestamp() - self._arrived[names[archive_id or file_id]]
            for file_id, archive_id, read_at in rows
            if read_at is not None
        ]

    def _export(self) -> tuple[float, int]:
        """Ask for it, wait, fetch it: seconds in all, and its rows."""
        browser = Exporter(self._site.port)
        begun = time.perf_counter()
        content = browser.export(self._batch_id, self._plan.export_format, self._plan.limit_s)
        return time.perf_counter() - begun, len(content.splitlines()) - 1


class Exporter(Sender):
    """A browser that takes the data away."""

    def export(self, batch_id: int, export_format: str, limit_s: float) -> bytes:
        """The file, once it is built."""
        token = self._headers["X-CSRFToken"]
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        body = f"csrf_token={token}&format={export_format}".encode()
        address = f"/batches/{batch_id}/export"
        self._connection.request("POST", address, body, self._headers | form)
        answer = self._connection.getresponse()
        answer.read()
        assert answer.status == 303, answer.status
        return self._wait(f"{address}/live", limit_s)

    def _wait(self, address: str, limit_s: float) -> bytes:
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            page = self._ask("GET", address, self._headers)[1].decode()
            if found := DOWNLOAD.search(page):
                return self._ask("GET", found[0], self._headers)[1]
            time.sleep(POLL_S)
        raise SystemExit(f"The export was not built within {limit_s:g} s.")
