"""What tells the pages of a file apart and together, as the grouping wants to know it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from forms_app.reading.errors import AmbiguousPageError, PoorRegistrationError
from forms_app.reading.grouping import PageSign
from forms_app.services.batch_codes import code_settings
from forms_app.services.batch_templates import page_counts
from forms_app.services.loading import load
from forms_app.store.models import BatchRow, FileRow, PageRow
from forms_app.store.states import PageState


def is_in_order(page: PageRow) -> bool:
    """Whether a page's place in the file says anything; that of a foreign sheet does not."""
    if page.state in (PageState.ALIGNED, PageState.READ, PageState.HELD):
        return True
    if page.state != PageState.FAILED:
        return False
    is_of_a_form = page.error_code in (PoorRegistrationError.code, AmbiguousPageError.code)
    return page.template_page is not None or is_of_a_form


def page_signs(session: Session, file: FileRow, pages: Sequence[PageRow]) -> list[PageSign | None]:
    """What is known of each page; a page laid before a batch could hold several templates is of
    its first."""
    first = load(session, BatchRow, file.batch_id).version_id
    versions = {page.version_id or first for page in pages}
    counts = page_counts(session, versions)
    keys = _keys(session, pages)
    return [
        None
        if page.template_page is None
        else PageSign(
            form=page.version_id or first,
            template_page=page.template_page,
            page_count=counts[page.version_id or first],
            key=keys.get(page.id),
            writing=page.writing,
        )
        for page in pages
    ]


def _keys(session: Session, pages: Sequence[PageRow]) -> dict[int, str]:
    """What the codes on pages call the form that they belong to, by page id."""
    coded = [page for page in pages if page.barcode and page.version_id]
    settings = {
        setting.version_id: setting
        for setting in code_settings(session, {page.version_id or 0 for page in coded})
    }
    keys = {}
    for page in coded:
        setting = settings.get(page.version_id or 0)
        code = setting.understood(page.barcode or "") if setting else None
        if code is not None and code.submission is not None:
            keys[page.id] = code.submission
    return keys
