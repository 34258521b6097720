"""When nothing is left to be read: submissions and files get their final state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from forms_app.reading.confidence import missing_page
from forms_app.reading.form_template import FormField
from forms_app.reading.types import FieldReading, Outcome
from forms_app.services.batch_templates import plan_of_form
from forms_app.services.blanks import TemplatePlan
from forms_app.services.dto.webhooks import EventKind
from forms_app.services.rule_checks import open_broken
from forms_app.services.webhook_outbox import note, note_file_finished
from forms_app.services.work_events import submission_ready
from forms_app.store.locks import lock_file, lock_submission
from forms_app.store.models import FileRow, PageRow, SubmissionFieldRow, SubmissionRow
from forms_app.store.pages import pages_of_file, pages_of_submission
from forms_app.store.readings import save_readings
from forms_app.store.states import FieldState, FileState, PageState, SubmissionState

EVENT_OF_STATE: dict[str, EventKind] = {
    SubmissionState.NEEDS_REVIEW: EventKind.SUBMISSION_NEEDS_REVIEW,
    SubmissionState.DONE: EventKind.SUBMISSION_DONE,
}
UNFINISHED = frozenset({PageState.PENDING, PageState.ALIGNED})
# Stands for the model in readings that no model could make.
NO_MODEL = "none"
FAILED_REASON = "the machine could not read this page"


def finish_submission(
    session: Session, submission: SubmissionRow, plan: TemplatePlan, model_version: int
) -> None:
    """Once all its pages are read: fill in the fields of pages that are not there, set the state.

    The caller holds the submission's row lock.
    """
    pages = {page.template_page: page for page in pages_of_submission(session, submission.id)}
    if any(page.state in UNFINISHED for page in pages.values()):
        return
    numbers = range(1, len(plan.template.pages) + 1)
    for number in numbers:
        page = pages.get(number)
        # What was read of a page that a person has reported stays until it is laid anew.
        if page is None or page.state not in (PageState.READ, PageState.HELD):
            _save_absent(session, submission, plan, model_version, number, page)
    submission.pages_missing = len(set(numbers) - set(pages) - set(submission.absent_pages))
    open_broken(session, submission.id, plan.template)
    was_reading = submission.state == SubmissionState.READING
    update_state(session, submission)
    if was_reading:
        submission_ready(session, submission)


def finish_failed_page(session: Session, page_id: int, model_version: int) -> None:
    """A page that failed for good may be the last one that its submission waited for."""
    page = session.get(PageRow, page_id)
    if page is None or page.state != PageState.FAILED:
        return
    lock_file(session, page.file_id)
    submission = lock_submission(session, page.submission_id) if page.submission_id else None
    if submission is not None:
        plan = plan_of_form(session, submission)
        finish_submission(session, submission, plan, model_version)
    finish_file(session, page.file_id)


def update_state(session: Session, submission: SubmissionRow) -> None:
    """`needs_review` while any field is open, `done` afterwards."""
    session.flush()
    is_open = session.scalar(
        select(
            exists().where(
                SubmissionFieldRow.submission_id == submission.id,
                SubmissionFieldRow.state == FieldState.OPEN,
            )
        )
    )
    before = submission.state
    submission.state = SubmissionState.NEEDS_REVIEW if is_open else SubmissionState.DONE
    if submission.state != before:
        note(session, EVENT_OF_STATE[submission.state], submission.batch_id, submission.id)


def finish_file(session: Session, file_id: int) -> None:
    """Once no page has anything left to do: `done`, or `failed` when every page failed.

    Pages that a person took out do not count.
    """
    session.flush()
    pages = [page for page in pages_of_file(session, file_id) if page.state != PageState.DROPPED]
    file = session.get(FileRow, file_id)
    if file is None or any(page.state in UNFINISHED for page in pages):
        return
    if pages and all(page.state == PageState.FAILED for page in pages):
        file.state = FileState.FAILED
        file.error_code, file.error_message = _reason(pages)
    elif file.state == FileState.SPLIT:
        file.state = FileState.DONE
    note_file_finished(session, file_id)


def _reason(pages: Sequence[PageRow]) -> tuple[str | None, str | None]:
    if len(pages) == 1:
        return pages[0].error_code, pages[0].error_message
    codes = {page.error_code for page in pages}
    code = pages[0].error_code if len(codes) == 1 else "unreadable"
    return code, f"None of the {len(pages)} pages could be read; the reasons stand at each page."


def _save_absent(
    session: Session,
    submission: SubmissionRow,
    plan: TemplatePlan,
    model_version: int,
    number: int,
    page: PageRow | None,
) -> None:
    is_known = number in submission.absent_pages
    readings = [_absent(field, page, is_known) for field in plan.template.fields_on(number)]
    page_id = page.id if page else None
    save_readings(session, submission, page_id, model_version, readings, plan.positions)


def _absent(field: FormField, page: PageRow | None, is_known: bool) -> FieldReading:
    absent = missing_page(field)
    if page is None:
        # A person has said that this page does not exist: its fields need nobody any more.
        return replace(absent, needs_review=False) if is_known else absent
    return replace(
        absent,
        outcome=Outcome.UNREADABLE,
        confidence=0.0,
        needs_review=True,
        reasons=(FAILED_REASON,),
    )
