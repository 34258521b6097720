"""What follows from an attempt to deliver: done, again later, given up; and for the endpoint, which
is left alone for a while, or switched off when it has not answered for days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from forms_app import metrics
from forms_app.config import Settings
from forms_app.services.names import printable
from forms_app.services.webhook_outbox import forget_who_listens
from forms_app.services.webhook_pace import delay_after, pause_after
from forms_app.store.after_commit import after_commit
from forms_app.store.audit import record_event
from forms_app.store.database_clock import database_now
from forms_app.store.models import WebhookDeliveryRow, WebhookEndpointRow
from forms_app.store.states import WebhookState

log = structlog.get_logger(__name__)

SILENT = "silent"
"""Why an endpoint was switched off: it has not taken anything for days."""
# So many failures in a row are the endpoint's fault, and not that of one event.
IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt; `error` is a sentence when nothing came back."""

    status: int | None
    start: bytes
    duration: timedelta
    error: str | None

    @property
    def is_good(self) -> bool:
        """Taken: redirects are not followed, and count as failures like all else."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def why(self) -> str | None:
        """A sentence on what went wrong."""
        if self.is_good or self.error:
            return self.error
        if self.status is not None and 300 <= self.status < 400:
            return (
                f"It answered {self.status}. Redirects are not followed: enter the address that "
                "they lead to."
            )
        return f"It answered {self.status}."


def record(session: Session, settings: Settings, delivery_id: int, outcome: Outcome) -> None:
    """Write down an attempt, in a transaction that holds the delivery."""
    delivery = session.get_one(WebhookDeliveryRow, delivery_id, populate_existing=True)
    endpoint = session.get_one(
        WebhookEndpointRow, delivery.endpoint_id, with_for_update=True, populate_existing=True
    )
    delivery.lease_until, delivery.status, delivery.error = None, outcome.status, outcome.why
    delivery.answer = printable(outcome.start.decode("utf-8", "replace")) or None
    delivery.duration_ms = round(outcome.duration.total_seconds() * 1000)
    now = database_now(session)
    if outcome.is_good:
        _taken(session, delivery, endpoint, now)
    else:
        _not_taken(session, settings, delivery, endpoint, now)
    _tell(session, delivery, "delivered" if outcome.is_good else "failed")


def give_up(session: Session, delivery: WebhookDeliveryRow, now: datetime) -> None:
    """A dead letter: kept, and sent again only when a person says so."""
    delivery.state, delivery.finished_at = WebhookState.DEAD, now
    after_commit(session, lambda: metrics.WEBHOOKS_GIVEN_UP.inc())


def _taken(
    session: Session, delivery: WebhookDeliveryRow, endpoint: WebhookEndpointRow, now: datetime
) -> None:
    delivery.state, delivery.finished_at = WebhookState.DELIVERED, now
    if endpoint.failures >= IN_A_ROW:
        # It is back: what was put off for hours comes now, and in its order.
        session.execute(
            update(WebhookDeliveryRow)
            .where(
                WebhookDeliveryRow.endpoint_id == endpoint.id,
                WebhookDeliveryRow.state == WebhookState.PENDING,
            )
            .values(next_at=now),
            execution_options={"synchronize_session": False},
        )
    endpoint.failures, endpoint.failing_since, endpoint.paused_until = 0, None, None


def _not_taken(
    session: Session,
    settings: Settings,
    delivery: WebhookDeliveryRow,
    endpoint: WebhookEndpointRow,
    now: datetime,
) -> None:
    delivery.next_at = now + delay_after(delivery.attempts)
    if delivery.next_at > delivery.due_since + timedelta(hours=settings.webhook_retry_hours):
        give_up(session, delivery, now)
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.paused_until = now + pause_after(endpoint.failures)
    if now - endpoint.failing_since >= timedelta(days=settings.webhook_silent_days):
        _switch_off(session, endpoint)


def _switch_off(session: Session, endpoint: WebhookEndpointRow) -> None:
    endpoint.is_enabled, endpoint.disabled_why = False, SILENT
    record_event(
        session, "disable", "webhook", endpoint.id, None, project_id=endpoint.project_id, why=SILENT
    )
    endpoint_id = endpoint.id

    def tell() -> None:
        forget_who_listens(session)
        log.warning("webhook endpoint switched off: it has not answered", endpoint_id=endpoint_id)

    after_commit(session, tell)


def _tell(session: Session, delivery: WebhookDeliveryRow, result: str) -> None:
    facts = {
        "result": result,
        "state": str(delivery.state),
        "status": delivery.status,
        "attempts": delivery.attempts,
        "duration_ms": delivery.duration_ms,
    }

    def tell() -> None:
        metrics.WEBHOOKS.inc(result=result)
        log.info("webhook sent", **facts)

    after_commit(session, tell)
