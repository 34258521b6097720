"""The pictures of the page workbench: the scan as it came, and how it would lie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from sqlalchemy.orm import Session

from forms_app.errors import NotFoundError, UserError
from forms_app.files import FileStore
from forms_app.reading.errors import ReadingError
from forms_app.reading.features import resized_to, view_page
from forms_app.reading.form_template import FormTemplate
from forms_app.reading.hand_placement import (
    PlacedPoint,
    corner_points,
    first_points,
    lay_by_points,
)
from forms_app.reading.intake import IntakeLimits
from forms_app.reading.registration import PageReference
from forms_app.reading.turning import turning
from forms_app.reading.types import GreyImage
from forms_app.sandbox.opener import ScanOpener
from forms_app.services.application import Application
from forms_app.services.batch_templates import CandidatePage, candidate_pages
from forms_app.services.blanks import load_plan, reference
from forms_app.services.deleted import refuse_deleted
from forms_app.services.foreign_pages import name_among
from forms_app.services.images import decode_grey, encode_png, intake_limits, scan_opener
from forms_app.services.loading import load
from forms_app.services.loose_fields import LooseField, loose_fields
from forms_app.services.outside_templates import outside_pages, recognised_version
from forms_app.services.page_candidates import ranked
from forms_app.services.page_placements import PagePlacement, placement_from_json
from forms_app.services.redaction import (
    covered_page,
    covered_scan,
    marked_template,
    names_hidden_in,
)
from forms_app.services.stored_scans import opened_scan
from forms_app.store.models import BatchRow, FileRow, PageRow

SHOWN_LONG_SIDE_PX = 1800
JPEG_QUALITY = 85
# A person tries several placements of one page.
KEPT_SCANS = 2


@dataclass(frozen=True, slots=True)
class StartPoints:
    """Where the scan's corners lie on a template page: what the person starts from."""

    version_id: int
    template_page: int
    points: tuple[PlacedPoint, ...]


@dataclass(frozen=True, slots=True)
class LaidPreview:
    """How a page would lie. `is_checked`: the refinement found the print; else `doubt` says why
    not, and a person must confirm the overlay. `picture` is a JPEG of the laid page."""

    is_checked: bool
    doubt: str
    residual_px: float
    poor_fields: tuple[LooseField, ...]
    picture: bytes


@dataclass(frozen=True, slots=True)
class _Source:
    """A page, the template pages that it probably is one of, and all that it can be laid onto."""

    page: PageRow
    likely: tuple[CandidatePage, ...]
    offered: tuple[CandidatePage, ...]
    grey: GreyImage


def scan_image(app: Application, page_id: int, covered: bool = False) -> bytes:
    """The page as it was scanned, as JPEG of at most 1800 px; with sensitive fields `covered`, as
    far as it is known where they lie.

    Raises:
        NotFoundError: There is no such page, or it cannot be opened.
    """
    source = _source(app, page_id)
    page, grey = source.page, source.grey
    if covered and page.homography is not None and page.template_page:
        with app.session() as session:
            template = _template_of(session, page)
        turned = turning(page.quarter_turns or 0, grey.shape)
        matrix = np.array(page.homography, np.float64) @ turned
        grey = covered_scan(grey, template, page.template_page, matrix)
    return _jpeg(grey)


def cannot_be_covered(app: Application, page_id: int) -> bool:
    """Whether sensitive fields may lie on a page of which it is not known where.

    Raises:
        NotFoundError: There is no such page.
    """
    with app.session() as session:
        page = load(session, PageRow, page_id)
        if page.homography is not None and page.template_page:
            return False
        file = load(session, FileRow, page.file_id)
        candidates = candidate_pages(session, load(session, BatchRow, file.batch_id))
        versions = {each.version_id for each in candidates}
        return any(names_hidden_in(marked_template(session, one)) for one in versions)


def laid_image(app: Application, page_id: int, covered: bool = False) -> bytes:
    """The page as it is laid onto its template page, as PNG of exactly that page's size; with
    sensitive fields `covered`.

    Raises:
        NotFoundError: There is no such page, or it is not laid.
    """
    with app.session() as session:
        page = load(session, PageRow, page_id)
        template = _template_of(session, page) if covered else None
    if page.aligned_hash is None:
        refuse_deleted(page.picture_deleted_at)
        raise NotFoundError("This page is not laid onto the form yet.")
    picture = app.files.get(page.aligned_hash)
    if template is None or page.template_page is None:
        return picture
    return encode_png(covered_page(decode_grey(picture), template, page.template_page))


def start_points(
    app: Application, page_id: int, chosen: tuple[int, int] | None = None
) -> StartPoints:
    """How the page lies now, or probably would.

    Args:
        chosen: Version and number of the template page to lay it onto; None: the page's own, or
            the likeliest.
    """
    source = _source(app, page_id)
    page, kept = source.page, placement_from_json(source.page.placement)
    own = (page.version_id or source.offered[0].version_id, page.template_page or 0)
    if kept is not None and chosen in (None, (kept.version_id, kept.template_page)):
        return StartPoints(kept.version_id, kept.template_page, kept.points)
    if page.homography is not None and page.template_page and chosen in (None, own):
        turned = turning(page.quarter_turns or 0, source.grey.shape)
        matrix = np.array(page.homography, np.float64) @ turned
        return StartPoints(*own, corner_points(matrix, source.grey.shape))
    wanted = chosen or (own if page.template_page else None)
    if wanted is None:
        features = view_page(source.grey).features
        nearest = ranked(app, source.likely, features)[0]
        wanted = (nearest.version_id, nearest.number)
    blank = _reference(app, source, *wanted)
    return StartPoints(*wanted, first_points(source.grey, blank))


def preview(
    app: Application, page_id: int, placement: PagePlacement, covered: bool = False
) -> LaidPreview:
    """How the page would lie; nothing is saved. Its picture has sensitive fields `covered`.

    Raises:
        UserError: The points do not lay a sheet, or there is no such template page.
    """
    source = _source(app, page_id)
    blank = _reference(app, source, placement.version_id, placement.template_page)
    with app.session() as session:
        template = load_plan(session, placement.version_id).template
        name = name_among(session, placement.version_id, source.offered)
    fields = template.fields_on(placement.template_page)
    try:
        laid = lay_by_points(source.grey, blank, placement.points, fields)
    except ReadingError as error:
        raise UserError(error.message) from error
    poor = loose_fields(fields, laid.aligned.field_residuals_px)
    grey = laid.aligned.grey
    if covered:
        with app.session() as session:
            marked = marked_template(session, placement.version_id)
        grey = covered_page(grey, marked, placement.template_page)
    picture = _jpeg(grey)
    doubt = "" if laid.doubt is None else laid.doubt.named(name).message
    return LaidPreview(laid.doubt is None, doubt, laid.aligned.residual_px, poor, picture)


def _source(app: Application, page_id: int) -> _Source:
    with app.session() as session:
        page = load(session, PageRow, page_id)
        file = load(session, FileRow, page.file_id)
        batch = load(session, BatchRow, file.batch_id)
        candidates = candidate_pages(session, batch)
        outside = outside_pages(session, candidates, batch.project_id)
        offered = (*candidates, *outside)
        recognised = [each for each in offered if each.version_id == recognised_version(page)]
    key, name = page.scan_hash or file.content_hash, page.scan_name or file.name
    if key is None:
        refuse_deleted(file.scan_deleted_at)
        raise NotFoundError("The file of this page was not kept.")
    number = 1 if page.scan_hash else page.number
    try:
        opener, limits = scan_opener(app.settings), intake_limits(app.settings)
        grey = _scan(app.files, opener, key, name, number, limits)
    except ReadingError as error:
        raise NotFoundError(f"This page cannot be shown: {error.message}") from error
    return _Source(page, tuple(recognised or candidates), offered, grey)


@lru_cache(maxsize=KEPT_SCANS)
def _scan(
    files: FileStore, opener: ScanOpener, key: str, name: str, number: int, limits: IntakeLimits
) -> GreyImage:
    with opened_scan(files, key) as scan:
        return opener.open_page(scan, name, number, limits).grey


def _template_of(session: Session, page: PageRow) -> FormTemplate:
    file = load(session, FileRow, page.file_id)
    batch = load(session, BatchRow, file.batch_id)
    return marked_template(session, page.version_id or batch.version_id)


def forget_kept() -> None:
    """Forget the scans that this process keeps in memory."""
    _scan.cache_clear()


def _reference(app: Application, source: _Source, version_id: int, number: int) -> PageReference:
    for page in source.offered:
        if (page.version_id, page.number) == (version_id, number):
            return reference(app.files, number, page.blank_hash)
    raise UserError(f"The form has no page {number}; choose one that it has.")


def _jpeg(grey: GreyImage) -> bytes:
    shown = grey if max(grey.shape) <= SHOWN_LONG_SIDE_PX else resized_to(grey, SHOWN_LONG_SIDE_PX)
    _, buffer = cv2.imencode(".jpg", shown, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
    return buffer.tobytes()
