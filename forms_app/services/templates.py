"""Form templates: made from a blank, drawn as a draft, published once and then left alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from forms_app.errors import NotFoundError, UserError
from forms_app.reading.errors import ReadingError
from forms_app.reading.intake import FileKind, sniff
from forms_app.reading.types import SourcePage
from forms_app.sandbox.opener import ScanOpener
from forms_app.services.application import Application
from forms_app.services.definitions import (
    empty_definition,
    version_info,
)
from forms_app.services.drafts import delete_draft, new_draft, publish, save_draft
from forms_app.services.dto.templates import TemplateSummary, TemplateVersion
from forms_app.services.images import encode_png, intake_limits, scan_opener
from forms_app.services.loading import load
from forms_app.services.names import clean_name
from forms_app.services.printed_words import with_text
from forms_app.services.template_views import refresh_view
from forms_app.store.audit import record_event
from forms_app.store.base import utc_now
from forms_app.store.models import (
    LOCAL_USER_ID,
    MAIN_PROJECT_ID,
    BatchVersionRow,
    FormTemplateRow,
    TemplatePageRow,
    TemplateVersionRow,
)
from forms_app.store.states import VersionState

__all__ = [
    "archive_template",
    "create_template",
    "delete_draft",
    "get_version",
    "list_templates",
    "new_draft",
    "page_image",
    "publish",
    "save_draft",
]

MOST_FORM_PAGES = 200
"""All are drawn while the person who made the template waits."""


def create_template(
    app: Application,
    name: str,
    blank: bytes,
    filename: str,
    user_id: int = LOCAL_USER_ID,
    project_id: int = MAIN_PROJECT_ID,
) -> TemplateVersion:
    """A new template with a first draft whose pages are those of the blank.

    PDFs are rendered at the setting `pdf_dpi`, images are taken as they are.

    Raises:
        UserError: The name is empty, or the blank cannot be read (the message says why).
    """
    name = clean_name(name, "template")
    pages = _store_blank(app, blank, filename)
    with app.session() as session:
        return insert_template(session, name, empty_definition(name), pages, user_id, project_id)


def insert_template(
    session: Session,
    name: str,
    definition: dict[str, Any],
    pages: list[TemplatePageRow],
    user_id: int,
    project_id: int,
) -> TemplateVersion:
    """Add a template with one draft version to the transaction."""
    template = FormTemplateRow(name=name, project_id=project_id)
    version = TemplateVersionRow(
        template=template, number=1, name=name, definition=definition, pages=pages
    )
    session.add(version)
    session.flush()
    record_event(session, "create", "form_template", template.id, user_id, pages=len(pages))
    return version_info(version)


def list_templates(app: Application, project_id: int = MAIN_PROJECT_ID) -> list[TemplateSummary]:
    """All templates of a project that are not archived, the last changed first."""
    with app.session() as session:
        templates = session.scalars(
            select(FormTemplateRow)
            .where(FormTemplateRow.project_id == project_id, FormTemplateRow.archived_at.is_(None))
            .options(selectinload(FormTemplateRow.versions).selectinload(TemplateVersionRow.pages))
        ).all()
        batches = _batch_counts(session)
        summaries = [_summary(template, batches) for template in templates]
    return sorted(summaries, key=lambda summary: summary.updated_at, reverse=True)


def get_version(app: Application, version_id: int) -> TemplateVersion:
    """One version with its pages, definition and problems."""
    with app.session() as session:
        return version_info(load(session, TemplateVersionRow, version_id))


def archive_template(app: Application, template_id: int, user_id: int = LOCAL_USER_ID) -> None:
    """Take a template out of the lists; its batches and their data stay."""
    with app.session() as session:
        template = load(session, FormTemplateRow, template_id)
        template.archived_at = utc_now()
        record_event(session, "archive", "form_template", template.id, user_id)
    refresh_view(app.engine, template_id)


def page_image(app: Application, version_id: int, page_number: int) -> bytes:
    """The blank of a page as PNG, exactly the page's size."""
    with app.session() as session:
        blank_hash = session.scalar(
            select(TemplatePageRow.blank_hash).where(
                TemplatePageRow.version_id == version_id, TemplatePageRow.number == page_number
            )
        )
    if blank_hash is None:
        raise NotFoundError(f"This template has no page {page_number}.")
    return app.files.get(blank_hash)


def _store_blank(app: Application, blank: bytes, filename: str) -> list[TemplatePageRow]:
    opener, limits = scan_opener(app.settings), intake_limits(app.settings)
    try:
        count = opener.count_pages(blank, filename, limits)
        if count > MOST_FORM_PAGES:
            raise UserError(
                f"{filename} has {count:,} pages; a form has at most {MOST_FORM_PAGES}. Choose the "
                "file of one empty form."
            )
        return [
            TemplatePageRow(
                number=page.number,
                width_px=page.grey.shape[1],
                height_px=page.grey.shape[0],
                blank_hash=app.files.put(_png_of(opener, page, blank)),
                source_name=filename,
            )
            for page in opener.open_pages(blank, filename, limits)
        ]
    except ReadingError as error:
        raise UserError(error.message) from error


def _png_of(opener: ScanOpener, page: SourcePage, blank: bytes) -> bytes:
    """A blank page with the words that a PDF tells of it: detection names fields by them."""
    png = encode_png(page.grey)
    if page.dpi is None or sniff(blank, page.source) is not FileKind.PDF:
        return png
    return with_text(png, page.dpi, opener.pdf_words(blank, page.source, page.number, page.dpi))


def _batch_counts(session: Session) -> dict[int, int]:
    rows = session.execute(
        select(TemplateVersionRow.template_id, func.count(BatchVersionRow.batch_id.distinct()))
        .join(BatchVersionRow, BatchVersionRow.version_id == TemplateVersionRow.id)
        .group_by(TemplateVersionRow.template_id)
    )
    return dict(rows.all())


def _summary(template: FormTemplateRow, batches: dict[int, int]) -> TemplateSummary:
    newest = template.versions[-1]
    published = [v for v in template.versions if v.state == VersionState.PUBLISHED]
    return TemplateSummary(
        id=template.id,
        name=newest.name,
        number=newest.number,
        state=newest.state,
        version_id=newest.id,
        draft_version_id=newest.id if newest.state == VersionState.DRAFT else None,
        published_version_id=published[-1].id if published else None,
        published_field_count=len(published[-1].definition["fields"]) if published else 0,
        published_page_count=len(published[-1].pages) if published else 0,
        field_count=len(newest.definition["fields"]),
        page_count=len(newest.pages),
        batches=batches.get(template.id, 0),
        updated_at=newest.updated_at,
    )
