"""What every change to a page of the queue shares: locks, and pages that leave their form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forms_app.errors import ChangedMeanwhileError, ConflictError
from forms_app.services.application import Application
from forms_app.services.batch_templates import plan_of_form, version_of_form
from forms_app.services.completion import NO_MODEL, UNFINISHED, finish_submission
from forms_app.services.dto.webhooks import EventKind
from forms_app.services.loading import load
from forms_app.services.retries import FRESH
from forms_app.services.webhook_outbox import note_page
from forms_app.store.locks import lock_file, lock_submission
from forms_app.store.models import (
    FileRow,
    PageRow,
    SubmissionFieldRow,
    SubmissionRow,
)
from forms_app.store.pages import pages_of_submission
from forms_app.store.readings import model_version_id
from forms_app.store.review_notes import settle
from forms_app.store.states import FieldState, FileState, NoteKind, PageState

HOMELESS, MISALIGNED = "homeless_page", "misaligned_page"
HOMELESS_MESSAGE = (
    "The form of this page went with the file it was in. Say which form it belongs to, or take "
    "it out."
)


@dataclass(frozen=True, slots=True)
class FormPlace:
    """A page of a template."""

    version_id: int
    template_page: int


def version_of_page(page: PageRow) -> str:
    """Tells this state of a page from every earlier and later one."""
    return page.changed_at.isoformat()


@contextmanager
def editing_page(
    app: Application, page_id: int, seen: str | None = None
) -> Iterator[tuple[Session, PageRow, FileRow]]:
    """One transaction in which nobody else changes the page, its file, or its neighbours.

    Args:
        seen: The `version_of_page` that the person has looked at; None: as the page is now.

    Raises:
        NotFoundError: The page is gone.
        ChangedMeanwhileError: It is not as the person has seen it.
        ConflictError: It is being read at the moment.
    """
    with app.session() as session:
        page = load(session, PageRow, page_id)
        file = lock_file(session, page.file_id)
        session.refresh(page)
        assert file is not None
        if page.state in UNFINISHED:
            raise ConflictError(f"Page {page.number} is being read; wait until that is done.")
        if seen is not None and seen != version_of_page(page):
            raise ChangedMeanwhileError(
                f"Page {page.number} of {file.name} was changed after you opened it, perhaps by "
                "somebody else. Nothing was done; look at it again."
            )
        yield session, page, file


def start_again(page: PageRow, file: FileRow, state: PageState) -> None:
    """Back to an earlier step; the file counts as being read until that is done.

    Raises:
        ConflictError: What that step needs was deleted by retention.
    """
    scan = page.scan_hash or file.content_hash
    if (page.aligned_hash if state == PageState.ALIGNED else scan) is None:
        raise ConflictError(
            f"The scan of page {page.number} was deleted by retention, so it cannot be read again; "
            "what was read of it stays."
        )
    if page.state == PageState.DROPPED:
        file.page_count = (file.page_count or 0) + 1
    page.state = state
    for name, value in FRESH.items():
        setattr(page, name, value)
    file.state = FileState.SPLIT
    file.error_code = file.error_message = None


def place_for(
    session: Session, submission_id: int, page: PageRow, file: FileRow, place: FormPlace
) -> SubmissionRow:
    """The form, locked, in which the page's place is free or its own.

    Raises:
        ConflictError: The form is of another batch or template, or another page has that place.
    """
    form, template_page = lock_submission(session, submission_id), place.template_page
    if form is None or form.batch_id != file.batch_id:
        raise ConflictError("This form does not exist (any more); choose another one.")
    if version_of_form(session, form) != place.version_id:
        raise ConflictError("This form is a copy of another template; choose another one.")
    for other in pages_of_submission(session, form.id):
        if other.template_page == template_page and other.id != page.id:
            raise ConflictError(
                f"Page {template_page} of this form is there already; take it out first, or "
                "choose another form."
            )
    form.absent_pages = [number for number in form.absent_pages if number != template_page]
    return form


def settle_report(session: Session, page: PageRow, user_id: int) -> bool:
    """Whether somebody had reported that the page lies off; from now on nobody has."""
    if page.error_code != MISALIGNED:
        return False
    form = session.get(SubmissionRow, page.submission_id) if page.submission_id else None
    if form is not None and page.template_page is not None:
        fields = plan_of_form(session, form).template.fields_on(page.template_page)
        names = [field.name for field in fields]
        settle(session, form.id, names, [NoteKind.MISALIGNED], user_id)
    return True


def take_out(session: Session, page: PageRow, file: FileRow) -> None:
    """The page leaves its form; what was decided of its fields was of another sheet.

    A form without any page is no form: it goes.
    """
    form = lock_submission(session, page.submission_id) if page.submission_id else None
    number, page.submission_id = page.template_page, None
    session.flush()
    if form is None or number is None:
        return
    if not pages_of_submission(session, form.id):
        session.delete(form)
        session.flush()
        return
    plan = plan_of_form(session, form)
    _reopen(session, form.id, [field.name for field in plan.template.fields_on(number)])
    finish_submission(session, form, plan, model_version_id(session, NO_MODEL, NO_MODEL))


def part_from_other_files(session: Session, file: FileRow) -> None:
    """Before a file is removed: its pages leave the forms of others, and theirs its own."""
    lock_file(session, file.id)
    own = select(SubmissionRow.id).where(SubmissionRow.file_id == file.id)
    theirs = (PageRow.file_id != file.id) & PageRow.submission_id.in_(own)
    held = session.scalars(
        update(PageRow)
        .where(theirs, PageRow.aligned_hash.is_not(None))
        .values(
            state=PageState.HELD, submission_id=None, lease_until=None,
            error_code=HOMELESS, error_message=HOMELESS_MESSAGE,
        )
        .returning(PageRow.id),
        execution_options={"synchronize_session": False},
    )  # fmt: skip
    for page_id in held.all():
        note_page(session, EventKind.PAGE_HELD, page_id)
    lent = (PageRow.file_id == file.id) & PageRow.submission_id.not_in(own)
    for page in session.scalars(select(PageRow).where(lent)):
        take_out(session, page, file)


def _reopen(session: Session, submission_id: int, names: list[str]) -> None:
    """The decisions stay on record but count no more."""
    session.execute(
        update(SubmissionFieldRow)
        .where(
            SubmissionFieldRow.submission_id == submission_id,
            SubmissionFieldRow.field_name.in_(names),
        )
        .values(decision_id=None, flagged=True, state=FieldState.OPEN),
        execution_options={"synchronize_session": False},
    )
