"""What people are shown of sensitive fields who may not see them: that they are there, no more.

A field is sensitive where any published version of the template says so of its name, so that what
is marked today is hidden in the forms of before, too.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import cv2
import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.errors import ForbiddenError
from forms_app.reading.cropping import crop_area
from forms_app.reading.form_template import FormTemplate
from forms_app.reading.types import GreyImage
from forms_app.services.application import Application
from forms_app.services.batch_templates import version_of_form
from forms_app.services.blanks import load_plan
from forms_app.services.dto.export_choices import choice_from_json
from forms_app.services.dto.fields import FieldValue
from forms_app.services.dto.review import ItemKey, SubmissionDetail
from forms_app.services.export_records import ExportRecord
from forms_app.services.item_views import without_values
from forms_app.services.loading import load
from forms_app.store.exported_batches import batches_of_export, versions_in
from forms_app.store.models import ExportRow, SubmissionRow, TemplateVersionRow
from forms_app.store.states import VersionState

HIDDEN = "•••"
COVER_GREY = 128
NOT_YOURS = (
    "This field is sensitive, and you may not see it. Ask whoever runs Fieldhand for the role that "
    "allows it."
)


def sensitive_names(session: Session, template_id: int) -> frozenset[str]:
    """The names of a template's sensitive fields."""
    definitions = session.scalars(
        select(TemplateVersionRow.definition).where(
            TemplateVersionRow.template_id == template_id,
            TemplateVersionRow.state == VersionState.PUBLISHED,
        )
    )
    return frozenset(
        field["name"]
        for definition in definitions
        for field in definition["fields"]
        if field.get("sensitive")
    )


def marked_template(session: Session, version_id: int) -> FormTemplate:
    """A version of a template whose sensitive fields are those that any version calls so."""
    template = load_plan(session, version_id).template
    version = session.get_one(TemplateVersionRow, version_id)
    names = sensitive_names(session, version.template_id)
    marked = (replace(field, sensitive=field.name in names) for field in template.fields)
    return replace(template, fields=tuple(marked))


def redacted(record: ExportRecord, hidden: Collection[str]) -> ExportRecord:
    """A form as it is exported for somebody who may not see the fields `hidden`: they are left out,
    and so is every rule that looks at one of them, as its message may say its value."""
    if not hidden:
        return record
    return replace(
        record,
        fields={name: field for name, field in record.fields.items() if name not in hidden},
        rules=tuple(
            rule for rule in record.rules if not {name for name, _ in rule.fields} & set(hidden)
        ),
        hides_sensitive=True,
    )


def redacted_form(app: Application, form: SubmissionDetail) -> SubmissionDetail:
    """A form as it is shown to somebody who may not see its sensitive fields."""
    hidden = _sensitive_of_form(app, form.id)
    return replace(
        form,
        fields=tuple(_redacted(value, hidden) for value in form.fields),
        rules=tuple(rule for rule in form.rules if not {name for name, _ in rule.fields} & hidden),
    )


def redacted_field(app: Application, submission_id: int, value: FieldValue) -> FieldValue:
    """One field of it: a sensitive one says nothing of its value, nor of what anybody said."""
    return _redacted(value, _sensitive_of_form(app, submission_id))


def refuse_sensitive(app: Application, key: ItemKey) -> None:
    """Nothing, if the field is not sensitive.

    Raises:
        ForbiddenError: It is.
        NotFoundError: There is no such form.
    """
    if key.field_name in _sensitive_of_form(app, key.submission_id):
        raise ForbiddenError(NOT_YOURS)


def shows_sensitive(app: Application, export_id: int) -> bool:
    """Whether an export holds fields that not everybody may see."""
    with app.session() as session:
        export = load(session, ExportRow, export_id)
        if choice_from_json(export.choice).hide_sensitive:
            return False
        versions = versions_in(session, batches_of_export(export))
        return any(sensitive_names(session, version.template_id) for version in versions)


def template_of_form(session: Session, submission_id: int) -> FormTemplate:
    """The template that a form was read with, marked.

    Raises:
        NotFoundError: There is no such form.
    """
    form = load(session, SubmissionRow, submission_id)
    return marked_template(session, version_of_form(session, form))


def names_hidden_in(template: FormTemplate) -> frozenset[str]:
    """The sensitive fields of a marked template."""
    return frozenset(field.name for field in template.fields if field.sensitive)


def _sensitive_of_form(app: Application, submission_id: int) -> frozenset[str]:
    with app.session() as session:
        return names_hidden_in(template_of_form(session, submission_id))


def _redacted(value: FieldValue, hidden: Collection[str]) -> FieldValue:
    if value.field.name not in hidden:
        return value
    return replace(without_values(value), value=HIDDEN)


def covered_page(grey: GreyImage, template: FormTemplate, number: int) -> GreyImage:
    """A laid page `(h, w)` with the sensitive fields of a marked template covered, margins of their
    writing included."""
    corners = _corners(template, number, grey.shape[1], grey.shape[0])
    return _covered(grey, corners)


def covered_scan(
    grey: GreyImage, template: FormTemplate, number: int, scan_to_page: np.ndarray
) -> GreyImage:
    """A scan `(h, w)` as it came, likewise; `scan_to_page` (3, 3) is how it lies."""
    page = template.page(number)
    back = np.linalg.inv(scan_to_page)
    corners = [
        cv2.perspectiveTransform(quad[None].astype(np.float64), back)[0]
        for quad in _corners(template, number, page.width_px, page.height_px)
    ]
    return _covered(grey, corners)


def _corners(
    template: FormTemplate, number: int, width_px: int, height_px: int
) -> list[np.ndarray]:
    """Four corners (4, 2) of each sensitive field of a page."""
    areas = [
        crop_area(field, width_px, height_px)
        for field in template.fields_on(number)
        if field.sensitive
    ]
    return [
        np.array(
            [(a.x, a.y), (a.right, a.y), (a.right, a.bottom), (a.x, a.bottom)], dtype=np.float64
        )
        for a in areas
    ]


def _covered(grey: GreyImage, corners: list[np.ndarray]) -> GreyImage:
    if not corners:
        return grey
    shown = grey.copy()
    for quad in corners:
        cv2.fillConvexPoly(shown, np.round(quad).astype(np.int32), COVER_GREY)
    return shown
