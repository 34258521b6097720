"""Batches by the names that people type: for commands and watched folders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, NotFoundError, UserError
from forms_app.services.application import Application
from forms_app.services.batches import create_batch
from forms_app.services.dto.templates import TemplateSummary
from forms_app.services.names import clean_name
from forms_app.services.templates import list_templates
from forms_app.store.models import (
    MAIN_PROJECT_ID,
    BatchRow,
    BatchVersionRow,
    TemplateVersionRow,
)

ANY = "any"


@dataclass(frozen=True, slots=True)
class Destination:
    """What scans are filled copies of: one form template of a project, or (None) any published
    one."""

    template_id: int | None
    version_id: int | None
    name: str
    project_id: int = MAIN_PROJECT_ID


def destination(app: Application, name: str, project_id: int = MAIN_PROJECT_ID) -> Destination:
    """The form template called `name`, or with this number; `any` for all published ones.

    Raises:
        NotFoundError: There is none.
        ConflictError: It is still a draft.
        UserError: Several have this name.
    """
    every = list_templates(app, project_id)
    if name == ANY:
        if not any(each.published_version_id for each in every):
            raise NotFoundError("There is no published template yet.")
        return Destination(None, None, "Scans", project_id)
    found = [each for each in every if name in (each.name, str(each.id))]
    if not found:
        raise NotFoundError(f"There is no template '{name}'.")
    template = _only_published(found, name)
    return Destination(template.id, template.published_version_id, template.name, project_id)


def batch_named(app: Application, to: Destination, name: str) -> int:
    """The newest batch for these templates with this name, made when there is none.

    Returns:
        Its id.

    Raises:
        UserError: The name is too long.
    """
    cleaned = clean_name(name, "batch")
    with app.session() as session:
        found = _newest(session, to, cleaned)
    if found is not None:
        return found
    chosen = [] if to.version_id is None else [to.version_id]
    takes_any = to.template_id is None
    return create_batch(app, chosen, cleaned, takes_any=takes_any, project_id=to.project_id).id


def name_of_today(thing: str) -> str:
    """What a batch is called when nobody says: `Clinic intake 2026-11-27`."""
    return f"{thing} {date.today().isoformat()}"


def _only_published(found: list[TemplateSummary], name: str) -> TemplateSummary:
    published = [each for each in found if each.published_version_id is not None]
    if not published:
        raise ConflictError(f"The template '{name}' is still a draft; publish it first.")
    if len(published) > 1:
        numbers = ", ".join(str(each.id) for each in published)
        raise UserError(f"Several templates are named '{name}'; give a number: {numbers}.")
    return published[0]


def _newest(session: Session, to: Destination, name: str) -> int | None:
    query = (
        select(BatchRow.id)
        .where(BatchRow.project_id == to.project_id, BatchRow.name == name)
        .order_by(BatchRow.id.desc())
        .limit(1)
    )
    if to.template_id is None:
        return session.scalar(query.where(BatchRow.takes_any))
    return session.scalar(
        query.join(BatchVersionRow, BatchVersionRow.batch_id == BatchRow.id)
        .join(TemplateVersionRow, TemplateVersionRow.id == BatchVersionRow.version_id)
        .where(TemplateVersionRow.template_id == to.template_id)
    )
