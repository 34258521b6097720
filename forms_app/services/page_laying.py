"""Laying a page of a batch: which of its templates' pages it shows, by code, features, or hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from forms_app.errors import OtherTemplateError
from forms_app.reading.alignment import align_view
from forms_app.reading.errors import (
    AmbiguousPageError,
    ForeignPageError,
    PageError,
    PoorRegistrationError,
)
from forms_app.reading.features import PageView, view_page
from forms_app.reading.form_template import FormField
from forms_app.reading.hand_placement import lay_by_points
from forms_app.reading.likeness import writing_print
from forms_app.reading.look_alikes import OwnPrint
from forms_app.reading.shortlists import fits_closely
from forms_app.reading.types import AlignedPage, SourcePage
from forms_app.services.application import Application
from forms_app.services.batch_codes import CodeSetting, FoundCode, find_code, narrowed
from forms_app.services.batch_templates import CandidatePage
from forms_app.services.blanks import load_plan, own_print, reference, references_of
from forms_app.services.foreign_pages import name_among, with_names
from forms_app.services.loose_fields import TOLERANT_KINDS
from forms_app.services.outside_templates import outside_pages
from forms_app.services.page_candidates import left_out, shortlisted
from forms_app.services.page_placements import PagePlacement


@dataclass(frozen=True, slots=True)
class LayJob:
    """What is known of a page before it is laid.

    `number` is the page's in the stored file: the uploaded one, or a scan that replaces it.
    `home` is the version of the form that it is part of already, if it is.
    """

    file_name: str
    content_hash: str
    number: int
    placement: PagePlacement | None
    candidates: tuple[CandidatePage, ...]
    project_id: int
    takes_any: bool
    codes: tuple[CodeSetting, ...]
    home: int | None = None


@dataclass(frozen=True, slots=True)
class LaidPage:
    """A page on the blank of a template, and what tells its writing from others'."""

    version_id: int
    page: AlignedPage
    worst_residual_px: float | None
    writing: str | None
    barcode: str | None


def worst_residual_px(page: AlignedPage, fields: Sequence[FormField]) -> float | None:
    """The residual of the worst field that is read by its place, in template pixels."""
    read = {field.name for field in fields if field.kind not in TOLERANT_KINDS}
    residuals = (px for name, px in page.field_residuals_px.items() if name in read)
    return max((float(px) for px in residuals), default=None)


def lay_page(app: Application, page: SourcePage, job: LayJob) -> LaidPage:
    """Lay a scan where a person said, else on the template page that it shows.

    Raises:
        PageError: It shows none of the batch's pages, or cannot be laid precisely enough.
        OtherTemplateError: Neither, but it is one of a published template outside of the batch.
    """
    if job.placement is not None:
        return _lay_by_hand(app, page, job.placement, job)
    view, found = view_page(page.grey, page.chroma), find_code(page.grey, job.codes)
    try:
        return _lay_among_its_own(app, view, job, found)
    except (ForeignPageError, PoorRegistrationError) as error:
        _require_no_other(app, view, job, error)
        raise


def _lay_among_its_own(
    app: Application, view: PageView, job: LayJob, found: FoundCode | None
) -> LaidPage:
    try:
        return _lay_on(app, view, job, narrowed(job.candidates, found), found)
    except ForeignPageError:
        if found is None:
            raise
        # A code of another form may lie on the page: what is printed on it has the last word.
        return _lay_on(app, view, job, job.candidates, found)


def _require_no_other(app: Application, view: PageView, job: LayJob, refused: PageError) -> None:
    """A refused page that is one of a template outside of the batch is told whose it is.

    It passes the same gates there as any page. One that is part of a form stays refused.

    Raises:
        OtherTemplateError: There is such a template.
    """
    if job.takes_any or job.home is not None:
        return
    with app.session() as session:
        outside = outside_pages(session, job.candidates, job.project_id)
    if not outside:
        return
    try:
        laid = _lay_on(app, view, replace(job, candidates=tuple(outside)), outside, None)
    except PageError:
        return
    with app.session() as session:
        name = name_among(session, laid.version_id, [*job.candidates, *outside])
    raise OtherTemplateError(
        f"This page belongs to {name} (page {laid.page.template_page}), which this batch does not "
        "hold. Add the template to the batch, or take the page out.",
        laid.version_id,
    ) from refused


def _lay_on(
    app: Application,
    view: PageView,
    job: LayJob,
    candidates: Sequence[CandidatePage],
    found: FoundCode | None,
) -> LaidPage:
    pages = shortlisted(app, candidates, view.features)
    try:
        return _lay_on_one_of(app, view, job, pages, found)
    except ForeignPageError:
        laid = _lay_at_second_look(app, view, job, candidates, pages, found)
        if laid is None:
            raise
        return laid


def _lay_at_second_look(
    app: Application,
    view: PageView,
    job: LayJob,
    candidates: Sequence[CandidatePage],
    tried: Sequence[CandidatePage],
    found: FoundCode | None,
) -> LaidPage | None:
    """The page on one of those that the shortlist left out; None where it fits none closely."""
    rest = left_out(app, candidates, view.features, tried)
    if not rest:
        return None
    try:
        laid = _lay_on_one_of(app, view, job, rest, found)
    except (ForeignPageError, PoorRegistrationError):
        return None
    return laid if fits_closely(laid.page) else None


def _lay_on_one_of(
    app: Application,
    view: PageView,
    job: LayJob,
    pages: Sequence[CandidatePage],
    found: FoundCode | None,
) -> LaidPage:
    references = [reference(app.files, page.number, page.blank_hash) for page in pages]

    def fields_of(place: int) -> Sequence[FormField]:
        with app.session() as session:
            return load_plan(session, pages[place].version_id).template.fields

    def own_print_of(one: int, other: int) -> OwnPrint | None:
        blanks = [(pages[place].number, pages[place].blank_hash) for place in (one, other)]
        return own_print(app.files, *blanks)

    forms = [page.template_id for page in pages]
    try:
        place, aligned = align_view(view, references, fields_of, forms, own_print_of)
    except PageError as error:
        at_home = [] if job.home is None else _could_be(error, pages, job.home)
        if at_home:
            return _lay_on(app, view, job, at_home, found)
        with app.session() as session:
            raise with_names(session, error, pages, job.candidates, job.takes_any) from error
    writing = writing_print(aligned.grey, references[place].grey)
    worst_px = worst_residual_px(aligned, fields_of(place))
    return LaidPage(pages[place].version_id, aligned, worst_px, writing, _text(found))


def _could_be(
    error: PageError, tried: Sequence[CandidatePage], version_id: int
) -> list[CandidatePage]:
    """Of the pages that a scan could as well be, those of one version."""
    places = error.places if isinstance(error, AmbiguousPageError) else ()
    return [tried[place] for place in places if tried[place].version_id == version_id]


def _lay_by_hand(
    app: Application, page: SourcePage, placement: PagePlacement, job: LayJob
) -> LaidPage:
    with app.session() as session:
        plan = load_plan(session, placement.version_id)
        name = name_among(session, placement.version_id, job.candidates)
    blank = references_of(app, plan)[placement.template_page - 1]
    fields = plan.template.fields_on(placement.template_page)
    laid = lay_by_points(page.grey, blank, placement.points, fields, page.chroma)
    if laid.doubt is not None and not placement.is_confirmed:
        raise laid.doubt.named(name)
    writing = writing_print(laid.aligned.grey, blank.grey)
    barcode = _text(find_code(page.grey, job.codes))
    worst_px = worst_residual_px(laid.aligned, fields)
    return LaidPage(placement.version_id, laid.aligned, worst_px, writing, barcode)


def _text(found: FoundCode | None) -> str | None:
    return None if found is None else found.code.text
