"""What deliveries look for in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select, union
from sqlalchemy.orm import Session

from forms_app.store.claims import is_free
from forms_app.store.counts import count_batches
from forms_app.store.database_clock import DatabaseNow
from forms_app.store.exported_batches import batches_of_template
from forms_app.store.models import (
    BatchRow,
    DecisionRow,
    DeliveryRow,
    DeliveryRunRow,
    ExportRow,
    FileRow,
    PageRow,
    SubmissionRow,
)
from forms_app.store.states import DeliveryState, ExportState


def batches_of_delivery(delivery: DeliveryRow) -> Select[int]:
    """Ids of the batches that a delivery is about."""
    if delivery.template_id is not None:
        return batches_of_template(delivery.template_id)
    return select(BatchRow.id).where(BatchRow.id == delivery.batch_id)


def changed_batches(
    session: Session, batches: Select[int], since: datetime | None
) -> Sequence[int]:
    """Those of some batches of which a page was worked on or a field decided since then."""
    if since is None:
        return session.scalars(batches.where(_has_forms())).all()
    pages = (
        select(FileRow.batch_id)
        .join(PageRow, PageRow.file_id == FileRow.id)
        .where(PageRow.changed_at > since)
    )
    decisions = (
        select(SubmissionRow.batch_id)
        .join(DecisionRow, DecisionRow.submission_id == SubmissionRow.id)
        .where(DecisionRow.created_at > since)
    )
    changed = union(pages, decisions).subquery()
    found = batches.where(BatchRow.id.in_(select(changed.c.batch_id)), _has_forms())
    return session.scalars(found.order_by(BatchRow.id)).all()


def finished_as(session: Session, batch_id: int) -> str | None:
    """What a batch is finished as: other words once it has changed; None while it is not."""
    counts = count_batches(session, [batch_id])[batch_id]
    is_read = counts.files > 0 and not counts.files_waiting and not counts.submissions_reading
    if not is_read or not 0 < counts.submissions == counts.submissions_done:
        return None
    last = session.scalar(
        select(func.max(DecisionRow.id))
        .join(SubmissionRow, SubmissionRow.id == DecisionRow.submission_id)
        .where(SubmissionRow.batch_id == batch_id)
    )
    return f"{batch_id}-{counts.submissions}-{last or 0}"


def due_runs(session: Session, delivery_id: int | None = None) -> Sequence[int]:
    """Runs that somebody can go on with now: nobody does, and no export is being made for them."""
    waits = select(ExportRow.id).where(
        ExportRow.id == DeliveryRunRow.export_id, ExportRow.state == ExportState.PENDING
    )
    return session.scalars(
        select(DeliveryRunRow.id)
        .where(
            DeliveryRunRow.state == DeliveryState.PENDING,
            DeliveryRunRow.due_at <= DatabaseNow(),
            is_free(DeliveryRunRow),
            ~waits.exists(),
            *([] if delivery_id is None else [DeliveryRunRow.delivery_id == delivery_id]),
        )
        .order_by(DeliveryRunRow.id)
    ).all()


def newest_runs(session: Session, delivery_ids: Sequence[int]) -> dict[int, DeliveryRunRow]:
    """The newest run of each delivery that has any."""
    newest = (
        select(func.max(DeliveryRunRow.id))
        .where(DeliveryRunRow.delivery_id.in_(delivery_ids))
        .group_by(DeliveryRunRow.delivery_id)
    )
    rows = session.scalars(select(DeliveryRunRow).where(DeliveryRunRow.id.in_(newest)))
    return {row.delivery_id: row for row in rows}


def _has_forms() -> ColumnElement[bool]:
    return select(SubmissionRow.id).where(SubmissionRow.batch_id == BatchRow.id).exists()
