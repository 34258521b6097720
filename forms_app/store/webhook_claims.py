"""Taking deliveries: the next one of an endpoint, and one at a time, so that one that does not
answer never keeps more than one worker waiting."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from forms_app.store.claims import Lease, is_free
from forms_app.store.database_clock import DatabaseNow, database_now
from forms_app.store.models import WebhookDeliveryRow, WebhookEndpointRow
from forms_app.store.states import WebhookState


def claim_delivery(session: Session, endpoint_id: int, lease_s: int) -> Lease | None:
    """Lease the oldest delivery of an endpoint that is due, and count an attempt.

    None when nothing is due, the endpoint is to be left alone, or another worker is at it.
    """
    until = database_now(session) + timedelta(seconds=lease_s)
    other = aliased(WebhookDeliveryRow)
    is_at_work = exists().where(other.endpoint_id == endpoint_id, other.lease_until > DatabaseNow())
    picked = (
        select(WebhookDeliveryRow.id)
        .where(
            WebhookDeliveryRow.endpoint_id == endpoint_id,
            WebhookDeliveryRow.state == WebhookState.PENDING,
            WebhookDeliveryRow.next_at <= DatabaseNow(),
            is_free(WebhookDeliveryRow),
            ~is_at_work,
            _may_be_sent_to(endpoint_id),
        )
        .order_by(WebhookDeliveryRow.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=WebhookDeliveryRow)
        .cte("picked")
    )
    claimed = session.scalar(
        update(WebhookDeliveryRow)
        .where(WebhookDeliveryRow.id.in_(select(picked.c.id)))
        .values(lease_until=until, attempts=WebhookDeliveryRow.attempts + 1)
        .returning(WebhookDeliveryRow.id),
        execution_options={"synchronize_session": False},
    )
    return None if claimed is None else Lease(WebhookDeliveryRow, claimed, until)


def _may_be_sent_to(endpoint_id: int) -> ColumnElement[bool]:
    pause = WebhookEndpointRow.paused_until
    return exists().where(
        WebhookEndpointRow.id == endpoint_id,
        WebhookEndpointRow.is_enabled,
        or_(pause.is_(None), pause <= DatabaseNow()),
    )
