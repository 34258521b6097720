"""Align: one page of a file is laid onto its template page and kept as an image of its own."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from forms_app.errors import (
    ConflictError,
    LeaseLostError,
    OtherTemplateError,
    StorageDamagedError,
    UserError,
)
from forms_app.queues import ASSEMBLE_FILE
from forms_app.reading.errors import PageError
from forms_app.services.application import Application
from forms_app.services.attempts import attempt, claim
from forms_app.services.batch_codes import (
    code_settings,
)
from forms_app.services.batch_templates import (
    admit,
    candidate_pages,
    version_of_form,
)
from forms_app.services.cleaning import delete_unreferenced
from forms_app.services.images import encode_png, intake_limits, scan_opener
from forms_app.services.loading import load
from forms_app.services.page_laying import LaidPage, LayJob, lay_page
from forms_app.services.page_placements import placement_from_json
from forms_app.services.sending import send_or_leave
from forms_app.services.stored_scans import opened_scan
from forms_app.services.template_names import names_of_versions
from forms_app.services.work_events import also_about, page_aligned, page_not_laid, timed
from forms_app.store.base import utc_now
from forms_app.store.blobs import doom
from forms_app.store.claims import Lease, hold
from forms_app.store.locks import lock_blobs
from forms_app.store.models import (
    BatchRow,
    FileRow,
    PageRow,
    SubmissionRow,
)
from forms_app.store.pages import has_pages_in
from forms_app.store.stages import Stage
from forms_app.store.states import PageState


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
    with timed(Stage.ALIGN) as elapsed_s:
        _lay(app, lease, elapsed_s)


def _lay(app: Application, lease: Lease, elapsed_s: Callable[[], float]) -> None:
    job = _load_job(app, lease.row_id)
    limits = intake_limits(app.settings)
    with opened_scan(app.files, job.content_hash) as scan:
        page = scan_opener(app.settings).open_page(
            scan, job.file_name, job.number, limits, with_colours=True
        )
    try:
        laid = lay_page(app, page, job)
    except OtherTemplateError as error:
        page_not_laid(error.code)
        _note_template(app, lease, error.version_id)
        raise
    except PageError as error:
        page_not_laid(error.code)
        raise
    picture = encode_png(laid.page.grey)
    aligned_hash = app.files.put(picture)
    try:
        with app.session() as session:
            hold(session, lease)
            lock_blobs(session, [aligned_hash])
            app.files.put(picture)
            replaced = _save(session, lease.row_id, job, laid, aligned_hash)
            page_aligned(session, load(session, PageRow, lease.row_id), elapsed_s())
    except (LeaseLostError, UserError):
        delete_unreferenced(app, [aligned_hash])
        raise
    delete_unreferenced(app, replaced)


def _note_template(app: Application, lease: Lease, version_id: int) -> None:
    """Keep what a page was recognised as; it is laid nowhere, and says nothing of its neighbours'
    places."""
    with app.session() as session:
        hold(session, lease)
        page = load(session, PageRow, lease.row_id)
        page.version_id, page.template_page = version_id, None


def _load_job(app: Application, page_id: int) -> LayJob:
    with app.session() as session:
        page = load(session, PageRow, page_id)
        file = load(session, FileRow, page.file_id)
        batch = load(session, BatchRow, file.batch_id)
        also_about(file_id=file.id, batch_id=batch.id, submission_id=page.submission_id)
        key = page.scan_hash or file.content_hash
        if key is None:
            raise StorageDamagedError("The scan of this page was deleted; upload it again.")
        candidates = tuple(candidate_pages(session, batch))
        form = session.get(SubmissionRow, page.submission_id) if page.submission_id else None
        return LayJob(
            file_name=page.scan_name or file.name,
            content_hash=key,
            number=1 if page.scan_hash else page.number,
            placement=placement_from_json(page.placement),
            candidates=candidates,
            project_id=batch.project_id,
            takes_any=batch.takes_any,
            codes=tuple(code_settings(session, {page.version_id for page in candidates})),
            home=None if form is None else version_of_form(session, form),
        )


def _save(
    session: Session, page_id: int, job: LayJob, laid: LaidPage, aligned_hash: str
) -> list[str]:
    """Returns the keys of images that are needed no more."""
    page, aligned = load(session, PageRow, page_id), laid.page
    _require_its_place(session, page, laid)
    page.state, page.attempts, page.lease_until = PageState.ALIGNED, 0, None
    page.version_id, page.template_page = laid.version_id, aligned.template_page
    replaced = [key for key in (page.aligned_hash,) if key not in (None, aligned_hash)]
    doom(session, replaced)
    page.aligned_hash, page.writing = aligned_hash, laid.writing
    page.barcode = laid.barcode
    page.quarter_turns = aligned.quarter_turns
    page.residual_px = float(aligned.residual_px)
    page.homography = aligned.homography.tolist()
    page.field_residuals = {
        name: float(residual) for name, residual in aligned.field_residuals_px.items()
    }
    page.worst_residual_px = laid.worst_residual_px
    confirmed = job.placement is not None and job.placement.is_confirmed
    page.checked_at = utc_now() if confirmed else None
    page.error_code = page.error_message = None
    admit(session, load(session, FileRow, page.file_id).batch_id, [laid.version_id])
    return replaced


def _require_its_place(session: Session, page: PageRow, laid: LaidPage) -> None:
    """A page that is part of a form stays the page of it that it was.

    Raises:
        ConflictError: It looks like another one.
    """
    if page.submission_id is None:
        return
    version_id = version_of_form(session, load(session, SubmissionRow, page.submission_id))
    if (version_id, page.template_page) == (laid.version_id, laid.page.template_page):
        return
    now = f"page {laid.page.template_page}"
    if version_id != laid.version_id:
        now += f" of “{names_of_versions(session, {version_id, laid.version_id})[laid.version_id]}”"
    raise ConflictError(
        f"Page {page.number} is page {page.template_page} of its form but now looks like "
        f"{now}; replace the scan, or take the page out."
    )
