"""Deliveries as people set them up, and the time and the workers that they wait for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import update

from forms_app.services import deliveries
from forms_app.services.application import Application
from forms_app.services.delivery_planning import keep_up
from forms_app.services.dto.deliveries import Delivery, DeliveryRun, DeliveryWish
from forms_app.store.models import DeliveryRow, DeliveryRunRow
from tests.fakes import run_sent_tasks

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def sweep(app: Application) -> None:
    """As beat and the workers do it, until nothing is left to do."""
    while keep_up(app):
        run_sent_tasks(app)


def pass_time(app: Application) -> None:
    """The next hour or day has begun, and what waits for another attempt is due."""
    with app.session() as session:
        session.execute(
            update(DeliveryRow).where(DeliveryRow.next_at.is_not(None)).values(next_at=LONG_AGO)
        )
        session.execute(update(DeliveryRunRow).values(due_at=LONG_AGO))


def of_batch(app: Application, batch_id: int, place: Path, **wish: object) -> Delivery:
    wished = {"name": "Daily", "rhythm": "day", "place": str(place), "batch_id": batch_id, **wish}
    return deliveries.create_delivery(app, DeliveryWish(**wished))


def newest(app: Application, delivery: Delivery) -> DeliveryRun:
    return deliveries.list_runs(app, delivery.id)[0]
