"""From the outbox to the endpoints: a worker takes what was noted, says what it is about, finds
what it means for its batch, and makes a delivery for each endpoint that wants to know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forms_app.queues import DELIVER_WEBHOOKS
from forms_app.services.application import Application
from forms_app.services.dto.webhooks import EventKind
from forms_app.services.sending import send_after_commit
from forms_app.services.webhook_contents import contents_of
from forms_app.services.webhook_outbox import BATCH_STATES, SIGNS_OF_BATCH_STATES, new_key
from forms_app.store.base import utc_now
from forms_app.store.counts import BatchCounts, count_batches
from forms_app.store.database_clock import database_now
from forms_app.store.models import (
    WebhookBatchRow,
    WebhookDeliveryRow,
    WebhookEndpointRow,
    WebhookEventRow,
)
from forms_app.store.upserts import insert_into

AT_ONCE = 200

Endpoints = dict[int, list[WebhookEndpointRow]]


def spread_webhooks(app: Application) -> None:
    """Spread all that was noted; safe to run twice, and by several workers at once."""
    while _spread_some(app):
        pass


def _spread_some(app: Application) -> bool:
    """Returns whether there may be more."""
    with app.session() as session:
        noted = _take(session)
        endpoints = _listening(session)
        found = list(_of_batches(session, noted, endpoints))
        for event in [*noted, *found]:
            _deliver(session, event, endpoints[event.project_id])
    return len(noted) == AT_ONCE


def _take(session: Session) -> list[WebhookEventRow]:
    """Events that nobody has spread yet, in their order; others cannot take them meanwhile."""
    now = database_now(session)
    picked = (
        select(WebhookEventRow.id)
        .where(WebhookEventRow.spread_at.is_(None))
        .order_by(WebhookEventRow.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
        .cte("picked")
    )
    taken = session.scalars(
        update(WebhookEventRow)
        .where(WebhookEventRow.id.in_(select(picked.c.id)))
        .values(spread_at=now)
        .returning(WebhookEventRow),
        execution_options={"synchronize_session": False},
    )
    return sorted(taken, key=lambda event: event.id)


def _listening(session: Session) -> Endpoints:
    """The endpoints that are switched on, by project."""
    endpoints: Endpoints = defaultdict(list)
    for endpoint in session.scalars(
        select(WebhookEndpointRow)
        .where(WebhookEndpointRow.is_enabled)
        .order_by(WebhookEndpointRow.id)
    ):
        endpoints[endpoint.project_id].append(endpoint)
    return endpoints


def _of_batches(
    session: Session, noted: Sequence[WebhookEventRow], endpoints: Endpoints
) -> Iterator[WebhookEventRow]:
    """What follows for the batches of these events, each looked at once."""
    batches = {
        event.batch_id: event.project_id
        for event in noted
        if event.batch_id is not None and event.kind in SIGNS_OF_BATCH_STATES
    }
    # In the order of their ids, so that two workers cannot block one another.
    for batch_id, project_id in sorted(batches.items()):
        wanted = {kind for endpoint in endpoints[project_id] for kind in endpoint.events}
        if wanted.isdisjoint(BATCH_STATES):
            continue
        for kind in _new_states(session, batch_id):
            event = WebhookEventRow(
                key=new_key(),
                project_id=project_id,
                batch_id=batch_id,
                kind=kind,
                spread_at=utc_now(),
                created_at=utc_now(),
            )
            session.add(event)
            session.flush()
            yield event


def _new_states(session: Session, batch_id: int) -> list[EventKind]:
    """What has not been told of a batch yet; from now on it has."""
    session.execute(
        insert_into(session, WebhookBatchRow)
        .values(batch_id=batch_id, is_finished=False)
        .on_conflict_do_update(index_elements=["batch_id"], set_={"batch_id": batch_id})
    )
    # Locked by that: what others have told, and have finished, until now is seen.
    told = session.get_one(WebhookBatchRow, batch_id, populate_existing=True)
    counts = count_batches(session, [batch_id])[batch_id]
    is_processed = counts.files > 0 and not counts.files_waiting and not counts.submissions_reading
    processed_as = _make_up(counts) if is_processed else None
    is_finished = is_processed and 0 < counts.submissions == counts.submissions_done
    new = []
    if processed_as is not None and processed_as != told.processed_as:
        new.append(EventKind.BATCH_PROCESSED)
    if is_finished and (not told.is_finished or new):
        new.append(EventKind.BATCH_FINISHED)
    told.processed_as, told.is_finished = processed_as, is_finished
    return new


def _make_up(counts: BatchCounts) -> str:
    """Differs once more was read, or read after all."""
    return f"{counts.files}/{counts.pages}/{counts.pages_read}/{counts.submissions}"


def _deliver(
    session: Session, event: WebhookEventRow, endpoints: Sequence[WebhookEndpointRow]
) -> None:
    """Make the deliveries of an event, or delete one that nobody wants or that is of nothing."""
    wanting = [endpoint for endpoint in endpoints if event.kind in endpoint.events]
    event.data = contents_of(session, event) if wanting else None
    if event.data is None:
        session.delete(event)
        return
    now = database_now(session)
    for endpoint in wanting:
        session.add(
            WebhookDeliveryRow(
                event_id=event.id, endpoint_id=endpoint.id, next_at=now, due_since=now
            )
        )
        send_after_commit(session, DELIVER_WEBHOOKS, endpoint.id)
