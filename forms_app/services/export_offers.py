"""What can be chosen for an export: templates with their fields, and batches."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.services.application import Application
from forms_app.services.dto.export_offers import OfferedBatch, OfferedField, OfferedTemplate
from forms_app.services.export_planning import fields_of_template
from forms_app.services.loading import load
from forms_app.store.exported_batches import batches_of_template, versions_in
from forms_app.store.models import BatchRow, FormTemplateRow

MOST_BATCHES = 200


def templates_of_batch(app: Application, batch_id: int) -> tuple[OfferedTemplate, ...]:
    """The templates whose forms are in a batch, as they came to it."""
    with app.session() as session:
        load(session, BatchRow, batch_id)
        versions = versions_in(session, select(BatchRow.id).where(BatchRow.id == batch_id))
        ids = dict.fromkeys(version.template_id for version in versions)
        return tuple(_offered(session, template_id) for template_id in ids)


def offered_template(app: Application, template_id: int) -> OfferedTemplate:
    """One template.

    Raises:
        NotFoundError: There is none of that id.
    """
    with app.session() as session:
        return _offered(session, template_id)


def offered_batches(app: Application, template_id: int) -> tuple[OfferedBatch, ...]:
    """The newest batches of a template, `MOST_BATCHES` at most."""
    with app.session() as session:
        rows = session.scalars(
            select(BatchRow)
            .where(BatchRow.id.in_(batches_of_template(template_id)))
            .order_by(BatchRow.id.desc())
            .limit(MOST_BATCHES)
        )
        return tuple(OfferedBatch(row.id, row.name, row.created_at) for row in rows)


def _offered(session: Session, template_id: int) -> OfferedTemplate:
    template = load(session, FormTemplateRow, template_id)
    fields = fields_of_template(session, template_id)
    return OfferedTemplate(
        id=template.id,
        name=template.name,
        fields=tuple(
            OfferedField(field.name, " ".join(field.label.split()) or field.name, field.kind.value)
            for field in fields
        ),
    )
