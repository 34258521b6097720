"""Assembly: the aligned pages of a file become submissions, which then are read."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from forms_app.queues import READ_PAGES
from forms_app.reading.grouping import group_pages
from forms_app.services.application import Application
from forms_app.services.batch_templates import plan_of_form
from forms_app.services.completion import NO_MODEL, UNFINISHED, finish_file, finish_submission
from forms_app.services.dto.webhooks import EventKind
from forms_app.services.page_signs import is_in_order, page_signs
from forms_app.services.sending import send_all_or_leave
from forms_app.services.webhook_outbox import note_page
from forms_app.services.work_events import about, timed
from forms_app.store.locks import lock_batch, lock_file, lock_submission
from forms_app.store.models import FileRow, PageRow, SubmissionRow
from forms_app.store.pages import pages_of_file, pages_of_submission
from forms_app.store.readings import model_version_id
from forms_app.store.stages import Stage
from forms_app.store.states import FileState, PageState, SubmissionState

DOUBLED, UNSURE = "doubled_page", "unsure_order"
DOUBLED_MESSAGE = (
    "The writing on this page is that of page {number} of the file: it was probably scanned twice. "
    "Take it out, or say which form it belongs to."
)
KEYED_MESSAGE = (
    "Page {number} of the form {key} is there already. Take this one out, or say which form it "
    "belongs to."
)
UNSURE_MESSAGE = (
    "The pages around this one can be sorted into forms in more than one way. Say which form it "
    "belongs to, or take the order as it was scanned."
)


def assemble_file(app: Application, file_id: int, trusting: bool = False) -> None:
    """Give every aligned page of a file its submission; does nothing while some are pending.

    Pages that lie together become a form where that is safe; a person sorts the others. Pages that
    already belong to a submission stay there, so that running again, or after a failed page was
    tried again, changes nothing that was read.

    Args:
        trusting: a person takes the order as it was scanned: nothing is unsure any more.
    """
    with about(file_id=file_id):
        with timed(Stage.ASSEMBLE), app.session() as session:
            to_read = _assemble(session, file_id, trusting)
        rounds = range(0, to_read, app.settings.read_batch_pages)
        send_all_or_leave(app, ((READ_PAGES, ()) for _ in rounds))


def _assemble(session: Session, file_id: int, trusting: bool) -> int:
    """Returns how many pages are to be read."""
    file = lock_file(session, file_id)
    if file is None or file.state != FileState.SPLIT:
        return 0
    pages = pages_of_file(session, file_id)
    if any(page.state == PageState.PENDING for page in pages):
        return 0
    _assign(session, file, [page for page in pages if is_in_order(page)], trusting)
    to_read = _start_reading(session, pages)
    _finish_forms(session, file)
    finish_file(session, file_id)
    return to_read


def new_submission(
    session: Session, file_id: int, batch_id: int, version_id: int | None
) -> SubmissionRow:
    """The next form of a file, a copy of a template, still without pages."""
    last = session.scalar(
        select(func.max(SubmissionRow.number)).where(SubmissionRow.file_id == file_id)
    )
    submission = SubmissionRow(
        file_id=file_id, batch_id=batch_id, version_id=version_id, number=(last or 0) + 1
    )
    session.add(submission)
    session.flush()
    return submission


def _assign(session: Session, file: FileRow, pages: Sequence[PageRow], trusting: bool) -> None:
    signs = page_signs(session, file, pages)
    grouping = group_pages(signs)
    if any(sign is not None and sign.key for sign in signs):
        lock_batch(session, file.batch_id)
    for place, earlier in grouping.doubled.items():
        _hold(session, pages[place], DOUBLED, DOUBLED_MESSAGE.format(number=pages[earlier].number))
    for group in grouping.groups:
        members = [pages[place] for place in group]
        sign = signs[group[0]]
        if trusting or grouping.unsure.isdisjoint(group):
            _join(session, file, members, sign.key if sign else None)
            continue
        for page in members:
            _hold(session, page, UNSURE, UNSURE_MESSAGE)


def _hold(session: Session, page: PageRow, code: str, message: str) -> None:
    """Only a page that is new and has no form yet: nothing that was read is taken back."""
    if page.state == PageState.ALIGNED and page.submission_id is None:
        page.state = PageState.HELD
        page.error_code, page.error_message = code, message
        note_page(session, EventKind.PAGE_HELD, page.id)


def _join(session: Session, file: FileRow, group: Sequence[PageRow], key: str | None) -> None:
    """New pages of a group go to the form that its others have, while their place is free.

    A form with a key may have come in another file.
    """
    homes = [page.submission_id for page in group if page.submission_id is not None]
    home = homes[0] if homes else _form_of_key(session, file, group[0].version_id, key)
    taken = {p.template_page for p in pages_of_submission(session, home)} if home else set()
    for page in group:
        if page.submission_id is not None or page.state != PageState.ALIGNED:
            continue
        if key is not None and page.template_page in taken:
            _hold(session, page, DOUBLED, KEYED_MESSAGE.format(number=page.template_page, key=key))
            continue
        if home is None or page.template_page in taken:
            form = new_submission(session, file.id, file.batch_id, page.version_id)
            form.key = key
            home, taken = form.id, set()
        page.submission_id = home
        taken.add(page.template_page)


def _form_of_key(
    session: Session, file: FileRow, version_id: int | None, key: str | None
) -> int | None:
    if key is None:
        return None
    return session.scalar(
        select(SubmissionRow.id)
        .where(
            SubmissionRow.batch_id == file.batch_id,
            SubmissionRow.key == key,
            SubmissionRow.version_id == version_id,
        )
        .order_by(SubmissionRow.id)
        .limit(1)
    )


def _start_reading(session: Session, pages: Sequence[PageRow]) -> int:
    """Returns how many pages are to be read."""
    waiting = [
        page for page in pages if page.state == PageState.ALIGNED and page.submission_id is not None
    ]
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
    model_version = model_version_id(session, NO_MODEL, NO_MODEL)
    for form_id in forms:
        form = lock_submission(session, form_id)
        if form is not None:
            finish_submission(session, form, plan_of_form(session, form), model_version)
