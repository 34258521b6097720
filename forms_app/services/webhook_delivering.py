"""Delivering to one endpoint what is due, in the order of the events, until nothing is."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from forms_app import metrics
from forms_app.errors import LeaseLostError, WebhookFailedError, WebhookRefusedError
from forms_app.queues import DELIVER_WEBHOOKS
from forms_app.services.application import Application
from forms_app.services.attempts import attempt_long
from forms_app.services.sending import send_or_leave
from forms_app.services.webhook_addresses import Resolver, networks_of, resolve
from forms_app.services.webhook_contents import OF_SUBMISSIONS, values_of, with_addresses
from forms_app.services.webhook_outcomes import Outcome, record
from forms_app.services.webhook_posting import Reach, post
from forms_app.services.webhook_signatures import signed_headers
from forms_app.services.work_events import also_about
from forms_app.store.claims import Lease, hold
from forms_app.store.database_clock import database_now
from forms_app.store.models import (
    ProjectRow,
    WebhookDeliveryRow,
    WebhookEndpointRow,
    WebhookEventRow,
)
from forms_app.store.webhook_claims import claim_delivery

# Shares of a lease: of one attempt, and of one task before it lets others come first.
ATTEMPT_SHARE, TASK_SHARE = 0.3, 0.4
USER_AGENT = "Fieldhand-Webhooks/1"
INTERNAL_MESSAGE = "The delivery failed for a reason of Fieldhand's own; its log says more."


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out in one attempt. `keeps_answer`: nothing in it that must not be stored could
    come back in the answer."""

    url: str
    headers: dict[str, str]
    body: bytes
    keeps_answer: bool


@dataclass(slots=True)
class _Work:
    """See `LongWork`; it is never so long that its lease has to be renewed."""

    app: Application
    lease: Lease


def deliver_webhooks(app: Application, endpoint_id: int, resolver: Resolver = resolve) -> None:
    """Deliver what is due to an endpoint; does nothing where that is being done.

    Args:
        app: The application.
        endpoint_id: The endpoint.
        resolver: Says which addresses a name has.

    Raises:
        TransientError: The database did not answer; try again.
    """
    began_s, lease_s = time.monotonic(), app.settings.lease_seconds
    while time.monotonic() - began_s < TASK_SHARE * lease_s:
        with app.session() as session:
            lease = claim_delivery(session, endpoint_id, lease_s)
        if lease is None:
            return
        work = _Work(app, lease)
        attempt_long(work, partial(_deliver, work, resolver), _fail, INTERNAL_MESSAGE)
    send_or_leave(app, DELIVER_WEBHOOKS, endpoint_id)


def _deliver(work: _Work, resolver: Resolver) -> None:
    app, lease = work.app, work.lease
    with app.session() as session:
        message = _message(session, lease, app.settings.site_url)
    limit_s = min(app.settings.webhook_seconds, ATTEMPT_SHARE * app.settings.lease_seconds)
    reach = Reach(networks_of(app.settings.webhook_private_networks), limit_s, resolver)
    outcome = _posted(message, reach)
    with app.session() as session:
        hold(session, lease)
        record(session, app.settings, lease.row_id, outcome)


def _message(session: Session, lease: Lease, site_url: str) -> Message:
    delivery = session.get(WebhookDeliveryRow, lease.row_id)
    if delivery is None:
        raise LeaseLostError("The delivery was deleted meanwhile.")
    event = session.get_one(WebhookEventRow, delivery.event_id)
    endpoint = session.get_one(WebhookEndpointRow, delivery.endpoint_id)
    also_about(event_id=event.id, endpoint_id=endpoint.id)
    data = with_addresses(event.data or {}, site_url)
    has_values = endpoint.include_values and event.kind in OF_SUBMISSIONS
    if has_values and event.subject_id is not None:
        data["values"] = values_of(session, event.subject_id)
    body = json.dumps(_payload(session, event, data), ensure_ascii=False).encode()
    now = database_now(session)
    is_overlapping = endpoint.old_secret_until is not None and endpoint.old_secret_until > now
    secrets = [endpoint.secret, *([endpoint.old_secret or ""] if is_overlapping else [])]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        **signed_headers(secrets, event.key, int(now.timestamp()), body),
    }
    return Message(endpoint.url, headers, body, not has_values)


def _payload(session: Session, event: WebhookEventRow, data: object) -> dict[str, object]:
    project = session.get_one(ProjectRow, event.project_id)
    return {
        "type": event.kind,
        "id": event.key,
        "number": event.id,
        "timestamp": event.created_at.isoformat(),
        "project": {"id": project.id, "name": project.name},
        "data": data,
    }


def _posted(message: Message, reach: Reach) -> Outcome:
    began_s = time.monotonic()
    status, start, error = None, b"", None
    try:
        answer = post(message.url, message.headers, message.body, reach)
        status, start = answer.status, answer.start
    except (WebhookFailedError, WebhookRefusedError) as failure:
        error = failure.message
    duration = timedelta(seconds=time.monotonic() - began_s)
    metrics.WEBHOOK_SECONDS.observe(duration.total_seconds())
    return Outcome(status, start if message.keeps_answer else b"", duration, error)


def _fail(
    app: Application, delivery_id: int, message: str, *conditions: ColumnElement[bool]
) -> None:
    """What nobody has foreseen is one failed attempt more."""
    with app.session() as session:
        if session.scalar(select(WebhookDeliveryRow.id).where(*conditions)) is not None:
            outcome = Outcome(None, b"", timedelta(), message)
            record(session, app.settings, delivery_id, outcome)
