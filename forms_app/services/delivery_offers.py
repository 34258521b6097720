"""What people choose from when they set up a delivery."""

from __future__ import annotations

from sqlalchemy import select

from forms_app.services.application import Application
from forms_app.services.delivery_places import places
from forms_app.services.dto.deliveries import DeliveryOffers, Offer
from forms_app.store.models import BatchRow, ExportPresetRow, FormTemplateRow, TemplateVersionRow
from forms_app.store.states import VersionState

NEWEST_BATCHES = 100


def offers_for_delivery(
    app: Application, project_id: int, batch_id: int | None = None
) -> DeliveryOffers:
    """Templates and presets by name, the newest batches of a project, and `batch_id`."""
    is_usable = (
        select(TemplateVersionRow.id)
        .where(
            TemplateVersionRow.template_id == FormTemplateRow.id,
            TemplateVersionRow.state == VersionState.PUBLISHED,
        )
        .exists()
    )
    with app.session() as session:
        templates = session.execute(
            select(FormTemplateRow.id, FormTemplateRow.name)
            .where(
                FormTemplateRow.project_id == project_id,
                FormTemplateRow.archived_at.is_(None),
                is_usable,
            )
            .order_by(FormTemplateRow.name)
        ).all()
        in_project = select(BatchRow.id, BatchRow.name).where(BatchRow.project_id == project_id)
        newest = session.execute(in_project.order_by(BatchRow.id.desc()).limit(NEWEST_BATCHES))
        batches = dict(newest.all()) | dict(
            session.execute(in_project.where(BatchRow.id == batch_id)).all()
        )
        presets = session.execute(
            select(ExportPresetRow.id, ExportPresetRow.name, FormTemplateRow.name)
            .join(FormTemplateRow, FormTemplateRow.id == ExportPresetRow.template_id)
            .where(FormTemplateRow.project_id == project_id)
            .order_by(FormTemplateRow.name, ExportPresetRow.name)
        ).all()
    return DeliveryOffers(
        places=places(app.settings),
        templates=tuple(Offer(*row) for row in templates),
        batches=tuple(Offer(row_id, name) for row_id, name in batches.items()),
        presets=tuple(Offer(*row) for row in presets),
    )
