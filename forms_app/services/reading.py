"""Read: many aligned pages at once, so that the classifier runs once over all their glyphs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.services.application import Application
from forms_app.services.batch_templates import version_of_form
from forms_app.services.reading_desk import Job
from forms_app.services.reading_flow import FlowReport, ReadingFlow, Supply
from forms_app.services.reading_hands import Hand, OwnHand
from forms_app.services.work_events import timed
from forms_app.store.claims import Lease, claim_pages_to_read
from forms_app.store.models import PageRow, SubmissionRow
from forms_app.store.stages import Stage

CLAIMING_SHARE = 0.25
"""Of a lease: so long a round with helpers takes more pages. It must end before its task does."""


def read_pages(app: Application, limit: int) -> int:
    """Claim aligned pages and read them, each saved in its own transaction: see `read_round`.

    Returns:
        How many pages were claimed: when there were any, there may be more.

    Raises:
        TransientError: The file store or database did not answer; try again.
        ModelError: The classifier cannot be loaded; no page was claimed.
    """
    return read_round(app, limit).pages


def read_round(app: Application, limit: int) -> FlowReport:
    """One round of reading.

    Without helpers it is up to `limit` pages that wait now. With helpers, pages are claimed as
    there is room for them, until none waits or a quarter of a lease is over.

    Raises:
        TransientError, ModelError: See `read_pages`.
    """
    hands: Sequence[Hand] = app.reading_helpers() or (OwnHand(app),)
    # Before any claim: a classifier that cannot be loaded holds no page.
    flow = ReadingFlow(app, hands, limit)
    claims = _Claims(app)
    until_s = time.monotonic() + CLAIMING_SHARE * app.settings.lease_seconds
    is_beside = hands[0].is_beside
    fresh = claims.fresh(min(limit, 2 * len(hands)) if is_beside else limit)
    # A page that may have killed its worker is read with no other on its way.
    first = fresh or claims.doubted()
    supply = Supply(claims.fresh, until_s) if fresh and is_beside else None
    with timed(Stage.READ):
        report = flow.run(first, supply)
    return replace(report, pages=claims.count)


class _Claims:
    """Claims pages, and counts them; those that are deleted meanwhile are no jobs, but counted."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self.count = 0

    def fresh(self, limit: int) -> list[Job]:
        """Pages that nobody has tried yet."""
        return self._claim(limit, max_attempts=1)

    def doubted(self) -> list[Job]:
        """One page whose reading failed before."""
        return self._claim(1, self._app.settings.max_attempts)

    def _claim(self, limit: int, max_attempts: int) -> list[Job]:
        lease_s = self._app.settings.lease_seconds
        with self._app.session() as session:
            leases = claim_pages_to_read(session, limit, lease_s, max_attempts)
        self.count += len(leases)
        if not leases:
            return []
        with self._app.session() as session:
            jobs = [_job(session, lease) for lease in leases]
        return [job for job in jobs if job is not None]


def _job(session: Session, lease: Lease) -> Job | None:
    row = session.execute(
        select(PageRow, SubmissionRow)
        .join(SubmissionRow, SubmissionRow.id == PageRow.submission_id)
        .where(PageRow.id == lease.row_id)
    ).first()
    if row is None:
        return None
    page, form = row
    assert page.template_page is not None and page.aligned_hash is not None
    return Job(
        lease=lease,
        version_id=version_of_form(session, form),
        template_page=page.template_page,
        aligned_hash=page.aligned_hash,
        quarter_turns=page.quarter_turns or 0,
        residual_px=page.residual_px or 0.0,
        homography=page.homography or np.eye(3).tolist(),
        field_residuals=page.field_residuals or {},
    )
