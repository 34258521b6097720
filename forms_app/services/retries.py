"""A second try for files and pages that failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms_app.errors import ConflictError
from forms_app.queues import ALIGN_PAGE, SPLIT_FILE
from forms_app.services.application import Application
from forms_app.services.dto.batches import NEVER_READ, FileSummary
from forms_app.services.file_lists import load_file
from forms_app.services.loading import load
from forms_app.services.sending import send_or_leave
from forms_app.store.audit import record_event
from forms_app.store.locks import lock_file
from forms_app.store.models import LOCAL_USER_ID, FileRow, PageRow
from forms_app.store.states import FileState, PageState

FRESH = {"attempts": 0, "lease_until": None, "error_code": None, "error_message": None}


def retry_file(app: Application, file_id: int, user_id: int = LOCAL_USER_ID) -> FileSummary:
    """Try a failed file again, its failed pages too; also a duplicate whose original was removed.

    Raises:
        ConflictError: It has not failed, its bytes were never kept or can never be read, or the
            batch has the same content under another name by now.
    """
    with one_of_a_content(app) as session:
        lock_file(session, file_id)
        file = load(session, FileRow, file_id)
        orphan = file.state == FileState.DUPLICATE and file.duplicate_of_id is None
        if file.state != FileState.FAILED and not orphan:
            raise ConflictError(f"{file.name} has not failed; there is nothing to try again.")
        if file.content_hash is None:
            raise ConflictError(f"{file.name} could not be kept; upload it again.")
        if file.error_code in NEVER_READ:
            raise ConflictError(f"Another try cannot help. {file.error_message}")
        failed = (PageRow.file_id == file_id) & (PageRow.state == PageState.FAILED)
        session.execute(update(PageRow).where(failed).values(state=PageState.PENDING, **FRESH))
        start_file_again(session, file_id, FileState.UPLOADED)
        record_event(session, "retry", "file", file_id, user_id)
        summary = load_file(session, file)
    send_or_leave(app, SPLIT_FILE, file_id)
    return summary


def retry_page(app: Application, page_id: int, user_id: int = LOCAL_USER_ID) -> FileSummary:
    """Try a failed page again.

    Raises:
        ConflictError: It has not failed, can never be read, or the batch has the same file under
            another name by now.
    """
    with one_of_a_content(app) as session:
        page = load(session, PageRow, page_id)
        lock_file(session, page.file_id)
        session.refresh(page)
        if page.state != PageState.FAILED:
            raise ConflictError(f"Page {page.number} has not failed; nothing is to be tried again.")
        if page.error_code in NEVER_READ:
            raise ConflictError(f"Another try cannot help. {page.error_message}")
        session.execute(
            update(PageRow).where(PageRow.id == page_id).values(state=PageState.PENDING, **FRESH)
        )
        start_file_again(session, page.file_id, FileState.SPLIT)
        record_event(session, "retry", "page", page_id, user_id)
        summary = load_file(session, load(session, FileRow, page.file_id))
    send_or_leave(app, ALIGN_PAGE, page_id)
    return summary


def start_file_again(session: Session, file_id: int, state: FileState) -> None:
    session.execute(update(FileRow).where(FileRow.id == file_id).values(state=state, **FRESH))


@contextmanager
def one_of_a_content(app: Application) -> Iterator[Session]:
    """A failed file does not keep others of its content out; brought back, it would be a second."""
    try:
        with app.session() as session:
            yield session
    except IntegrityError as error:
        raise ConflictError("The batch has the same file already under another name.") from error
