"""The page queue of a batch as people see it: what waits, why, and what each thing can become."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.services.application import Application
from forms_app.services.batch_templates import page_counts, version_of_form
from forms_app.services.loading import load
from forms_app.store import page_queue
from forms_app.store.models import (
    BatchRow,
    FileRow,
    PageRow,
    SubmissionRow,
)
from forms_app.store.states import PageState

SHOWN = 200
LOOSE = "loose_page"
LOOSE_MESSAGE = (
    "A field lies {residual:.1f} px off its place (limit {limit:.0f}). Confirm that the print fits "
    "all the same, or lay the page by hand."
)


@dataclass(frozen=True, slots=True)
class QueuedPage:
    """A page that waits for a person, or one taken out. `number` counts in its file.

    `reason` is a stable word (an error's code, or `loose_page`), `message` says it to a person.
    `template_page` is None where the page is not laid; `form` is the label of the form it is in.
    """

    page_id: int
    file_id: int
    file_name: str
    number: int
    state: str
    reason: str
    message: str
    version_id: int | None
    template_page: int | None
    submission_id: int | None
    form: str | None
    scan_name: str | None
    barcode: str | None
    is_laid: bool

    @property
    def label(self) -> str:
        """The page as people call it."""
        again = f" (scanned again: {self.scan_name})" if self.scan_name else ""
        return f"{self.file_name}, page {self.number}{again}"


@dataclass(frozen=True, slots=True)
class MissingPage:
    """A place of a form where no page is."""

    submission_id: int
    file_name: str
    form: str
    template_page: int


@dataclass(frozen=True, slots=True)
class PageQueue:
    """`waiting` counts pages and missing places; of each kind the first 200 are listed.

    `sortable` are files with pages that are held for their order alone.
    """

    waiting: int
    pages: tuple[QueuedPage, ...]
    missing: tuple[MissingPage, ...]
    dropped: tuple[QueuedPage, ...]
    sortable: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A form of the batch that lacks the template pages `missing`."""

    submission_id: int
    label: str
    version_id: int
    missing: tuple[int, ...]


def get_queue(app: Application, batch_id: int) -> PageQueue:
    """What of a batch waits for a person.

    Raises:
        NotFoundError: There is no such batch.
    """
    with app.session() as session:
        load(session, BatchRow, batch_id)
        pages = describe_pages(session, page_queue.queued_pages(session, batch_id, SHOWN))
        dropped = page_queue.dropped_pages(session, batch_id, SHOWN)
        forms = open_forms(session, batch_id)
        missing = [
            MissingPage(form.submission_id, file_name, form.label, number)
            for form, file_name in forms
            for number in form.missing
        ]
        unsure = {p.file_id: p.file_name for p in pages if p.reason == "unsure_order"}
        return PageQueue(
            waiting=page_queue.count_queues(session, [batch_id])[batch_id],
            pages=tuple(pages),
            missing=tuple(missing),
            dropped=tuple(describe_pages(session, dropped)),
            sortable=tuple(unsure.items()),
        )


def describe_pages(session: Session, rows: Sequence[tuple[PageRow, FileRow]]) -> list[QueuedPage]:
    """Pages with their files, as people see them."""
    labels = form_labels(session, {page.submission_id for page, _ in rows if page.submission_id})
    return [
        QueuedPage(
            page_id=page.id,
            file_id=file.id,
            file_name=file.name,
            number=page.number,
            state=page.state,
            reason=_reason(page),
            message=_message(page),
            version_id=page.version_id,
            template_page=page.template_page,
            submission_id=page.submission_id,
            form=labels.get(page.submission_id or 0),
            scan_name=page.scan_name,
            barcode=page.barcode,
            is_laid=page.aligned_hash is not None and page.template_page is not None,
        )
        for page, file in rows
    ]


def _reason(page: PageRow) -> str:
    is_loose = page.state == PageState.READ and page.checked_at is None
    if is_loose and (page.worst_residual_px or 0) > page_queue.MOST_RESIDUAL_PX:
        return LOOSE
    return page.error_code or page.state


def _message(page: PageRow) -> str:
    if _reason(page) == LOOSE:
        return LOOSE_MESSAGE.format(
            residual=page.worst_residual_px, limit=page_queue.MOST_RESIDUAL_PX
        )
    return page.error_message or ""


def form_labels(session: Session, ids: set[int]) -> dict[int, str]:
    """`scan.pdf, form 3` for each form."""
    rows = session.execute(
        select(SubmissionRow.id, SubmissionRow.number, FileRow.name)
        .join(FileRow, FileRow.id == SubmissionRow.file_id)
        .where(SubmissionRow.id.in_(ids))
    )
    return {row_id: f"{name}, form {number}" for row_id, number, name in rows}


def open_forms(session: Session, batch_id: int) -> list[tuple[OpenForm, str]]:
    """The first 200 forms of a batch that lack a page, each with its file's name."""
    rows = page_queue.incomplete_forms(session, batch_id, SHOWN)
    versions = {form.id: version_of_form(session, form) for form, _ in rows}
    counts = page_counts(session, set(versions.values()))
    present: dict[int, set[int]] = defaultdict(set)
    for form_id, number in session.execute(
        select(PageRow.submission_id, PageRow.template_page).where(
            PageRow.submission_id.in_([form.id for form, _ in rows])
        )
    ):
        if form_id is not None and number is not None:
            present[form_id].add(number)
    return [
        (
            OpenForm(
                form.id,
                f"{file.name}, form {form.number}",
                versions[form.id],
                _missing(counts[versions[form.id]], form, present[form.id]),
            ),
            file.name,
        )
        for form, file in rows
    ]


def _missing(page_count: int, form: SubmissionRow, present: set[int]) -> tuple[int, ...]:
    numbers = set(range(1, page_count + 1))
    return tuple(sorted(numbers - present - set(form.absent_pages)))
