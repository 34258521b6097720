"""What a person does with a page of the queue: puts it into a form, lays it, drops it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from forms_app.errors import ConflictError
from forms_app.queues import ALIGN_PAGE, READ_PAGES
from forms_app.services.application import Application
from forms_app.services.assembly import UNSURE, assemble_file, new_submission
from forms_app.services.batch_templates import candidate_pages, plan_of_form
from forms_app.services.completion import NO_MODEL, finish_file, finish_submission
from forms_app.services.loading import load
from forms_app.services.outside_templates import outside_pages, take_in
from forms_app.services.page_edits import (
    FormPlace,
    editing_page,
    place_for,
    settle_report,
    start_again,
    take_out,
)
from forms_app.services.page_placements import PagePlacement, placement_to_json
from forms_app.services.sending import send_or_leave
from forms_app.store.audit import record_event
from forms_app.store.base import utc_now
from forms_app.store.locks import lock_file, lock_submission
from forms_app.store.models import LOCAL_USER_ID, BatchRow, FileRow, SubmissionRow
from forms_app.store.pages import pages_of_file
from forms_app.store.readings import model_version_id
from forms_app.store.states import FileState, PageState, SubmissionState


def assign_page(
    app: Application,
    page_id: int,
    submission_id: int | None,
    user_id: int = LOCAL_USER_ID,
    seen: str | None = None,
) -> None:
    """Put a page that is laid into a form of the batch, or into a new one, and have it read.

    Args:
        seen: The page as the person saw it, see `editing_page`; so in all that follows.

    Raises:
        ConflictError: The page is not laid yet, being read, or changed meanwhile, or its place in
            the form is taken.
    """
    with editing_page(app, page_id, seen) as (session, page, file):
        if page.aligned_hash is None or page.template_page is None:
            raise ConflictError(f"Page {page.number} is not laid onto the form yet; lay it first.")
        settle_report(session, page, user_id)
        version_id = page.version_id or load(session, BatchRow, file.batch_id).version_id
        if page.submission_id is not None and page.submission_id != submission_id:
            take_out(session, page, file)
        if submission_id is None:
            form = new_submission(session, file.id, file.batch_id, version_id)
        else:
            place = FormPlace(version_id, page.template_page)
            form = place_for(session, submission_id, page, file, place)
        page.submission_id, form.state = form.id, SubmissionState.READING
        start_again(page, file, PageState.ALIGNED)
        record_event(session, "assign", "page", page_id, user_id, submission_id=form.id)
    send_or_leave(app, READ_PAGES)


def lay_page(
    app: Application,
    page_id: int,
    placement: PagePlacement,
    submission_id: int | None = None,
    user_id: int = LOCAL_USER_ID,
    seen: str | None = None,
    in_new_form: bool = False,
) -> None:
    """Have a page laid where a person says it lies, and read again; all else is kept.

    On a page of a template that the batch does not hold: the batch holds it from then on.

    Args:
        submission_id: The form it goes to; None leaves it in its own, or where its place in the
            file says.
        in_new_form: It begins a form of its own, whatever `submission_id` says.

    Raises:
        ConflictError: The page is being read or changed meanwhile, there is no such template page,
            or its place in the form is taken.
    """
    with editing_page(app, page_id, seen) as (session, page, file):
        settle_report(session, page, user_id)
        place = FormPlace(placement.version_id, placement.template_page)
        _take_template(session, file, place, user_id)
        is_same = place == FormPlace(page.version_id or 0, page.template_page or 0)
        home = submission_id
        if is_same and not in_new_form and submission_id in (None, page.submission_id):
            home = page.submission_id
        else:
            take_out(session, page, file)
        if in_new_form:
            home = new_submission(session, file.id, file.batch_id, place.version_id).id
        page.version_id = page.template_page = None
        if home is not None:
            form = place_for(session, home, page, file, place)
            page.submission_id, form.state = form.id, SubmissionState.READING
            page.version_id, page.template_page = place.version_id, place.template_page
        page.placement = placement_to_json(placement)
        start_again(page, file, PageState.PENDING)
        record_event(session, "lay", "page", page_id, user_id, template_page=place.template_page)
    send_or_leave(app, ALIGN_PAGE, page_id)


def check_page(
    app: Application, page_id: int, user_id: int = LOCAL_USER_ID, seen: str | None = None
) -> None:
    """A person has looked at how the page lies and finds it good enough.

    Its fields above the limit stay in review. A page that somebody had reported is read again, so
    that its fields come back.
    """
    with editing_page(app, page_id, seen) as (session, page, file):
        is_reported = settle_report(session, page, user_id)
        if page.state != PageState.READ and not is_reported:
            raise ConflictError(f"Page {page.number} has not been read; nothing can be confirmed.")
        page.checked_at = utc_now()
        if is_reported and page.submission_id is not None:
            form = load(session, SubmissionRow, page.submission_id)
            form.state = SubmissionState.READING
            start_again(page, file, PageState.ALIGNED)
        record_event(session, "check", "page", page_id, user_id)
    if is_reported:
        send_or_leave(app, READ_PAGES)


def drop_page(
    app: Application, page_id: int, user_id: int = LOCAL_USER_ID, seen: str | None = None
) -> None:
    """Take a page out of the batch: a separator sheet, an empty back, a second scan.

    The scan is kept and the page can be restored.
    """
    with editing_page(app, page_id, seen) as (session, page, file):
        if page.state == PageState.DROPPED:
            return
        settle_report(session, page, user_id)
        take_out(session, page, file)
        page.state = PageState.DROPPED
        file.page_count = (file.page_count or 1) - 1
        if file.state == FileState.FAILED:
            file.state, file.error_code, file.error_message = FileState.SPLIT, None, None
        finish_file(session, file.id)
        record_event(session, "drop", "page", page_id, user_id, number=page.number)


def restore_page(
    app: Application, page_id: int, user_id: int = LOCAL_USER_ID, seen: str | None = None
) -> None:
    """Bring a dropped page back; it is aligned and sorted anew."""
    with editing_page(app, page_id, seen) as (session, page, file):
        if page.state != PageState.DROPPED:
            raise ConflictError(f"Page {page.number} has not been dropped.")
        page.version_id = page.template_page = None
        start_again(page, file, PageState.PENDING)
        record_event(session, "restore", "page", page_id, user_id)
    send_or_leave(app, ALIGN_PAGE, page_id)


def sort_as_scanned(app: Application, file_id: int, user_id: int = LOCAL_USER_ID) -> None:
    """Take a file's pages in the order they were scanned; those held for their order are read."""
    with app.session() as session:
        file = lock_file(session, file_id)
        if file is None or file.state == FileState.UPLOADED:
            raise ConflictError("This file does not exist (any more), or is not opened yet.")
        held = [
            page
            for page in pages_of_file(session, file_id)
            if page.state == PageState.HELD and page.error_code == UNSURE
        ]
        for page in held:
            start_again(page, file, PageState.ALIGNED)
        record_event(session, "sort", "file", file_id, user_id, pages=len(held))
    # Nothing is lost when this process dies here: the sweeper assembles, and holds them again.
    assemble_file(app, file_id, trusting=True)


def set_absent(
    app: Application,
    submission_id: int,
    template_page: int,
    is_absent: bool,
    user_id: int = LOCAL_USER_ID,
) -> None:
    """Say that a missing page of a form does not exist, or take that back.

    Its fields then count as missing without anybody having to look at them.

    Raises:
        ConflictError: The form is being read.
    """
    with app.session() as session:
        load(session, SubmissionRow, submission_id)
        form = lock_submission(session, submission_id)
        if form is None or form.state == SubmissionState.READING:
            raise ConflictError("This form is being read; wait until that is done.")
        others = {number for number in form.absent_pages if number != template_page}
        form.absent_pages = sorted(others | ({template_page} if is_absent else set()))
        plan = plan_of_form(session, form)
        finish_submission(session, form, plan, model_version_id(session, NO_MODEL, NO_MODEL))
        record_event(
            session, "absent" if is_absent else "expect", "submission", submission_id, user_id,
            template_page=template_page,
        )  # fmt: skip


def _take_template(session: Session, file: FileRow, place: FormPlace, user_id: int) -> None:
    """From now on the batch holds the template that one of its pages was found to be of."""
    batch = load(session, BatchRow, file.batch_id)
    pages = candidate_pages(session, batch)
    if not any(
        (page.version_id, page.number) == (place.version_id, place.template_page)
        for page in [*pages, *outside_pages(session, pages, batch.project_id)]
    ):
        raise ConflictError(
            f"No published form has a page {place.template_page} like that (any more); choose "
            "another."
        )
    take_in(session, batch, [place.version_id], user_id)
