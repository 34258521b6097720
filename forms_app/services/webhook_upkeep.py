"""The sweeper's part for webhooks: what a lost broker left, what is due again, what is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.orm import Session

from forms_app import metrics
from forms_app.queues import DELIVER_WEBHOOKS, SPREAD_WEBHOOKS
from forms_app.services.application import Application
from forms_app.services.webhook_outcomes import give_up
from forms_app.store.claims import is_free
from forms_app.store.database_clock import database_now
from forms_app.store.models import WebhookDeliveryRow, WebhookEndpointRow, WebhookEventRow
from forms_app.store.states import WebhookState

AT_ONCE = 1000
# While no worker takes from the queue, so much is added to it for each endpoint.
SENT_AGAIN_AFTER = timedelta(minutes=1)
NEVER_TAKEN = "It did not take anything while this was to be delivered."


def keep_up(app: Application) -> int:
    """Give up what is overdue, forget what is old, and send the tasks for what is due.

    Returns:
        How many tasks were sent.

    Raises:
        BrokerUnavailableError: The broker is down; the next sweep tries again.
    """
    with app.session() as session:
        now = database_now(session)
        _give_up_overdue(session, now - timedelta(hours=app.settings.webhook_retry_hours))
        _forget(session, now - timedelta(days=app.settings.webhook_keep_days))
        endpoints = _due(session, now)
        is_unspread = _is_unspread(session, now - timedelta(seconds=app.settings.sweep_seconds))
    tasks: list[tuple[str, tuple[int, ...]]]
    tasks = [(DELIVER_WEBHOOKS, (endpoint_id,)) for endpoint_id in endpoints]
    if is_unspread:
        tasks.append((SPREAD_WEBHOOKS, ()))
    for name, args in tasks:
        app.tasks.send(name, *args)
        metrics.SWEEP_RESENT.inc(task=name)
    return len(tasks)


def _give_up_overdue(session: Session, before: datetime) -> None:
    """Those behind one that fails are hardly tried themselves, those of an endpoint that is
    switched off never: they end with their time."""
    overdue = session.scalars(
        select(WebhookDeliveryRow)
        .join(WebhookEndpointRow, WebhookEndpointRow.id == WebhookDeliveryRow.endpoint_id)
        .where(
            WebhookDeliveryRow.state == WebhookState.PENDING,
            WebhookDeliveryRow.due_since < before,
            is_free(WebhookDeliveryRow),
            or_(
                WebhookDeliveryRow.attempts > 0,
                WebhookEndpointRow.failing_since.is_not(None),
                ~WebhookEndpointRow.is_enabled,
            ),
        )
        .order_by(WebhookDeliveryRow.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, of=WebhookDeliveryRow)
    )
    for delivery in overdue.all():
        delivery.error = delivery.error or NEVER_TAKEN
        give_up(session, delivery, database_now(session))


def _forget(session: Session, before: datetime) -> None:
    """Events that nobody waits for any more, with their deliveries."""
    waits = exists().where(
        WebhookDeliveryRow.event_id == WebhookEventRow.id,
        WebhookDeliveryRow.state == WebhookState.PENDING,
    )
    old = (
        select(WebhookEventRow.id)
        .where(WebhookEventRow.created_at < before, WebhookEventRow.spread_at.is_not(None), ~waits)
        .order_by(WebhookEventRow.created_at)
        .limit(AT_ONCE)
    )
    session.execute(
        delete(WebhookEventRow).where(WebhookEventRow.id.in_(old)),
        execution_options={"synchronize_session": False},
    )


def _due(session: Session, now: datetime) -> Sequence[int]:
    """Endpoints with something due that is in nobody's hands; the task counts as sent now."""
    is_due = exists().where(
        WebhookDeliveryRow.endpoint_id == WebhookEndpointRow.id,
        WebhookDeliveryRow.state == WebhookState.PENDING,
        WebhookDeliveryRow.next_at <= now,
        is_free(WebhookDeliveryRow),
    )
    sent, pause = WebhookEndpointRow.sent_at, WebhookEndpointRow.paused_until
    return session.scalars(
        update(WebhookEndpointRow)
        .where(
            WebhookEndpointRow.is_enabled,
            or_(pause.is_(None), pause <= now),
            or_(sent.is_(None), sent < now - SENT_AGAIN_AFTER, sent < pause),
            is_due,
        )
        .values(sent_at=now)
        .returning(WebhookEndpointRow.id),
        execution_options={"synchronize_session": False},
    ).all()


def _is_unspread(session: Session, before: datetime) -> bool:
    """Whether something was noted a while ago whose task must have been lost."""
    unspread = exists().where(
        WebhookEventRow.spread_at.is_(None), WebhookEventRow.created_at < before
    )
    return bool(session.scalar(select(unspread)))
