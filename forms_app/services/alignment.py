"""Align: one page of a file is laid onto its template page and kept as an image of its own."""

from __future__ import annotations

from dataclasses import dataclass

from forms_app.queues import ASSEMBLE_FILE
from forms_app.reading.alignment import align_onto_template
from forms_app.reading.intake import open_page
from forms_app.reading.types import AlignedPage
from forms_app.services.application import Application
from forms_app.services.attempts import attempt, claim
from forms_app.services.blanks import TemplatePlan, load_plan, references_of
from forms_app.services.images import encode_png, intake_limits
from forms_app.services.loading import load
from forms_app.services.sending import send_or_leave
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
    if not claim(app, PageRow, page_id, PageState.PENDING):
        return
    attempt(app, PageRow, page_id, lambda: _align(app, page_id))
    with app.session() as session:
        file_id = load(session, PageRow, page_id).file_id
        is_last = not has_pages_in(session, file_id, PageState.PENDING)
    if is_last:
        send_or_leave(app, ASSEMBLE_FILE, file_id)


def _align(app: Application, page_id: int) -> None:
    job = _load_job(app, page_id)
    data = app.files.get(job.content_hash)
    page = open_page(data, job.file_name, job.number, intake_limits(app.settings))
    aligned = align_onto_template(page.grey, references_of(app, job.plan), job.plan.template.fields)
    _save(app, page_id, aligned, app.files.put(encode_png(aligned.grey)))


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


def _save(app: Application, page_id: int, aligned: AlignedPage, aligned_hash: str) -> None:
    with app.session() as session:
        page = load(session, PageRow, page_id)
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
