"""Questions about the pages of a file or submission."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from forms_app.store.models import PageRow
from forms_app.store.states import PageState


def pending_pages(session: Session, file_id: int) -> Sequence[int]:
    """Ids of the pages that are still to be aligned."""
    return session.scalars(
        select(PageRow.id)
        .where(PageRow.file_id == file_id, PageRow.state == PageState.PENDING)
        .order_by(PageRow.number)
    ).all()


def has_pages_in(session: Session, file_id: int, *states: PageState) -> bool:
    """Whether any page of the file is in one of `states`."""
    found = session.scalar(
        select(exists().where(PageRow.file_id == file_id, PageRow.state.in_(states)))
    )
    return bool(found)


def pages_of_file(session: Session, file_id: int) -> Sequence[PageRow]:
    """All pages of a file in their order."""
    return session.scalars(
        select(PageRow).where(PageRow.file_id == file_id).order_by(PageRow.number)
    ).all()


def pages_of_submission(session: Session, submission_id: int) -> Sequence[PageRow]:
    """All pages of a submission in the template's order."""
    return session.scalars(
        select(PageRow)
        .where(PageRow.submission_id == submission_id)
        .order_by(PageRow.template_page)
    ).all()
