"""Scheduled deliveries for pages to show: one whose folder is not there."""

from __future__ import annotations

from dataclasses import replace

from forms_app.services import deliveries
from forms_app.services.application import Application
from forms_app.services.dto.deliveries import DeliveryWish

NOT_THERE = "/srv/exports"
"""What the setting `delivery_folders` of the installation names."""


def schedule_an_export(app: Application, template_id: int) -> int:
    """A delivery with a file that cannot be written; returns its id."""
    allowed = replace(app, settings=replace(app.settings, delivery_folders=NOT_THERE))
    wish = DeliveryWish("Archiv", "day", NOT_THERE, "2026", "parquet", template_id=template_id)
    made = deliveries.create_delivery(allowed, wish)
    deliveries.deliver_now(allowed, made.id)
    return made.id
