"""The sweeper's part for deliveries: what is due is written down, once, and sent to the workers.

A run is a row under a unique key of its delivery and slot, so that any number of sweepers plan one.
Its file holds all that there is then, wherefore nothing is made up for: after a night's pause an
hourly delivery has one file, not ten. Where nothing has changed, there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from forms_app import metrics
from forms_app.queues import DELIVER_EXPORT
from forms_app.services.application import Application
from forms_app.services.delivery_slots import slot_at
from forms_app.services.form_pictures import safe_name
from forms_app.store.database_clock import database_now
from forms_app.store.delivery_queries import (
    batches_of_delivery,
    changed_batches,
    due_runs,
    finished_as,
)
from forms_app.store.models import BatchRow, DeliveryRow, DeliveryRunRow
from forms_app.store.states import DeliveryState, Rhythm
from forms_app.store.upserts import insert_missing

log = structlog.get_logger(__name__)

# Transactions under way are not seen yet; some ways of finishing a batch leave no other trace.
OVERLAP, WIDE_LOOK = timedelta(minutes=10), timedelta(days=1)
KEPT_DAYS = 90


def keep_up(app: Application) -> int:
    """Plan what is due, forget what is old, and send what can be gone on with.

    Returns:
        How many tasks were sent.

    Raises:
        BrokerUnavailableError: The broker is down; the next sweep tries again.
    """
    with app.session() as session:
        ids = session.scalars(
            select(DeliveryRow.id).where(DeliveryRow.paused_at.is_(None)).order_by(DeliveryRow.id)
        ).all()
    for delivery_id in ids:
        with app.session() as session:
            _plan(session, delivery_id)
    with app.session() as session:
        _forget(session)
        due = due_runs(session)
    for run_id in due:
        app.tasks.send(DELIVER_EXPORT, run_id)
        metrics.SWEEP_RESENT.inc(task=DELIVER_EXPORT)
    return len(due)


def add_run(
    session: Session, delivery: DeliveryRow, slot: str, batch: BatchRow | None = None
) -> None:
    """Have a file of a delivery made, unless it has one of that slot; of `batch` alone, or of all
    that the delivery is about."""
    parts = [delivery.name, *([batch.name] if batch else []), slot]
    now = database_now(session)
    row = {
        "delivery_id": delivery.id,
        "batch_id": batch.id if batch else delivery.batch_id,
        "slot": slot,
        "file_name": "-".join(map(safe_name, parts)),
        "state": DeliveryState.PENDING,
        "attempts": 0,
        "due_at": now,
        "changed_at": now,
        "created_at": now,
    }
    insert_missing(session, DeliveryRunRow, [row], ["delivery_id", "slot"])


def _plan(session: Session, delivery_id: int) -> None:
    delivery, now = session.get(DeliveryRow, delivery_id), database_now(session)
    if delivery is None:
        return
    if delivery.rhythm == Rhythm.FINISHED:
        for batch_id, state in _finished(session, delivery, now):
            add_run(session, delivery, state, session.get_one(BatchRow, batch_id))
        delivery.looked_at = now
    elif delivery.next_at is not None and delivery.next_at <= now:
        slot = slot_at(Rhythm(delivery.rhythm), now)
        # Another sweeper may have been here since.
        passed = session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.id == delivery.id, DeliveryRow.next_at == delivery.next_at)
            .values(next_at=slot.next_at)
            .returning(DeliveryRow.id)
        ).first()
        if passed and changed_batches(
            session, batches_of_delivery(delivery), _last(session, delivery)
        ):
            add_run(session, delivery, slot.name)


def _last(session: Session, delivery: DeliveryRow) -> datetime | None:
    """Until when changes are in a file, or will be."""
    found: datetime | None = session.scalar(
        select(func.max(DeliveryRunRow.created_at)).where(
            DeliveryRunRow.delivery_id == delivery.id, DeliveryRunRow.state != DeliveryState.FAILED
        )
    )
    return found


def _finished(session: Session, delivery: DeliveryRow, now: datetime) -> Iterator[tuple[int, str]]:
    """Batches that were finished since the delivery was made, and as what."""
    looked_at = delivery.looked_at or delivery.created_at
    is_wide = delivery.looked_at is None or looked_at.hour != now.hour
    since = max(delivery.created_at, now - WIDE_LOOK if is_wide else looked_at - OVERLAP)
    for batch_id in changed_batches(session, batches_of_delivery(delivery), since):
        state = finished_as(session, batch_id)
        if state is not None:
            yield batch_id, state


def _forget(session: Session) -> None:
    """Runs of long ago; the newest of each delivery says what was delivered last."""
    newest: Sequence[int] = session.scalars(
        select(func.max(DeliveryRunRow.id)).group_by(DeliveryRunRow.delivery_id)
    ).all()
    session.execute(
        delete(DeliveryRunRow).where(
            DeliveryRunRow.state != DeliveryState.PENDING,
            DeliveryRunRow.created_at < database_now(session) - timedelta(days=KEPT_DAYS),
            DeliveryRunRow.id.not_in(newest),
        ),
        execution_options={"synchronize_session": False},
    )
