"""A new scan of a page that was scanned badly, or of one that is missing from its form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from forms_app.errors import ConflictError, UserError
from forms_app.files import Readable
from forms_app.queues import ALIGN_PAGE
from forms_app.reading.errors import EmptyFileError, ReadingError
from forms_app.services.application import Application
from forms_app.services.batch_templates import version_of_form
from forms_app.services.cleaning import delete_unreferenced
from forms_app.services.images import intake_limits, scan_opener
from forms_app.services.loading import load
from forms_app.services.names import clean_file_name
from forms_app.services.page_edits import (
    FormPlace,
    editing_page,
    place_for,
    settle_report,
    start_again,
)
from forms_app.services.sending import send_or_leave
from forms_app.store.audit import record_event
from forms_app.store.blobs import doom
from forms_app.store.locks import lock_blobs, lock_file
from forms_app.store.models import LOCAL_USER_ID, PageRow, SubmissionRow
from forms_app.store.states import PageState, SubmissionState


def replace_scan(
    app: Application,
    page_id: int,
    filename: str,
    stream: Readable,
    user_id: int = LOCAL_USER_ID,
    seen: str | None = None,
) -> None:
    """Read a new scan in the place of a page; what was decided of its fields is kept.

    Args:
        seen: The page as the person saw it, see `editing_page`.

    Raises:
        UserError: The file holds no page, several, or cannot be read.
        ConflictError: The page is being read, or changed meanwhile.
    """
    with (
        _one_page(app, filename, stream) as (key, data),
        editing_page(app, page_id, seen) as (session, page, file),
    ):
        settle_report(session, page, user_id)
        lock_blobs(session, [key])
        app.files.put(data)
        replaced = [old for old in (page.scan_hash,) if old not in (None, key)]
        doom(session, replaced)
        page.scan_hash, page.scan_name = key, clean_file_name(filename)
        page.placement = None
        start_again(page, file, PageState.PENDING)
        record_event(session, "rescan", "page", page_id, user_id)
    delete_unreferenced(app, replaced)
    send_or_leave(app, ALIGN_PAGE, page_id)


def add_missing_page(
    app: Application,
    submission_id: int,
    template_page: int,
    filename: str,
    stream: Readable,
    user_id: int = LOCAL_USER_ID,
) -> int:
    """Read a scan as the missing page of a form; returns the new page's id.

    Raises:
        UserError: The file holds no page, several, or cannot be read.
        ConflictError: The form has this page, or is gone.
    """
    with _one_page(app, filename, stream) as (key, data), app.session() as session:
        form = load(session, SubmissionRow, submission_id)
        file = lock_file(session, form.file_id)
        lock_blobs(session, [key])
        app.files.put(data)
        if file is None:
            raise ConflictError("The form's file was removed; upload the page with the others.")
        last = session.scalar(select(func.max(PageRow.number)).where(PageRow.file_id == file.id))
        page = PageRow(file_id=file.id, number=(last or 0) + 1)
        session.add(page)
        session.flush()
        place = FormPlace(version_of_form(session, form), template_page)
        form = place_for(session, submission_id, page, file, place)
        page.submission_id, page.template_page = form.id, template_page
        page.version_id = place.version_id
        page.scan_hash, page.scan_name = key, clean_file_name(filename)
        form.state = SubmissionState.READING
        file.page_count = (file.page_count or 0) + 1
        start_again(page, file, PageState.PENDING)
        record_event(session, "rescan", "page", page.id, user_id, submission_id=submission_id)
        page_id = page.id
    send_or_leave(app, ALIGN_PAGE, page_id)
    return page_id


@contextmanager
def _one_page(app: Application, filename: str, stream: Readable) -> Iterator[tuple[str, bytes]]:
    """Key and bytes of a file of one page, kept; forgotten again where the block raises."""
    name, limits = clean_file_name(filename), intake_limits(app.settings)
    with app.files.spooled(stream, app.settings.max_file_mb << 20) as (stored, spool):
        spool.seek(0)
        data = spool.read()
    try:
        if not data:
            raise EmptyFileError(f"{name} is empty; choose a scan of this page.")
        count = scan_opener(app.settings).count_pages(data, name, limits)
    except ReadingError as error:
        raise UserError(error.message) from error
    if count != 1:
        raise UserError(f"{name} has {count} pages; choose a scan of this one page.")
    app.files.put(data)
    try:
        yield stored.key, data
    except UserError:
        delete_unreferenced(app, [stored.key])
        raise
