"""What was delivered to an endpoint, what was given up, and sending it again."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, NotFoundError
from forms_app.queues import DELIVER_WEBHOOKS
from forms_app.services.application import Application
from forms_app.services.dto.webhooks import Delivery
from forms_app.services.loading import load
from forms_app.services.sending import send_after_commit
from forms_app.services.webhooks import SUBJECT
from forms_app.store.audit import record_event
from forms_app.store.claims import is_free
from forms_app.store.database_clock import database_now
from forms_app.store.models import WebhookDeliveryRow, WebhookEndpointRow, WebhookEventRow
from forms_app.store.states import WebhookState


def list_deliveries(
    app: Application,
    endpoint_id: int,
    limit: int = 100,
    before_id: int | None = None,
    state: str | None = None,
) -> list[Delivery]:
    """The deliveries to an endpoint, the newest first; `before_id` continues after the last one."""
    query = (
        select(WebhookDeliveryRow, WebhookEventRow)
        .join(WebhookEventRow, WebhookEventRow.id == WebhookDeliveryRow.event_id)
        .where(WebhookDeliveryRow.endpoint_id == endpoint_id)
        .order_by(WebhookDeliveryRow.id.desc())
        .limit(limit)
    )
    if before_id is not None:
        query = query.where(WebhookDeliveryRow.id < before_id)
    if state is not None:
        query = query.where(WebhookDeliveryRow.state == state)
    with app.session() as session:
        return [_info(delivery, event) for delivery, event in session.execute(query)]


def redeliver(app: Application, endpoint_id: int, delivery_id: int, user_id: int) -> None:
    """Send one delivery again, whatever came of it.

    Raises:
        NotFoundError: There is no such delivery to this endpoint.
        ConflictError: It is being sent right now, or the endpoint is switched off.
    """
    with app.session() as session:
        _require_enabled(session, endpoint_id)
        is_it = (WebhookDeliveryRow.id == delivery_id) & (
            WebhookDeliveryRow.endpoint_id == endpoint_id
        )
        if session.scalar(select(WebhookDeliveryRow.id).where(is_it)) is None:
            raise NotFoundError("This delivery does not exist (any more).")
        if not _send_again(session, endpoint_id, is_it, user_id):
            raise ConflictError("This is being sent right now.")


def redeliver_dead(app: Application, endpoint_id: int, user_id: int) -> int:
    """Send everything again that was given up for an endpoint; returns how much that is.

    Raises:
        ConflictError: The endpoint is switched off.
    """
    with app.session() as session:
        _require_enabled(session, endpoint_id)
        is_dead = (WebhookDeliveryRow.endpoint_id == endpoint_id) & (
            WebhookDeliveryRow.state == WebhookState.DEAD
        )
        return _send_again(session, endpoint_id, is_dead, user_id)


def _require_enabled(session: Session, endpoint_id: int) -> None:
    if not load(session, WebhookEndpointRow, endpoint_id).is_enabled:
        raise ConflictError("This endpoint is switched off; switch it on first.")


def _send_again(
    session: Session, endpoint_id: int, which: ColumnElement[bool], user_id: int
) -> int:
    now = database_now(session)
    again = session.scalars(
        update(WebhookDeliveryRow)
        .where(which, is_free(WebhookDeliveryRow))
        .values(
            state=WebhookState.PENDING,
            attempts=0,
            next_at=now,
            due_since=now,
            finished_at=None,
            lease_until=None,
        )
        .returning(WebhookDeliveryRow.id),
        execution_options={"synchronize_session": False},
    ).all()
    if again:
        endpoint = load(session, WebhookEndpointRow, endpoint_id)
        endpoint.paused_until = None
        record_event(
            session,
            "redeliver",
            SUBJECT,
            endpoint_id,
            user_id,
            project_id=endpoint.project_id,
            deliveries=len(again),
        )
        send_after_commit(session, DELIVER_WEBHOOKS, endpoint_id)
    return len(again)


def _info(delivery: WebhookDeliveryRow, event: WebhookEventRow) -> Delivery:
    return Delivery(
        id=delivery.id,
        kind=event.kind,
        number=event.id,
        key=event.key,
        state=delivery.state,
        attempts=delivery.attempts,
        status=delivery.status,
        answer=delivery.answer,
        duration_ms=delivery.duration_ms,
        error=delivery.error,
        created_at=event.created_at,
        next_at=delivery.next_at,
        finished_at=delivery.finished_at,
    )
