"""What happens to a piece of work while another is in the middle of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from forms_app.services.application import Application
from forms_app.store.models import FileRow, PageRow, SubmissionRow


def pages_of(app: Application) -> list[PageRow]:
    """All pages, the oldest first."""
    with app.session() as session:
        return list(session.scalars(select(PageRow).order_by(PageRow.id)))


def states(app: Application) -> tuple[list[str], list[str], list[str]]:
    """Of pages, submissions and files."""
    with app.session() as session:
        kinds = (PageRow, SubmissionRow, FileRow)
        pages, forms, files = (
            list(session.scalars(select(kind.state).order_by(kind.id))) for kind in kinds
        )
    return pages, forms, files


def suspend(
    monkeypatch: pytest.MonkeyPatch, place: Any, name: str, meanwhile: Callable[[], None]
) -> None:
    """The next call of `name` is held up while `meanwhile` happens."""
    real = getattr(place, name)

    def held_up(*args: Any) -> Any:
        monkeypatch.undo()
        meanwhile()
        return real(*args)

    monkeypatch.setattr(place, name, held_up)
