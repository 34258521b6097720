"""The page queue of a batch as people see it: what waits, why, and what each thing can become."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.services.application import Application
from forms_app.services.batch_templates import page_counts, version_of_form
from forms_app.services.blanks import load_plan
from forms_app.services.loading import load
from forms_app.services.loose_fields import LooseField, loose_fields, looseness_in_words
from forms_app.services.page_edits import version_of_page
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


@dataclass(frozen=True, slots=True)
class QueuedPage:
    """A page that waits for a person, or one taken out. `number` counts in its file.

    `reason` is a stable word (an error's code, or `loose_page`), `message` says it to a person.
    `template_page` is None where the page is not laid; `form` is the label of the form it is in.
    `loose_fields` are what it waits for where the reason is `loose_page`, the worst first. `seen`
    tells this state of the page from others, see `page_edits.editing_page`.
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
    loose_fields: tuple[LooseField, ...]
    seen: str

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
    """`waiting` counts pages and missing places; of each kind 200 are listed at a time. More follow
    after the page `after_page` and the form `after_form`; None: there are no more.

    `sortable` are files with pages that are held for their order alone.
    """

    waiting: int
    pages: tuple[QueuedPage, ...]
    missing: tuple[MissingPage, ...]
    dropped: tuple[QueuedPage, ...]
    sortable: tuple[tuple[int, str], ...]
    after_page: int | None = None
    after_form: int | None = None


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A form of the batch that lacks the template pages `missing`."""

    submission_id: int
    label: str
    version_id: int
    missing: tuple[int, ...]


def get_queue(
    app: Application,
    batch_id: int,
    after_page: int | None = None,
    after_form: int | None = None,
) -> PageQueue:
    """What of a batch waits for a person; the lists go on after a page and a form of theirs.

    Raises:
        NotFoundError: There is no such batch.
    """
    with app.session() as session:
        load(session, BatchRow, batch_id)
        rows = page_queue.queued_pages(session, batch_id, SHOWN + 1, after_page)
        pages = describe_pages(session, rows[:SHOWN])
        dropped = page_queue.dropped_pages(session, batch_id, SHOWN)
        found = open_forms(session, batch_id, SHOWN + 1, after_form)
        forms = found[:SHOWN]
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
            after_page=pages[-1].page_id if len(rows) > SHOWN else None,
            after_form=forms[-1][0].submission_id if len(found) > SHOWN else None,
        )


def describe_pages(session: Session, rows: Sequence[tuple[PageRow, FileRow]]) -> list[QueuedPage]:
    """Pages with their files, as people see them."""
    labels = form_labels(session, {page.submission_id for page, _ in rows if page.submission_id})
    loose = _loose_fields(session, [page for page, _ in rows if _reason(page) == LOOSE])
    return [
        QueuedPage(
            page_id=page.id,
            file_id=file.id,
            file_name=file.name,
            number=page.number,
            state=page.state,
            reason=_reason(page),
            message=looseness_in_words(loose[page.id])
            if page.id in loose
            else page.error_message or "",
            version_id=page.version_id,
            template_page=page.template_page,
            submission_id=page.submission_id,
            form=labels.get(page.submission_id or 0),
            scan_name=page.scan_name,
            barcode=page.barcode,
            is_laid=page.aligned_hash is not None and page.template_page is not None,
            loose_fields=loose.get(page.id, ()),
            seen=version_of_page(page),
        )
        for page, file in rows
    ]


def _reason(page: PageRow) -> str:
    is_loose = page.state == PageState.READ and page.checked_at is None
    if is_loose and (page.worst_residual_px or 0) > page_queue.MOST_RESIDUAL_PX:
        return LOOSE
    return page.error_code or page.state


def _loose_fields(session: Session, pages: Sequence[PageRow]) -> dict[int, tuple[LooseField, ...]]:
    """By page id, the fields of each loose page that lie loosely."""
    versions = {page.version_id for page in pages if page.version_id}
    templates = {row_id: load_plan(session, row_id).template for row_id in versions}
    found = {}
    for page in pages:
        assert page.version_id and page.template_page  # It has been read.
        fields = templates[page.version_id].fields_on(page.template_page)
        found[page.id] = loose_fields(fields, page.field_residuals or {})
    return found


def form_labels(session: Session, ids: set[int]) -> dict[int, str]:
    """`scan.pdf, form 3` for each form."""
    rows = session.execute(
        select(SubmissionRow.id, SubmissionRow.number, FileRow.name)
        .join(FileRow, FileRow.id == SubmissionRow.file_id)
        .where(SubmissionRow.id.in_(ids))
    )
    return {row_id: f"{name}, form {number}" for row_id, number, name in rows}


def open_forms(
    session: Session, batch_id: int, limit: int = SHOWN, after_id: int | None = None
) -> list[tuple[OpenForm, str]]:
    """The first forms of a batch that lack a page, each with its file's name; after `after_id`."""
    rows = page_queue.incomplete_forms(session, batch_id, limit, after_id)
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
