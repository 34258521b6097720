"""Deliveries and their files as services hand them out."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from forms_app.services.dto.deliveries import Delivery, DeliveryRun
from forms_app.store.delivery_queries import newest_runs
from forms_app.store.models import (
    BatchRow,
    DeliveryRow,
    DeliveryRunRow,
    ExportPresetRow,
    FormTemplateRow,
)


def delivery_infos(session: Session, rows: Sequence[DeliveryRow]) -> list[Delivery]:
    """Deliveries as services hand them out, each with its newest file."""
    runs = newest_runs(session, [row.id for row in rows])
    return [_info(session, row, runs.get(row.id)) for row in rows]


def _info(session: Session, row: DeliveryRow, last: DeliveryRunRow | None) -> Delivery:
    subject: BatchRow | FormTemplateRow = (
        session.get_one(FormTemplateRow, row.template_id)
        if row.template_id is not None
        else session.get_one(BatchRow, row.batch_id)
    )
    preset = row.preset_id and session.get(ExportPresetRow, row.preset_id)
    return Delivery(
        id=row.id,
        project_id=row.project_id,
        name=row.name,
        subject=subject.name,
        template_id=row.template_id,
        batch_id=row.batch_id,
        format=preset.format if preset else row.format,
        preset_id=row.preset_id,
        preset=preset.name if preset else None,
        rhythm=row.rhythm,
        place=row.place,
        folder=row.folder,
        is_paused=row.paused_at is not None,
        next_at=row.next_at,
        last=run_info(last) if last else None,
    )


def run_info(row: DeliveryRunRow) -> DeliveryRun:
    """A file of a delivery as services hand it out."""
    return DeliveryRun(
        id=row.id,
        slot=row.slot,
        file_name=row.file_name,
        state=row.state,
        size=row.size,
        row_count=row.row_count,
        error_message=row.error_message,
        attempts=row.attempts,
        due_at=row.due_at,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
