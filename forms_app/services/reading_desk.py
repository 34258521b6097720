"""The processor's part of reading a page: before the classifier it is cut, after it decided.

A desk keeps what it has cut, so that of a page only its glyphs and their log-probabilities travel
between processes: they are some 4 % of what the page takes meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import structlog
from numpy.typing import NDArray

from forms_app.errors import HelperLostError
from forms_app.reading.classifier import Charset
from forms_app.reading.pipeline import PreparedPage, decide_page, prepare_page
from forms_app.reading.policy import policy_for
from forms_app.reading.types import AlignedPage, LogProbabilities, PageReading
from forms_app.services.application import Application
from forms_app.services.attempts import attempt
from forms_app.services.blanks import TemplatePlan, load_plan, references_of
from forms_app.services.completion import finish_failed_page, finish_file, finish_submission
from forms_app.services.images import decode_grey
from forms_app.services.loading import load
from forms_app.services.work_events import page_read
from forms_app.store.base import utc_now
from forms_app.store.claims import Lease, hold
from forms_app.store.locks import lock_file, lock_submission
from forms_app.store.models import PageRow
from forms_app.store.readings import save_readings
from forms_app.store.states import PageState

log = structlog.get_logger(__name__)

KEPT_PLANS = 12


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed page."""

    lease: Lease
    version_id: int
    template_page: int
    aligned_hash: str
    quarter_turns: int
    residual_px: float
    homography: list[list[float]]
    field_residuals: dict[str, float]

    @property
    def page_id(self) -> int:
        return self.lease.row_id


@dataclass(frozen=True, slots=True)
class Answer:
    """What the classifier said of a page's glyphs, `(N, K)`, and which one it was.

    `model_version` is the id of its row.
    """

    rows: LogProbabilities
    charset: Charset
    model_version: int


class Desk:
    """Cuts and decides claimed pages; what it has cut stays here until it is decided or dropped."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._plans: dict[int, TemplatePlan] = {}
        self._kept: dict[int, tuple[PreparedPage, TemplatePlan]] = {}

    def prepare(self, job: Job, model_version: int) -> NDArray[np.uint8] | None:
        """Cut a page; its glyphs `(N, 28, 28)`, or None where its reading ended here.

        Args:
            job: the page.
            model_version: what stands for the reading of a page that fails for good.

        Raises:
            TransientError: The file store or database did not answer; the page is free again.
        """
        self.drop(job.page_id)
        attempt(self._app, job.lease, partial(self._cut, job))
        if job.page_id not in self._kept:
            self._finish_failed(job.page_id, model_version)
            return None
        return self._kept[job.page_id][0].stacked_glyphs()

    def finish(self, lease: Lease, answer: Answer) -> None:
        """Decide a page that was cut here and save its reading, in a transaction of its own.

        Raises:
            TransientError: The database did not answer; the page is free again.
            HelperLostError: The page was cut by a process that is gone since.
        """
        kept = self._kept.pop(lease.row_id, None)
        if kept is None:
            raise HelperLostError("The process that cut this page is gone; it is cut again.")
        save = partial(self._decide_and_save, lease, *kept, answer)
        attempt(self._app, lease, save)
        self._finish_failed(lease.row_id, answer.model_version)

    def drop(self, page_id: int) -> None:
        """Forget a page that is not to be decided."""
        self._kept.pop(page_id, None)

    def _finish_failed(self, page_id: int, model_version: int) -> None:
        with self._app.session() as session:
            finish_failed_page(session, page_id, model_version)

    def _cut(self, job: Job) -> None:
        plan = self._plan(job.version_id)
        page = AlignedPage(
            template_page=job.template_page,
            grey=decode_grey(self._app.files.get(job.aligned_hash)),
            homography=np.array(job.homography, dtype=np.float64),
            quarter_turns=job.quarter_turns,
            residual_px=job.residual_px,
            field_residuals_px=job.field_residuals,
        )
        prepared = prepare_page(page, plan.template, references_of(self._app, plan))
        self._kept[job.page_id] = prepared, plan

    def _plan(self, version_id: int) -> TemplatePlan:
        """A published version never changes, and its number is never given again."""
        if version_id not in self._plans:
            if len(self._plans) >= KEPT_PLANS:
                self._plans.pop(next(iter(self._plans)))
            with self._app.session() as session:
                self._plans[version_id] = load_plan(session, version_id)
        return self._plans[version_id]

    def _decide_and_save(
        self, lease: Lease, page: PreparedPage, plan: TemplatePlan, answer: Answer
    ) -> None:
        policy = policy_for(self._app.settings.review_below)
        reading = decide_page(page, answer.rows, answer.charset, policy)
        self._save(lease, reading, plan, answer.model_version)

    def _save(
        self, lease: Lease, reading: PageReading, plan: TemplatePlan, model_version: int
    ) -> None:
        with self._app.session() as session:
            page = load(session, PageRow, lease.row_id)
            # The locks make the pages of a file, and of a submission, finish one after the
            # other: the last one sees that all are read. Always the file first.
            lock_file(session, page.file_id)
            submission = lock_submission(session, page.submission_id or 0)
            hold(session, lease)
            assert submission is not None
            session.refresh(page)
            page_read(session, page, submission, reading.fields)
            page.state, page.read_at = PageState.READ, utc_now()
            page.attempts, page.lease_until = 0, None
            save_readings(
                session, submission, page.id, model_version, reading.fields, plan.positions
            )
            finish_submission(session, submission, plan, model_version)
            finish_file(session, page.file_id)
