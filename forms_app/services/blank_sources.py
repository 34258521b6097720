"""A blank where there is none: made of filled copies or a photograph, looked at, then used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Any

from forms_app.errors import ConflictError, UserError
from forms_app.reading.errors import ReadingError
from forms_app.reading.geometry import Box
from forms_app.reading.types import GreyImage
from forms_app.services.application import Application
from forms_app.services.blank_edits import cleaned_pages
from forms_app.services.blank_warnings import blank_warnings
from forms_app.services.definitions import empty_definition
from forms_app.services.dto.templates import TemplateJob, TemplateVersion
from forms_app.services.images import encode_jpeg, encode_png, intake_limits, scan_opener
from forms_app.services.job_work import JobWork
from forms_app.services.names import clean_name
from forms_app.services.project_of import Kind, missing, project_of
from forms_app.services.template_jobs import delete_job, get_job, request_job
from forms_app.services.templates import insert_template
from forms_app.store.locks import lock_blobs
from forms_app.store.models import LOCAL_USER_ID, MAIN_PROJECT_ID, TemplatePageRow
from forms_app.store.states import JobKind, JobState
from forms_app.templating.blank_doubts import Doubt
from forms_app.templating.blank_from_copies import MOST_COPIES, CombinedBlank, combine_copies
from forms_app.templating.deskewing import upright
from forms_app.templating.photograph import sheet_of


class BlankSource(StrEnum):
    """copies: filled copies of the form · photograph: of the empty form."""

    COPIES = "copies"
    PHOTOGRAPH = "photograph"


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One page of one copy; `has_edges` says whether its edges were found in the picture."""

    name: str
    grey: GreyImage
    has_edges: bool


def request_blank(
    app: Application,
    name: str,
    source: str,
    uploads: Sequence[tuple[str, bytes]],
    project_id: int = MAIN_PROJECT_ID,
) -> TemplateJob:
    """Have a blank made; it becomes a template by `create_from_blank`.

    Args:
        name: of the template to be.
        source: one of `BlankSource`.
        uploads: files by name; several of them are copies of the form, each with all its pages.

    Raises:
        UserError: There is no file, or one cannot be read, or they do not fit each other.
    """
    if source not in tuple(BlankSource):
        raise UserError("Choose what the files show: copies of the form, or a photograph of it.")
    if not uploads:
        raise UserError("Choose the files first.")
    if len(uploads) > MOST_COPIES:
        raise UserError(f"{MOST_COPIES} copies are enough; choose fewer.")
    counts = {_count(app, *upload) for upload in uploads}
    if len(counts) > 1:
        raise UserError("The files have different numbers of pages; each must be a whole copy.")
    request = {"name": clean_name(name, "template"), "source": source}
    return request_job(app, JobKind.BLANK, None, request, uploads, project_id)


def do_blank(work: JobWork) -> dict[str, Any]:
    """The worker's part: a picture of each page, and what is to be known of it."""
    files = [(name, work.app.files.get(key)) for name, key in work.uploads]
    is_photograph = work.request["source"] == BlankSource.PHOTOGRAPH
    groups = _page_groups(work.app, files, is_photograph)
    pages = []
    work.step(0, len(groups))
    for done, group in enumerate(groups):
        steps = _Steps(work, done, len(groups))
        sheets = list(_sheets(work.app, files, group))
        made = _photographed(sheets[0]) if is_photograph else _combined(sheets, steps)
        pages.append(_page_json(work, made, sheets, is_photograph))
    return {"pages": pages, "source_name": files[0][0]}


def get_blank(app: Application, job_id: int) -> TemplateJob:
    """How far a blank is.

    Raises:
        NotFoundError: It never was one, or has expired.
    """
    job = get_job(app, job_id)
    if job.kind != JobKind.BLANK:
        raise missing(Kind.JOB)
    return job


def create_from_blank(
    app: Application, job_id: int, cleaning: str = "", user_id: int = LOCAL_USER_ID
) -> TemplateVersion:
    """A new template with a first draft on the blank that was made.

    Args:
        cleaning: What a person changed on it, as `blank_edits.cleaned_pages` takes it.

    Raises:
        ConflictError: It is not made yet.
        UserError: The cleaning makes no sense.
    """
    job = get_job(app, job_id)
    if job.kind != JobKind.BLANK or job.state != JobState.DONE or job.result is None:
        raise ConflictError("This blank is not made yet; wait for it, or start again.")
    pictures = cleaned_pages(app, job, cleaning)
    keys = [app.files.put(png) for png in pictures]
    pages = [
        TemplatePageRow(
            number=number,
            width_px=page["width"],
            height_px=page["height"],
            blank_hash=key,
            source_name=job.result["source_name"],
        )
        for number, (page, key) in enumerate(zip(job.result["pages"], keys, strict=True), start=1)
    ]
    name, project_id = job.request["name"], project_of(app, Kind.JOB, job_id)
    with app.session() as session:
        lock_blobs(session, keys)
        for png in pictures:
            app.files.put(png)
        version = insert_template(session, name, empty_definition(name), pages, user_id, project_id)
    delete_job(app, job_id)
    return version


@dataclass(frozen=True, slots=True)
class _Steps:
    """Progress of one page among several."""

    work: JobWork
    page: int
    pages: int

    def __call__(self, done: int, total: int) -> None:
        self.work.step(self.page * total + done, self.pages * total)


def _count(app: Application, name: str, data: bytes) -> int:
    try:
        return scan_opener(app.settings).count_pages(data, name, intake_limits(app.settings))
    except ReadingError as error:
        raise UserError(error.message) from error


def _page_groups(
    app: Application, files: Sequence[tuple[str, bytes]], is_photograph: bool
) -> list[list[tuple[int, int]]]:
    """For each page of the blank the (file, page) of its copies.

    Several files are copies of the whole form; the pages of a single file are copies of one page.
    """
    count = _count(app, *files[0])
    if len(files) == 1 and not is_photograph:
        return [[(0, number) for number in range(1, min(count, MOST_COPIES) + 1)]]
    if is_photograph:
        return [[(i, n)] for i in range(len(files)) for n in range(1, count + 1)]
    return [[(i, number) for i in range(len(files))] for number in range(1, count + 1)]


def _sheets(
    app: Application, files: Sequence[tuple[str, bytes]], group: Sequence[tuple[int, int]]
) -> Iterator[_Sheet]:
    opener, limits = scan_opener(app.settings), intake_limits(app.settings)
    for i, number in group:
        name, data = files[i]
        try:
            page = opener.open_page(data, name, number, limits)
        except ReadingError as error:
            raise UserError(error.message) from error
        grey, has_edges = sheet_of(page.grey)
        yield _Sheet(name if number == 1 else f"{name}, page {number}", grey, has_edges)


def _photographed(sheet: _Sheet) -> CombinedBlank:
    return CombinedBlank(upright(sheet.grey), (), (), ())


def _combined(sheets: Sequence[_Sheet], steps: _Steps) -> CombinedBlank:
    return combine_copies([sheet.grey for sheet in sheets], steps)


def _page_json(
    work: JobWork, made: CombinedBlank, sheets: Sequence[_Sheet], is_photograph: bool
) -> dict[str, Any]:
    height, width = made.grey.shape
    names = [sheet.name for sheet in sheets]
    return {
        "picture": work.keep_page(names[0], encode_png(made.grey)),
        "width": width,
        "height": height,
        "copies": made.used,
        "laid": [_laid_json(work, names[number - 1], number, grey) for number, grey in made.laid],
        "doubtful": [_doubt_json(doubt, width, height) for doubt in made.doubtful],
        "warnings": [
            *_photograph_warnings(is_photograph, sheets[0].has_edges),
            *blank_warnings(made, names),
        ],
    }


def _laid_json(work: JobWork, name: str, number: int, grey: GreyImage) -> dict[str, Any]:
    """A copy as it lies on the blank, to restore places from."""
    return {"number": number, "name": name, "picture": work.keep_page(name, encode_jpeg(grey))}


def _doubt_json(doubt: Doubt, width: int, height: int) -> dict[str, Any]:
    def sides(box: Box) -> list[int]:
        left, top = int(max(0, box.x)), int(max(0, box.y))
        right, bottom = min(width, ceil(box.right)), min(height, ceil(box.bottom))
        return [left, top, right - left, bottom - top]

    scraps = [sides(scrap) for scrap in doubt.scraps]
    return {"box": sides(doubt.box), "why": str(doubt.why), "scraps": scraps}


def _photograph_warnings(is_photograph: bool, has_edges: bool) -> Iterator[str]:
    if is_photograph and not has_edges:
        yield (
            "The edges of the sheet were not found, so the whole picture is taken. Where table "
            "shows around the sheet, photograph it again on a darker, plain ground."
        )
