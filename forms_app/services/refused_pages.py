"""Pages that were recognised as none of their batch's: counted, and tried again all at once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, OtherTemplateError
from forms_app.queues import ALIGN_PAGE
from forms_app.reading.errors import AmbiguousPageError, ForeignPageError, PoorRegistrationError
from forms_app.services.application import Application
from forms_app.services.batch_templates import versions_of
from forms_app.services.loading import load
from forms_app.services.outside_templates import add_templates
from forms_app.services.retries import FRESH, one_of_a_content, start_file_again
from forms_app.services.sending import send_all_or_leave
from forms_app.services.template_names import names_of_versions
from forms_app.store.audit import record_event
from forms_app.store.locks import lock_file
from forms_app.store.models import LOCAL_USER_ID, BatchRow, FileRow, PageRow
from forms_app.store.states import FileState, PageState

REFUSED = (
    ForeignPageError.code,
    PoorRegistrationError.code,
    AmbiguousPageError.code,
    OtherTemplateError.code,
)
"""What may end otherwise when the batch holds another template, or one of two is archived."""


@dataclass(frozen=True, slots=True)
class RecognisedPages:
    """So many pages of a batch belong to a template that it does not hold."""

    version_id: int
    name: str
    pages: int


@dataclass(frozen=True, slots=True)
class RefusedPages:
    """`recognised` are those whose template is known; `count` the others, to be tried again."""

    count: int
    recognised: tuple[RecognisedPages, ...]


def get_refused(app: Application, batch_id: int) -> RefusedPages:
    """The refused pages of a batch in numbers."""
    with app.session() as session:
        rows = session.execute(
            select(PageRow.error_code, PageRow.version_id, func.count())
            .join(FileRow, FileRow.id == PageRow.file_id)
            .where(FileRow.batch_id == batch_id, _is_refused())
            .group_by(PageRow.error_code, PageRow.version_id)
        ).all()
        counts = {
            version_id: count
            for code, version_id, count in rows
            if code == OtherTemplateError.code and version_id is not None
        }
        recognised = _recognised(session, batch_id, counts)
    known = sum(pages.pages for pages in recognised)
    return RefusedPages(sum(count for _, _, count in rows) - known, recognised)


def retry_refused(app: Application, batch_id: int, user_id: int = LOCAL_USER_ID) -> int:
    """Have the refused pages of a batch recognised again; returns how many.

    Those known to be of a template that it still does not hold are left.
    """
    known = [pages.version_id for pages in get_refused(app, batch_id).recognised]
    which = _is_refused()
    if known:
        which &= (PageRow.error_code != OtherTemplateError.code) | PageRow.version_id.not_in(known)
    return _retry_all(app, batch_id, which, user_id)


def take_recognised(
    app: Application, batch_id: int, version_id: int, user_id: int = LOCAL_USER_ID
) -> int:
    """Add a template to a batch and read the pages that were recognised as its; returns how many.

    Raises:
        NotFoundError: There is no such batch or template.
        ConflictError: The template is still a draft.
    """
    add_templates(app, batch_id, [version_id], user_id)
    is_its = (PageRow.error_code == OtherTemplateError.code) & (PageRow.version_id == version_id)
    return _retry_all(app, batch_id, _is_refused() & is_its, user_id)


def _is_refused() -> ColumnElement[bool]:
    return (PageRow.state == PageState.FAILED) & PageRow.error_code.in_(REFUSED)


def _recognised(
    session: Session, batch_id: int, counts: dict[int, int]
) -> tuple[RecognisedPages, ...]:
    held = {version.id for version in versions_of(session, [batch_id])[batch_id]}
    names = names_of_versions(session, held | counts.keys())
    return tuple(
        RecognisedPages(version_id, names[version_id], count)
        for version_id, count in sorted(counts.items())
        # It may have been added meanwhile, or be gone with its template.
        if version_id in names and version_id not in held
    )


def _retry_all(app: Application, batch_id: int, which: ColumnElement[bool], user_id: int) -> int:
    with app.session() as session:
        load(session, BatchRow, batch_id)
        in_batch = select(PageRow.file_id).join(FileRow, FileRow.id == PageRow.file_id)
        files = session.scalars(
            in_batch.where(FileRow.batch_id == batch_id, which).distinct().order_by(PageRow.file_id)
        ).all()
    pages = [page_id for file_id in files for page_id in _retry(app, file_id, which, user_id)]
    send_all_or_leave(app, ((ALIGN_PAGE, (page_id,)) for page_id in pages))
    return len(pages)


def _retry(app: Application, file_id: int, which: ColumnElement[bool], user_id: int) -> list[int]:
    """The pages of one file that are read again; none where the batch has its content twice."""
    try:
        with one_of_a_content(app) as session:
            lock_file(session, file_id)
            its = (PageRow.file_id == file_id) & which
            ids = list(session.scalars(select(PageRow.id).where(its).order_by(PageRow.number)))
            if ids:
                again = update(PageRow).where(PageRow.id.in_(ids))
                session.execute(again.values(state=PageState.PENDING, **FRESH))
                start_file_again(session, file_id, FileState.SPLIT)
                record_event(session, "retry", "file", file_id, user_id, pages=len(ids))
            return ids
    except ConflictError:
        return []
