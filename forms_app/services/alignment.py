"""Align: one page of a file is laid onto its template page and kept as an image of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, LeaseLostError, UserError
from forms_app.queues import ASSEMBLE_FILE
from forms_app.reading.alignment import align_onto_template
from forms_app.reading.errors import PoorRegistrationError
from forms_app.reading.hand_placement import lay_by_points
from forms_app.reading.intake import open_page
from forms_app.reading.likeness import writing_print
from forms_app.reading.registration import PageReference
from forms_app.reading.types import AlignedPage, GreyImage
from forms_app.services.application import Application
from forms_app.services.attempts import attempt, claim
from forms_app.services.blanks import TemplatePlan, load_plan, references_of
from forms_app.services.cleaning import delete_unreferenced
from forms_app.services.images import encode_png, intake_limits
from forms_app.services.loading import load
from forms_app.services.page_placements import PagePlacement, placement_from_json
from forms_app.services.sending import send_or_leave
from forms_app.store.base import utc_now
from forms_app.store.blobs import doom
from forms_app.store.claims import Lease, hold
from forms_app.store.locks import lock_blobs
from forms_app.store.models import BatchRow, FileRow, PageRow
from forms_app.store.pages import has_pages_in
from forms_app.store.states import PageState


@dataclass(frozen=True, slots=True)
class _Job:
    """`number` is the page's in the stored file: the uploaded one, or a scan that replaces it."""

    file_name: str
    content_hash: str
    number: int
    placement: PagePlacement | None
    plan: TemplatePlan


def align_page(app: Application, page_id: int) -> None:
    """Find out which template page this is, lay it there and keep the result.

    A page that a person laid is laid as they said, and on no other template page.

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
    references = references_of(app, job.plan)
    aligned = _lay(page.grey, job, references)
    writing = writing_print(aligned.grey, references[aligned.template_page - 1].grey)
    picture = encode_png(aligned.grey)
    aligned_hash = app.files.put(picture)
    try:
        with app.session() as session:
            hold(session, lease)
            lock_blobs(session, [aligned_hash])
            app.files.put(picture)
            replaced = _save(session, lease.row_id, job, aligned, aligned_hash, writing)
    except (LeaseLostError, UserError):
        delete_unreferenced(app, [aligned_hash])
        raise
    delete_unreferenced(app, replaced)


def _lay(grey: GreyImage, job: _Job, references: Sequence[PageReference]) -> AlignedPage:
    fields, placement = job.plan.template.fields, job.placement
    if placement is None:
        return align_onto_template(grey, references, fields)
    reference = references[placement.template_page - 1]
    on_page = [field for field in fields if field.page == placement.template_page]
    laid = lay_by_points(grey, reference, placement.points, on_page)
    if not laid.is_checked and not placement.is_confirmed:
        raise PoorRegistrationError(laid.doubt)
    return laid.aligned


def _load_job(app: Application, page_id: int) -> _Job:
    with app.session() as session:
        page = load(session, PageRow, page_id)
        file = load(session, FileRow, page.file_id)
        batch = load(session, BatchRow, file.batch_id)
        assert file.content_hash is not None
        return _Job(
            file_name=page.scan_name or file.name,
            content_hash=page.scan_hash or file.content_hash,
            number=1 if page.scan_hash else page.number,
            placement=placement_from_json(page.placement),
            plan=load_plan(session, batch.version_id),
        )


def _save(
    session: Session,
    page_id: int,
    job: _Job,
    aligned: AlignedPage,
    aligned_hash: str,
    writing: str | None,
) -> list[str]:
    """Returns the keys of images that are needed no more."""
    page = load(session, PageRow, page_id)
    if page.submission_id is not None and page.template_page != aligned.template_page:
        raise ConflictError(
            f"Page {page.number} is page {page.template_page} of its form but now looks like "
            f"page {aligned.template_page}; upload it again in a file of its own."
        )
    page.state, page.attempts, page.lease_until = PageState.ALIGNED, 0, None
    page.template_page = aligned.template_page
    replaced = [key for key in (page.aligned_hash,) if key not in (None, aligned_hash)]
    doom(session, replaced)
    page.aligned_hash, page.writing = aligned_hash, writing
    page.quarter_turns = aligned.quarter_turns
    page.residual_px = float(aligned.residual_px)
    page.homography = aligned.homography.tolist()
    page.field_residuals = {
        name: float(residual) for name, residual in aligned.field_residuals_px.items()
    }
    page.worst_residual_px = max(page.field_residuals.values(), default=None)
    confirmed = job.placement is not None and job.placement.is_confirmed
    page.checked_at = utc_now() if confirmed else None
    page.error_code = page.error_message = None
    return replaced
