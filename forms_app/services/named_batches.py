"""Batches by the names that people type: for commands and watched folders."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from forms_app.errors import ConflictError, NotFoundError, UserError
from forms_app.services.application import Application
from forms_app.services.batches import create_batch
from forms_app.services.dto import TemplateSummary
from forms_app.services.names import clean_name
from forms_app.services.templates import list_templates
from forms_app.store.models import BatchRow, BatchVersionRow, TemplateVersionRow


def published_template(app: Application, name: str) -> TemplateSummary:
    """The form template called `name`, or with this number, that has a published version.

    Raises:
        NotFoundError: There is none.
        ConflictError: It is still a draft.
        UserError: Several have this name.
    """
    found = [each for each in list_templates(app) if name in (each.name, str(each.id))]
    if not found:
        raise NotFoundError(f"There is no template '{name}'.")
    published = [each for each in found if each.published_version_id is not None]
    if not published:
        raise ConflictError(f"The template '{name}' is still a draft; publish it first.")
    if len(published) > 1:
        numbers = ", ".join(str(each.id) for each in published)
        raise UserError(f"Several templates are named '{name}'; give a number: {numbers}.")
    return published[0]


def batch_named(app: Application, template: TemplateSummary, name: str) -> int:
    """The newest batch of the template with this name, made when there is none.

    Returns:
        Its id.

    Raises:
        UserError: The name is too long.
    """
    cleaned = clean_name(name, "batch")
    with app.session() as session:
        found = session.scalar(
            select(BatchRow.id)
            .join(BatchVersionRow, BatchVersionRow.batch_id == BatchRow.id)
            .join(TemplateVersionRow, TemplateVersionRow.id == BatchVersionRow.version_id)
            .where(BatchRow.name == cleaned, TemplateVersionRow.template_id == template.id)
            .order_by(BatchRow.id.desc())
            .limit(1)
        )
    if found is not None:
        return found
    assert template.published_version_id is not None
    return create_batch(app, template.published_version_id, cleaned).id


def name_of_today(thing: str) -> str:
    """What a batch is called when nobody says: `Clinic intake 2026-11-27`."""
    return f"{thing} {date.today().isoformat()}"
