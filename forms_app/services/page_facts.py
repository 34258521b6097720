"""Pages with how well they lie, as programs ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.services.application import Application
from forms_app.services.loading import load
from forms_app.services.page_queue import QueuedPage, describe_pages
from forms_app.store.models import FileRow, PageRow

PageFacts = dict[str, Any]
"""What a `QueuedPage` says, and `residual_px` and `quarter_turns` of its row."""


def get_page(app: Application, page_id: int) -> PageFacts:
    """Any page of a batch, queued or not.

    Raises:
        NotFoundError: There is no such page.
    """
    with app.session() as session:
        page = load(session, PageRow, page_id)
        file = load(session, FileRow, page.file_id)
        return _facts(session, describe_pages(session, [(page, file)]))[0]


def with_facts(app: Application, pages: Sequence[QueuedPage]) -> list[PageFacts]:
    """These pages of the queue."""
    with app.session() as session:
        return _facts(session, pages)


def _facts(session: Session, pages: Sequence[QueuedPage]) -> list[PageFacts]:
    rows = session.execute(
        select(PageRow.id, PageRow.residual_px, PageRow.quarter_turns).where(
            PageRow.id.in_([page.page_id for page in pages])
        )
    )
    lies = {page_id: {"residual_px": px, "quarter_turns": turns} for page_id, px, turns in rows}
    nothing = {"residual_px": None, "quarter_turns": None}
    return [
        {item.name: getattr(page, item.name) for item in fields(page)}
        | lies.get(page.page_id, nothing)
        for page in pages
    ]
