"""The pictures of review: a field's crop and the whole aligned page."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import select

from forms_app.errors import NotFoundError
from forms_app.files import FileStore
from forms_app.reading.cropping import crop_area
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.geometry import Box
from forms_app.reading.types import GreyImage
from forms_app.services.application import Application
from forms_app.services.batch_templates import version_of_form
from forms_app.services.deleted import refuse_deleted
from forms_app.services.images import decode_grey, encode_png
from forms_app.services.loading import load
from forms_app.services.redaction import covered_page, marked_template, template_of_form
from forms_app.store.models import PageRow, SubmissionRow

# A reviewer goes through the fields of one page after the other.
KEPT_PAGES = 4

# Tick boxes say little without the words beside or above them; in sizes of one box.
OPTION_CONTEXT_WIDTH = 4.0
OPTION_CONTEXT_HEIGHT = 1.0


def shown_area(field: FormField, width_px: int, height_px: int) -> Box:
    """The part of the page (whole pixels) that a reviewer is shown of a field."""
    area = crop_area(field, width_px, height_px)
    if field.kind not in (FieldKind.MARK, FieldKind.CHOICE, FieldKind.CHOICES):
        return area
    unit = field.options[0].box if field.options else field.box
    wide = area.expanded(
        round(OPTION_CONTEXT_WIDTH * unit.width), round(OPTION_CONTEXT_HEIGHT * unit.height)
    )
    return wide.clipped(width_px, height_px)


def crop_image(
    app: Application, submission_id: int, field_name: str, covered: bool = False
) -> bytes:
    """The field as it was scanned, with what is printed around it, as PNG; with sensitive fields
    `covered`.

    Raises:
        NotFoundError: There is no such field, or its page is missing.
    """
    with app.session() as session:
        submission = load(session, SubmissionRow, submission_id)
        template = marked_template(session, version_of_form(session, submission))
    fields = {field.name: field for field in template.fields}
    if field_name not in fields:
        raise NotFoundError(f"This form has no field {field_name}.")
    field = fields[field_name]
    page = decoded_page(app.files, _aligned_hash(app, submission_id, field.page))
    if covered:
        page = covered_page(page, template, field.page)
    height, width = page.shape
    rows, columns = shown_area(field, width, height).as_slices()
    return encode_png(page[rows, columns])


def page_image(
    app: Application, submission_id: int, template_page: int, covered: bool = False
) -> bytes:
    """The aligned page as PNG, exactly the template page's size; with sensitive fields `covered`.

    Raises:
        NotFoundError: That page is missing from the submission.
    """
    key = _aligned_hash(app, submission_id, template_page)
    if not covered:
        return app.files.get(key)
    with app.session() as session:
        template = template_of_form(session, submission_id)
    return encode_png(covered_page(decoded_page(app.files, key), template, template_page))


def _aligned_hash(app: Application, submission_id: int, template_page: int) -> str:
    with app.session() as session:
        found = session.scalar(
            select(PageRow).where(
                PageRow.submission_id == submission_id, PageRow.template_page == template_page
            )
        )
    if found is not None:
        refuse_deleted(found.picture_deleted_at)
    if found is None or found.aligned_hash is None:
        raise NotFoundError(f"Page {template_page} of this form is missing from the upload.")
    return found.aligned_hash


@lru_cache(maxsize=KEPT_PAGES)
def decoded_page(files: FileStore, aligned_hash: str) -> GreyImage:
    """A laid page `(h, w)`; the last few are kept."""
    return decode_grey(files.get(aligned_hash))


def forget_kept() -> None:
    """Forget the pages that this process keeps in memory."""
    decoded_page.cache_clear()
