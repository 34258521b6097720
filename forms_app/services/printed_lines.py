"""The printed lines of a template's blank pages, for the editor to snap to."""

from __future__ import annotations

from sqlalchemy import select

from forms_app.errors import NotFoundError
from forms_app.services.application import Application
from forms_app.services.images import decode_grey
from forms_app.store.models import TemplatePageRow
from forms_app.templating.page_lines import PageLines
from forms_app.templating.page_lines import page_lines as find_page_lines


def page_lines(app: Application, version_id: int, number: int) -> PageLines:
    """The printed lines of a page; a blank never changes, browsers may keep them.

    Raises:
        NotFoundError: There is no such page.
    """
    with app.session() as session:
        blank_hash = session.scalar(
            select(TemplatePageRow.blank_hash).where(
                TemplatePageRow.version_id == version_id, TemplatePageRow.number == number
            )
        )
    if blank_hash is None:
        raise NotFoundError(f"This template has no page {number}.")
    return find_page_lines(decode_grey(app.files.get(blank_hash)))
