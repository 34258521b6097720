"""Align: one page of a file is laid onto its template page and kept as an image of its own."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, LeaseLostError, UserError
from forms_app.queues import ASSEMBLE_FILE
from forms_app.reading.alignment import align_onto_template
from forms_app.reading.intake import open_page
from forms_app.reading.types import AlignedPage
from forms_app.services.application import Application
from forms_app.services.attempts import attempt, claim
from forms_app.services.blanks import TemplatePlan, load_plan, references_of
from forms_app.services.cleaning import delete_unreferenced
from forms_app.services.images import encode_png, intake_limits
from forms_app.services.loading import load
from forms_app.services.sending import send_or_leave
from forms_app.store.claims import Lease, hold
from forms_app.store.locks import lock_blobs
from forms_app.store.models import BatchRow, FileRow, PageRow
from forms_app.store.pages import has_pages_in
from forms_app.store.states import PageState


@dataclass(frozen=True, slots=True)
class _Job:
    file_id: int
    file_name: str
    content_hash: str
    number: int
    plan: TemplatePlan


def align_page(app: Application, page_id: int) -> None:
    """Find out which template page this is, lay it there and keep the result.

    The page is decoded again from the uploaded file: keeping every page's pixels twice would cost
    gigabytes, decoding costs about a tenth of the alignment.

    Raises:
        TransientError: The file store or database did not answer; try again.
    """
    lease = claim(app, PageRow, page_id, PageState.PENDING)
    if lease is None:
        return
    attempt(app, lease, lambda: _align(app, lease))
    with app.session() as session:
        page = session.get(PageRow, page_id)
        if page is None or has_pages_in(session, page.file_id, PageState.PENDING):
            return
    send_or_leave(app, ASSEMBLE_FILE, page.file_id)


def _align(app: Application, lease: Lease) -> None:
    job = _load_job(app, lease.row_id)
    data = app.files.get(job.content_hash)
    page = open_page(data, job.file_name, job.number, intake_limits(app.settings))
    aligned = align_onto_template(page.grey, references_of(app, job.plan), job.plan.template.fields)
    picture = encode_png(aligned.grey)
    aligned_hash = app.files.put(picture)
    try:
        with app.session() as session:
            hold(session, lease)
            lock_blobs(session, [aligned_hash])
            app.files.put(picture)
            _save(session, lease.row_id, aligned, aligned_hash)
    except (LeaseLostError, UserError):
        delete_unreferenced(app, [aligned_hash])
        raise


def _load_job(app: Application, page_id: int) -> _Job:
    with app.session() as session:
        page = load(session, PageRow, page_id)
        file = load(session, FileRow, page.file_id)
        batch = load(session, BatchRow, file.batch_id)
        assert file.content_hash is not None
        return _Job(
            file_id=file.id,
            file_name=file.name,
            content_hash=file.content_hash,
            number=page.number,
            plan=load_plan(session, batch.version_id),
        )


def _save(session: Session, page_id: int, aligned: AlignedPage, aligned_hash: str) -> None:
    page = load(session, PageRow, page_id)
    if page.submission_id is not None and page.template_page != aligned.template_page:
        raise ConflictError(
            f"Page {page.number} is page {page.template_page} of its form but now looks like "
            f"page {aligned.template_page}; upload it again in a file of its own."
        )
    page.state, page.attempts, page.lease_until = PageState.ALIGNED, 0, None
    page.template_page = aligned.template_page
    page.aligned_hash = aligned_hash
    page.quarter_turns = aligned.quarter_turns
    page.residual_px = float(aligned.residual_px)
    page.homography = aligned.homography.tolist()
    page.field_residuals = {
        name: float(residual) for name, residual in aligned.field_residuals_px.items()
    }
    page.error_code = page.error_message = None
