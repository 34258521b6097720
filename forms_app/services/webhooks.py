"""Endpoints: who may be told of what, with which secret; kept by administrators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, UserError
from forms_app.queues import DELIVER_WEBHOOKS
from forms_app.services.application import Application
from forms_app.services.dto.webhooks import (
    PING,
    Endpoint,
    EndpointSecret,
    EndpointWish,
    EventKind,
)
from forms_app.services.loading import load
from forms_app.services.names import clean_name
from forms_app.services.sending import send_after_commit
from forms_app.services.webhook_addresses import networks_of, parse_url, refuse_private_literal
from forms_app.services.webhook_outbox import forget_who_listens, new_key
from forms_app.services.webhook_signatures import new_secret
from forms_app.store.after_commit import after_commit
from forms_app.store.audit import record_event
from forms_app.store.base import utc_now
from forms_app.store.database_clock import database_now
from forms_app.store.models import (
    WebhookDeliveryRow,
    WebhookEndpointRow,
    WebhookEventRow,
)
from forms_app.store.states import WebhookState

SUBJECT = "webhook"
OVERLAP = timedelta(hours=24)
"""So long an old secret signs beside the new one."""


def list_endpoints(app: Application, project_id: int) -> list[Endpoint]:
    """The endpoints of a project, by name."""
    with app.session() as session:
        rows = session.scalars(
            select(WebhookEndpointRow)
            .where(WebhookEndpointRow.project_id == project_id)
            .order_by(WebhookEndpointRow.name, WebhookEndpointRow.id)
        )
        return _infos(session, rows.all())


def get_endpoint(app: Application, endpoint_id: int) -> Endpoint:
    """One of them.

    Raises:
        NotFoundError: There is none.
    """
    with app.session() as session:
        return _infos(session, [load(session, WebhookEndpointRow, endpoint_id)])[0]


def count_silent(app: Application) -> int:
    """How many endpoints of all projects were switched off because they take nothing."""
    silent = select(func.count()).where(WebhookEndpointRow.disabled_why.is_not(None))
    with app.session() as session:
        return session.scalar(silent) or 0


def create_endpoint(
    app: Application, project_id: int, wish: EndpointWish, user_id: int
) -> EndpointSecret:
    """A new endpoint, switched on, and its secret, which nobody is shown again.

    Raises:
        UserError: Name or choice of events is missing.
        WebhookRefusedError: The address is none, or of a private network.
    """
    with app.session() as session:
        row = WebhookEndpointRow(project_id=project_id, secret=new_secret(), created_by=user_id)
        _take_over(app, row, wish)
        session.add(row)
        session.flush()
        _record(session, "create", row, user_id)
        return EndpointSecret(_infos(session, [row])[0], row.secret)


def change_endpoint(app: Application, endpoint_id: int, wish: EndpointWish, user_id: int) -> None:
    """Change name, address or choice; what waits is sent to the new address.

    Raises:
        See `create_endpoint`.
    """
    with app.session() as session:
        row = load(session, WebhookEndpointRow, endpoint_id)
        _take_over(app, row, wish)
        _begin_anew(row)
        _record(session, "change", row, user_id)


def switch(app: Application, endpoint_id: int, is_enabled: bool, user_id: int) -> None:
    """Switch an endpoint on or off; what happens while it is off it is never told."""
    with app.session() as session:
        row = load(session, WebhookEndpointRow, endpoint_id)
        row.is_enabled, row.disabled_why = is_enabled, None
        if is_enabled:
            _begin_anew(row)
            send_after_commit(session, DELIVER_WEBHOOKS, row.id)
        _record(session, "enable" if is_enabled else "disable", row, user_id)


def rotate_secret(app: Application, endpoint_id: int, user_id: int) -> EndpointSecret:
    """A new secret; the old one signs beside it for a day, so that nothing is refused meanwhile."""
    with app.session() as session:
        row = load(session, WebhookEndpointRow, endpoint_id)
        row.old_secret, row.secret = row.secret, new_secret()
        row.old_secret_until = database_now(session) + OVERLAP
        _record(session, "rotate", row, user_id)
        return EndpointSecret(_infos(session, [row])[0], row.secret)


def delete_endpoint(app: Application, endpoint_id: int, user_id: int) -> None:
    """Delete an endpoint with its deliveries; what waits is not sent any more."""
    with app.session() as session:
        row = load(session, WebhookEndpointRow, endpoint_id)
        _record(session, "delete", row, user_id)
        session.delete(row)


def ping(app: Application, endpoint_id: int, user_id: int) -> None:
    """Send an endpoint an event that says nothing, at once.

    Raises:
        ConflictError: It is switched off.
    """
    with app.session() as session:
        row = load(session, WebhookEndpointRow, endpoint_id)
        if not row.is_enabled:
            raise ConflictError("This endpoint is switched off; switch it on first.")
        now = database_now(session)
        event = WebhookEventRow(
            key=new_key(),
            project_id=row.project_id,
            kind=PING,
            data={"endpoint": {"id": row.id, "name": row.name}},
            spread_at=now,
            created_at=utc_now(),
        )
        session.add(event)
        session.flush()
        session.add(
            WebhookDeliveryRow(event_id=event.id, endpoint_id=row.id, next_at=now, due_since=now)
        )
        row.paused_until = None
        record_event(session, "ping", SUBJECT, row.id, user_id, project_id=row.project_id)
        send_after_commit(session, DELIVER_WEBHOOKS, row.id)


def _take_over(app: Application, row: WebhookEndpointRow, wish: EndpointWish) -> None:
    url = parse_url(wish.url)
    refuse_private_literal(url, networks_of(app.settings.webhook_private_networks))
    unknown = set(wish.events) - set(EventKind)
    if unknown or not wish.events:
        raise UserError("Choose at least one of the events on the page.")
    row.name, row.url = clean_name(wish.name, "endpoint"), wish.url.strip()
    row.events = [kind.value for kind in EventKind if kind in wish.events]
    row.include_values = wish.include_values


def _begin_anew(row: WebhookEndpointRow) -> None:
    row.failures, row.failing_since, row.paused_until = 0, None, None


def _record(session: Session, verb: str, row: WebhookEndpointRow, user_id: int) -> None:
    record_event(session, verb, SUBJECT, row.id, user_id, project_id=row.project_id, name=row.name)
    after_commit(session, lambda: forget_who_listens(session))


def _infos(session: Session, rows: Sequence[WebhookEndpointRow]) -> list[Endpoint]:
    counts: dict[tuple[int, str], int] = {
        (endpoint_id, state): number
        for endpoint_id, state, number in session.execute(
            select(WebhookDeliveryRow.endpoint_id, WebhookDeliveryRow.state, func.count())
            .where(
                WebhookDeliveryRow.endpoint_id.in_([row.id for row in rows]),
                WebhookDeliveryRow.state.in_((WebhookState.PENDING, WebhookState.DEAD)),
            )
            .group_by(WebhookDeliveryRow.endpoint_id, WebhookDeliveryRow.state)
        )
    }
    return [
        Endpoint(
            id=row.id,
            project_id=row.project_id,
            name=row.name,
            url=row.url,
            events=tuple(row.events),
            include_values=row.include_values,
            is_enabled=row.is_enabled,
            disabled_why=row.disabled_why,
            failing_since=row.failing_since,
            paused_until=row.paused_until,
            old_secret_until=row.old_secret_until,
            created_at=row.created_at,
            waiting=counts.get((row.id, WebhookState.PENDING), 0),
            dead=counts.get((row.id, WebhookState.DEAD), 0),
        )
        for row in rows
    ]
