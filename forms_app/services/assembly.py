"""Assembly: the aligned pages of a file become submissions, which then are read."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from forms_app.queues import READ_PAGES
from forms_app.reading.submissions import group_pages
from forms_app.services.application import Application
from forms_app.services.blanks import load_plan
from forms_app.services.completion import NO_MODEL, UNFINISHED, finish_file, finish_submission
from forms_app.services.loading import load
from forms_app.services.sending import send_all_or_leave
from forms_app.store.locks import lock_file, lock_submission
from forms_app.store.models import BatchRow, FileRow, PageRow, SubmissionRow
from forms_app.store.pages import pages_of_file
from forms_app.store.readings import model_version_id
from forms_app.store.states import FileState, PageState, SubmissionState


def assemble_file(app: Application, file_id: int) -> None:
    """Give every aligned page of a file its submission; does nothing while some are pending.

    Pages join in the file's order; one whose place is taken starts the next submission. Pages
    that already belong to a submission stay there, so that running again, or after a failed page
    was tried again, changes nothing that was read.
    """
    with app.session() as session:
        file = lock_file(session, file_id)
        if file is None or file.state != FileState.SPLIT:
            return
        pages = pages_of_file(session, file_id)
        if any(page.state == PageState.PENDING for page in pages):
            return
        to_read = _assign(session, file, [page for page in pages if page.template_page])
        _finish_forms(session, file)
        finish_file(session, file_id)
    rounds = range(0, to_read, app.settings.read_batch_pages)
    send_all_or_leave(app, ((READ_PAGES, ()) for _ in rounds))


def _assign(session: Session, file: FileRow, pages: Sequence[PageRow]) -> int:
    """Returns how many pages are to be read."""
    for positions in group_pages([page.template_page or 0 for page in pages]):
        group = [pages[position] for position in positions]
        homes = [page.submission_id for page in group if page.submission_id is not None]
        taken = {page.template_page for page in pages if page.submission_id in homes[:1]}
        home = homes[0] if homes else None
        for page in group:
            if page.submission_id is not None:
                continue
            if home is None or page.template_page in taken:
                home, taken = _new_submission(session, file), set()
            page.submission_id = home
            taken.add(page.template_page)
    waiting = [page for page in pages if page.state == PageState.ALIGNED]
    session.flush()
    session.execute(
        update(SubmissionRow)
        .where(SubmissionRow.id.in_({page.submission_id for page in waiting}))
        .values(state=SubmissionState.READING)
    )
    return len(waiting)


def _finish_forms(session: Session, file: FileRow) -> None:
    """Forms whose last page failed to be aligned again, or whose reader died at the very end."""
    forms = session.scalars(
        select(SubmissionRow.id)
        .where(SubmissionRow.file_id == file.id, SubmissionRow.state == SubmissionState.READING)
        .where(
            ~exists().where(
                PageRow.submission_id == SubmissionRow.id, PageRow.state.in_(UNFINISHED)
            )
        )
        .order_by(SubmissionRow.id)
    ).all()
    if not forms:
        return
    plan = load_plan(session, load(session, BatchRow, file.batch_id).version_id)
    model_version = model_version_id(session, NO_MODEL, NO_MODEL)
    for form_id in forms:
        form = lock_submission(session, form_id)
        if form is not None:
            finish_submission(session, form, plan, model_version)


def _new_submission(session: Session, file: FileRow) -> int:
    last = session.scalar(
        select(func.max(SubmissionRow.number)).where(SubmissionRow.file_id == file.id)
    )
    submission = SubmissionRow(file_id=file.id, batch_id=file.batch_id, number=(last or 0) + 1)
    session.add(submission)
    session.flush()
    return submission.id
