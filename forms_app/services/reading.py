"""Read: many aligned pages at once, so that the classifier runs once over all their glyphs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.errors import TransientError
from forms_app.reading.classifier import Classifier
from forms_app.reading.pipeline import read_pages as read_aligned_pages
from forms_app.reading.policy import policy_for
from forms_app.reading.types import AlignedPage, PageReading
from forms_app.services.application import Application
from forms_app.services.attempts import attempt
from forms_app.services.batch_templates import version_of_form
from forms_app.services.blanks import TemplatePlan, load_plan, references_of
from forms_app.services.completion import finish_failed_page, finish_file, finish_submission
from forms_app.services.images import decode_grey
from forms_app.services.loading import load
from forms_app.store.base import utc_now
from forms_app.store.claims import Lease, claim_pages_to_read, hold, release
from forms_app.store.locks import lock_file, lock_submission
from forms_app.store.models import PageRow, SubmissionRow
from forms_app.store.readings import model_version_id, save_readings
from forms_app.store.states import PageState

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Job:
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


def read_pages(app: Application, limit: int) -> int:
    """Claim up to `limit` aligned pages and read them; each is saved in its own transaction.

    Returns:
        How many pages were claimed: when that is `limit`, there may be more.

    Raises:
        TransientError: The file store or database did not answer; try again.
        ModelError: The classifier cannot be loaded; no page was claimed.
    """
    classifier = app.classifier()
    leases, jobs = _claim(app, limit)
    try:
        _read(app, classifier, jobs)
    except TransientError:
        _put_off(app, leases)
        raise
    return len(leases)


def _read(app: Application, classifier: Classifier, jobs: Sequence[_Job]) -> None:
    by_version: dict[int, list[_Job]] = defaultdict(list)
    for job in jobs:
        by_version[job.version_id].append(job)
    for version_id, group in by_version.items():
        with app.session() as session:
            plan = load_plan(session, version_id)
            model_version = model_version_id(session, classifier.model_id, classifier.engine)
        _Reader(app, plan, classifier, model_version).read(group)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads claimed pages of one template version with one model."""

    app: Application
    plan: TemplatePlan
    classifier: Classifier
    model_version: int

    def read(self, jobs: Sequence[_Job]) -> None:
        """All pages together; one by one when that fails, so that the fault is found out."""
        try:
            readings = self._read_together(jobs)
        except TransientError:
            raise
        except Exception:
            log.exception("pages not read together", page_ids=[job.page_id for job in jobs])
            for job in jobs:
                self._attempt(job, partial(self._read_alone, job))
        else:
            for job, reading in zip(jobs, readings, strict=True):
                self._attempt(job, partial(self._save, job, reading))

    def _read_together(self, jobs: Sequence[_Job]) -> list[PageReading]:
        pages = [_aligned_page(self.app, job) for job in jobs]
        references = references_of(self.app, self.plan)
        policy = policy_for(self.app.settings.review_below)
        return read_aligned_pages(pages, self.plan.template, references, self.classifier, policy)

    def _read_alone(self, job: _Job) -> None:
        [reading] = self._read_together([job])
        self._save(job, reading)

    def _attempt(self, job: _Job, work: Callable[[], None]) -> None:
        attempt(self.app, job.lease, work)
        with self.app.session() as session:
            finish_failed_page(session, job.page_id, self.model_version)

    def _save(self, job: _Job, reading: PageReading) -> None:
        with self.app.session() as session:
            page = load(session, PageRow, job.page_id)
            # The locks make the pages of a file, and of a submission, finish one after the
            # other: the last one sees that all are read. Always the file first.
            lock_file(session, page.file_id)
            submission = lock_submission(session, page.submission_id or 0)
            hold(session, job.lease)
            assert submission is not None
            session.refresh(page)
            page.state, page.read_at = PageState.READ, utc_now()
            page.attempts, page.lease_until = 0, None
            save_readings(
                session,
                submission,
                page.id,
                self.model_version,
                reading.fields,
                self.plan.positions,
            )
            finish_submission(session, submission, self.plan, self.model_version)
            finish_file(session, page.file_id)
        log.debug("page read", page_id=job.page_id, submission_id=submission.id)


def _claim(app: Application, limit: int) -> tuple[list[Lease], list[_Job]]:
    """The claimed pages, and what is to be done for those that were not deleted meanwhile."""
    settings = app.settings
    with app.session() as session:
        leases = claim_pages_to_read(session, limit, settings.lease_seconds, settings.max_attempts)
    with app.session() as session:
        jobs = [_job(session, lease) for lease in leases]
    return leases, [job for job in jobs if job is not None]


def _put_off(app: Application, leases: Sequence[Lease]) -> None:
    """Pages that were saved or have failed hold their lease no more and stay as they are."""
    with app.session() as session:
        for lease in leases:
            release(session, lease, counted=False)


def _aligned_page(app: Application, job: _Job) -> AlignedPage:
    return AlignedPage(
        template_page=job.template_page,
        grey=decode_grey(app.files.get(job.aligned_hash)),
        homography=np.array(job.homography, dtype=np.float64),
        quarter_turns=job.quarter_turns,
        residual_px=job.residual_px,
        field_residuals_px=job.field_residuals,
    )


def _job(session: Session, lease: Lease) -> _Job | None:
    row = session.execute(
        select(PageRow, SubmissionRow)
        .join(SubmissionRow, SubmissionRow.id == PageRow.submission_id)
        .where(PageRow.id == lease.row_id)
    ).first()
    if row is None:
        return None
    page, form = row
    assert page.template_page is not None and page.aligned_hash is not None
    return _Job(
        lease=lease,
        version_id=version_of_form(session, form),
        template_page=page.template_page,
        aligned_hash=page.aligned_hash,
        quarter_turns=page.quarter_turns or 0,
        residual_px=page.residual_px or 0.0,
        homography=page.homography or np.eye(3).tolist(),
        field_residuals=page.field_residuals or {},
    )
