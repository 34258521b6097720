"""What every trial has in common: forms on their way, and the check at the end.

After each fault the rows must say: as many forms as there were sheets, every field of each read
exactly once, every decision that was answered still there, nothing waiting, nothing failed.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from forms_app.errors import TransientError
from forms_app.services import batches
from forms_app.store.models import (
    ExportRow,
    FileRow,
    PageRow,
    ReadingRow,
    SubmissionRow,
)
from forms_app.store.states import ExportState, FileState, PageState
from tests.faults.sheets import FIELDS, scanned_file
from tests.faults.site import Site
from tests.serving import wait_until

MIDDLE_LIMIT_S = 60.0
_serials = itertools.count(100_000)


@dataclass(frozen=True)
class Scale:
    """How large a trial is; what can be away is away for `away_s` seconds."""

    files: int
    forms_a_file: int
    away_s: float


@dataclass(frozen=True)
class Outcome:
    """What a fault has cost; `seconds` from its end until all work was done.

    `lost` and `doubled` count forms and readings of fields, `decisions_lost` those that had been
    answered, `failed` files, pages and exports that ended with an error.
    """

    seconds: float
    lost: int
    doubled: int
    decisions_lost: int
    failed: int

    @property
    def harm(self) -> tuple[int, int, int, int]:
        """Everything that must be none."""
        return self.lost, self.doubled, self.decisions_lost, self.failed


@dataclass
class Trial:
    """One batch that goes through a site while something breaks."""

    site: Site
    batch_id: int
    scale: Scale
    _pool: ThreadPoolExecutor
    _uploads: list[Future[None]] = field(default_factory=list)
    _over_at_s: float = 0.0
    _finished_at_s: float = 0.0

    @property
    def forms(self) -> int:
        """How many were handed to the web server, or are being so."""
        return len(self._uploads) * self.scale.forms_a_file

    def upload(self, files: int | None = None) -> None:
        """Send files beside what else happens, as many as the scale says unless told otherwise."""
        for _ in range(self.scale.files if files is None else files):
            content = self.next_file()
            self._uploads.append(self._pool.submit(self._send, content))

    def send(self, content: bytes) -> None:
        """Send a file of the trial and wait until it was taken."""
        self._uploads.append(self._pool.submit(self._send, content))
        self._uploads[-1].result()

    def fault_is_over(self) -> None:
        """Nothing is broken any more: from the first such call on the time until all is done
        runs."""
        self._over_at_s = self._over_at_s or time.monotonic()

    def next_file(self) -> bytes:
        """Sheets that were in no file before."""
        serials = [next(_serials) for _ in range(self.scale.forms_a_file)]
        return scanned_file(range(serials[0], serials[-1] + 1))

    def sent_otherwise(self) -> None:
        """A file of `next_file` got there by a way of the trial's own."""
        done: Future[None] = Future()
        done.set_result(None)
        self._uploads.append(done)

    def wait_until_sent(self) -> None:
        """All files have been taken by the web server."""
        for upload in self._uploads:
            upload.result()

    def wait_until_in_the_middle(self) -> None:
        """Some pages have gone on to be read."""
        wait_until(
            lambda: self.count_pages(PageState.ALIGNED, PageState.READ) > 0,
            MIDDLE_LIMIT_S,
            "the middle of the batch",
        )

    def count_pages(self, *states: PageState) -> int:
        """Pages of the batch in one of the states."""
        with self.site.app.session() as session:
            return _count(session, PageRow.id, self._pages(), PageRow.state.in_(states))

    def wait_until_finished(self, limit_s: float) -> None:
        """Nothing of the batch waits any more.

        Raises:
            AssertionError: Not within `limit_s`; says what waits.
        """
        self.wait_until_sent()
        left = {"": -1}

        def is_finished() -> bool:
            try:
                left.clear()
                left.update(self._unfinished())
            except TransientError:
                return False
            return not any(left.values())

        try:
            wait_until(is_finished, limit_s, "everything finished")
        except AssertionError as error:
            raise AssertionError(f"{error}; still to do: {left}") from None
        self._finished_at_s = time.monotonic()

    def outcome(self, decisions_lost: int) -> Outcome:
        """What came of it, once it is finished."""
        with self.site.app.session() as session:
            forms = _count(session, SubmissionRow.id, SubmissionRow.batch_id == self.batch_id)
            files = _count(session, FileRow.id, FileRow.batch_id == self.batch_id)
            readings = (
                select(ReadingRow.submission_id, ReadingRow.field_name, func.count().label("times"))
                .join(SubmissionRow, SubmissionRow.id == ReadingRow.submission_id)
                .where(SubmissionRow.batch_id == self.batch_id)
                .group_by(ReadingRow.submission_id, ReadingRow.field_name)
            )
            found = session.execute(readings).all()
            failed = self._failed(session)
            exported = self._exported(session)
        fields = len(FIELDS) * self.forms
        doubled = max(0, files - len(self._uploads)) + max(0, forms - self.forms)
        return Outcome(
            seconds=self._finished_at_s - self._over_at_s,
            lost=max(0, self.forms - forms) + max(0, fields - len(found)) + exported,
            doubled=doubled + sum(row.times - 1 for row in found),
            decisions_lost=decisions_lost,
            failed=failed,
        )

    def _send(self, content: bytes) -> None:
        self.site.sender.send(self.batch_id, f"{len(self._uploads)}.tif", content)

    def _unfinished(self) -> dict[str, int]:
        with self.site.app.session() as session:
            files = FileRow.batch_id == self.batch_id
            return {
                "files": _count(
                    session, FileRow.id, files, FileRow.state.in_(("uploaded", "split"))
                ),
                "files not there yet": max(
                    0, len(self._uploads) - _count(session, FileRow.id, files)
                ),
                "pages": _count(
                    session, PageRow.id, self._pages(), PageRow.state.in_(("pending", "aligned"))
                ),
                "exports": _count(
                    session,
                    ExportRow.id,
                    ExportRow.batch_id == self.batch_id,
                    ExportRow.state == ExportState.PENDING,
                ),
            }

    def _failed(self, session: Session) -> int:
        is_ours = FileRow.batch_id == self.batch_id
        export_is_ours = ExportRow.batch_id == self.batch_id
        return (
            _count(session, FileRow.id, is_ours, FileRow.state != FileState.DONE)
            + _count(session, PageRow.id, self._pages(), PageRow.state != PageState.READ)
            + _count(session, ExportRow.id, export_is_ours, ExportRow.state != ExportState.DONE)
        )

    def _exported(self, session: Session) -> int:
        """Forms that are missing in exports."""
        rows = session.scalars(
            select(ExportRow.row_count).where(ExportRow.batch_id == self.batch_id)
        )
        return sum(self.forms - (count or 0) for count in rows)

    def _pages(self) -> ColumnElement[bool]:
        return PageRow.file_id.in_(select(FileRow.id).where(FileRow.batch_id == self.batch_id))


@contextmanager
def begun_trial(site: Site, name: str, scale: Scale) -> Iterator[Trial]:
    """A trial with an empty batch."""
    batch = batches.create_batch(site.app, site.version_id, name)
    with ThreadPoolExecutor(2) as pool:
        yield Trial(site, batch.id, scale, pool)


def _count(session: Session, column: object, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count(column)).where(*conditions)) or 0
