"""Endpoints of webhooks that listen, and what workers do for them, for tests to use."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from forms_app import queues
from forms_app.services import webhooks
from forms_app.services.application import Application
from forms_app.services.dto.webhooks import Endpoint, EndpointSecret, EndpointWish, EventKind
from forms_app.services.webhook_delivering import deliver_webhooks
from forms_app.services.webhook_spreading import spread_webhooks
from forms_app.store.models import (
    LOCAL_USER_ID,
    MAIN_PROJECT_ID,
    WebhookDeliveryRow,
    WebhookEndpointRow,
    WebhookEventRow,
)
from tests.fakes import RecordingTaskSender
from tests.webhook_receiver import Received, Receiver

ME = LOCAL_USER_ID
OURS = (queues.SPREAD_WEBHOOKS, queues.DELIVER_WEBHOOKS)


def reaching(app: Application) -> Application:
    """The same, allowed to tell receivers of this machine."""
    settings = replace(app.settings, webhook_private_networks="127.0.0.0/8", webhook_seconds=30)
    return replace(app, settings=settings)


def listen(
    app: Application,
    receiver: Receiver,
    *events: str,
    include_values: bool = False,
    project_id: int = MAIN_PROJECT_ID,
) -> EndpointSecret:
    """An endpoint for `events`, all by default."""
    wish = EndpointWish("Archive", receiver.url, events or tuple(EventKind), include_values)
    return webhooks.create_endpoint(app, project_id, wish, ME)


def work(app: Application) -> None:
    """What workers do of webhooks, until nothing is sent any more; other tasks are left out."""
    sender = app.tasks
    assert isinstance(sender, RecordingTaskSender)
    while sent := [task for task in sender.take() if task[0] in OURS]:
        for name, args in sent:
            if name == queues.SPREAD_WEBHOOKS:
                spread_webhooks(app)
            else:
                deliver_webhooks(app, *args)


def kinds(receiver: Receiver) -> list[str]:
    """What was told, in its order."""
    return [json.loads(each.body)["type"] for each in receiver.received]


def row_of(app: Application, endpoint: Endpoint) -> WebhookEndpointRow:
    """An endpoint with all that is known of it."""
    with app.session() as session:
        return session.get_one(WebhookEndpointRow, endpoint.id)


def deliveries(app: Application) -> list[WebhookDeliveryRow]:
    """All deliveries, the first event's first."""
    with app.session() as session:
        return list(session.scalars(select(WebhookDeliveryRow).order_by(WebhookDeliveryRow.id)))


def let_time_pass(app: Application, time: timedelta) -> None:
    """All that webhooks know of times is so much longer ago."""
    with app.session() as session:
        for delivery in session.scalars(select(WebhookDeliveryRow)):
            delivery.next_at -= time
            delivery.due_since -= time
        for event in session.scalars(select(WebhookEventRow)):
            event.created_at -= time
        for endpoint in session.scalars(select(WebhookEndpointRow)):
            for column in ("failing_since", "paused_until", "sent_at", "old_secret_until"):
                if (moment := getattr(endpoint, column)) is not None:
                    setattr(endpoint, column, moment - time)


def verified(request: Received, secret: str) -> bool:
    """As a receiver does it."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + request.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mine = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return any(
        hmac.compare_digest(given, f"v1,{mine}")
        for given in headers["webhook-signature"].split(" ")
    )
