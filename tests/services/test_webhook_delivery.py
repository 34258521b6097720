"""What comes of a delivery: tried again, given up, sent again; and of its endpoint."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from forms_app.errors import NotFoundError, UserError, WebhookRefusedError
from forms_app.services import webhook_deliveries, webhooks
from forms_app.services.application import Application
from forms_app.services.dto.webhooks import EndpointWish, EventKind
from forms_app.services.sweeping import sweep
from forms_app.services.webhook_delivering import INTERNAL_MESSAGE, deliver_webhooks
from forms_app.services.webhook_spreading import spread_webhooks
from forms_app.store.models import (
    MAIN_PROJECT_ID,
    WebhookDeliveryRow,
    WebhookEndpointRow,
)
from forms_app.store.states import WebhookState
from forms_app.store.webhook_claims import claim_delivery
from tests import factories, webhook_receiver
from tests.fakes import RecordingTaskSender
from tests.services.told_endpoints import (
    ME,
    OURS,
    deliveries,
    kinds,
    let_time_pass,
    listen,
    reaching,
    row_of,
    verified,
    work,
)
from tests.webhook_receiver import Receiver, answers, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def told_app(app: Application) -> Application:
    """An application that may tell receivers of this machine."""
    return reaching(app)


@pytest.fixture
def told_on_both(any_app: Application) -> Application:
    """The same on both databases in turn, for what their locks and statements differ in."""
    return reaching(any_app)


def test_what_fails_comes_again_and_the_endpoint_rests(
    told_on_both: Application, receiver: Receiver
) -> None:
    endpoint = listen(told_on_both, receiver, EventKind.BATCH_CREATED).endpoint
    receiver.behave = answers(500, b"out of \x00 order")
    for _ in range(3):
        factories.make_batch(told_on_both)
    work(told_on_both)
    # The others wait without a try of their own.
    assert len(receiver.received) == 1
    first, second, _ = deliveries(told_on_both)
    assert (first.state, first.status, first.attempts) == (WebhookState.PENDING, 500, 1)
    assert (first.error, first.answer) == ("It answered 500.", "out of  order")
    assert second.attempts == 0
    row = row_of(told_on_both, endpoint)
    assert row.failing_since is not None and row.paused_until is not None
    for _ in range(3):
        let_time_pass(told_on_both, timedelta(minutes=5))
        sweep(told_on_both)
        work(told_on_both)
    receiver.behave = answers(204)
    let_time_pass(told_on_both, timedelta(minutes=5))
    sweep(told_on_both)
    work(told_on_both)
    assert [row.state for row in deliveries(told_on_both)] == [WebhookState.DELIVERED] * 3
    assert row_of(told_on_both, endpoint).failures == 0
    ids = {request.headers["webhook-id"] for request in receiver.received}
    assert len(receiver.received) == 7 and len(ids) == 3


@pytest.mark.parametrize(
    ("behave", "why"),
    [
        (answers(302, Location="http://169.254.169.254/"), "Redirects are not followed"),
        (webhook_receiver.closes, "closed without an answer"),
    ],
)
def test_what_went_wrong_is_said(
    told_app: Application, receiver: Receiver, behave: object, why: str
) -> None:
    receiver.behave = behave  # type: ignore[assignment]
    webhooks.ping(told_app, listen(told_app, receiver).endpoint.id, ME)
    work(told_app)
    [delivery] = deliveries(told_app)
    assert why in (delivery.error or "") and delivery.state == WebhookState.PENDING


def test_one_that_hangs_costs_one_attempt(told_app: Application, receiver: Receiver) -> None:
    app = replace(told_app, settings=replace(told_app.settings, webhook_seconds=1))
    listen(app, receiver, EventKind.BATCH_CREATED)
    receiver.behave = webhook_receiver.hangs(receiver)
    for _ in range(2):
        factories.make_batch(app)
    work(app)
    assert len(receiver.received) == 1
    assert deliveries(app)[0].error == "No answer within 1 seconds."


def test_dead_letters_are_kept_and_sent_again(
    told_on_both: Application, receiver: Receiver
) -> None:
    endpoint = listen(told_on_both, receiver, EventKind.BATCH_CREATED).endpoint
    receiver.behave = answers(503)
    for _ in range(3):
        factories.make_batch(told_on_both)
    work(told_on_both)
    let_time_pass(told_on_both, timedelta(hours=25))
    sweep(told_on_both)
    work(told_on_both)
    assert [row.state for row in deliveries(told_on_both)] == [WebhookState.DEAD] * 3
    assert webhooks.get_endpoint(told_on_both, endpoint.id).dead == 3
    receiver.behave = answers(200)
    webhook_deliveries.redeliver(told_on_both, endpoint.id, deliveries(told_on_both)[0].id, ME)
    work(told_on_both)
    assert webhook_deliveries.redeliver_dead(told_on_both, endpoint.id, ME) == 2
    work(told_on_both)
    shown = webhook_deliveries.list_deliveries(told_on_both, endpoint.id)
    assert [each.state for each in shown] == [WebhookState.DELIVERED] * 3
    assert webhook_deliveries.list_deliveries(told_on_both, endpoint.id, state="dead") == []
    assert [e.id for e in webhook_deliveries.list_deliveries(told_on_both, endpoint.id, 1)] == [
        shown[0].id
    ]
    with pytest.raises(NotFoundError):
        webhook_deliveries.redeliver(told_on_both, endpoint.id, 999, ME)


def test_one_that_is_silent_for_days_is_switched_off(
    told_app: Application, receiver: Receiver
) -> None:
    endpoint = listen(told_app, receiver, EventKind.BATCH_CREATED).endpoint
    receiver.behave = answers(500)
    factories.make_batch(told_app)
    work(told_app)
    let_time_pass(told_app, timedelta(days=6))
    factories.make_batch(told_app)
    work(told_app)
    found = webhooks.get_endpoint(told_app, endpoint.id)
    assert (found.is_enabled, found.disabled_why) == (False, "silent")
    assert webhooks.count_silent(told_app) == 1
    receiver.behave = answers(200)
    webhooks.switch(told_app, endpoint.id, True, ME)
    work(told_app)
    assert deliveries(told_app)[1].state == WebhookState.DELIVERED
    assert webhooks.get_endpoint(told_app, endpoint.id).disabled_why is None


def test_the_sweeper_sends_what_a_lost_broker_left(
    told_on_both: Application, receiver: Receiver
) -> None:
    listen(told_on_both, receiver, EventKind.BATCH_CREATED)
    sender = told_on_both.tasks
    assert isinstance(sender, RecordingTaskSender)
    sender.is_down = True
    factories.make_batch(told_on_both)
    sender.is_down = False
    let_time_pass(told_on_both, timedelta(minutes=2))
    sweep(told_on_both)
    sender.is_down = True
    spread_webhooks(told_on_both)
    sender.is_down = False
    sweep(told_on_both)
    work(told_on_both)
    assert kinds(receiver) == ["batch.created"]
    # Nothing is left: the next sweeps send nothing.
    sweep(told_on_both)
    assert [name for name, _ in sender.take() if name in OURS] == []


def test_a_worker_that_dies_leaves_the_delivery_to_others(
    told_on_both: Application, receiver: Receiver
) -> None:
    made = listen(told_on_both, receiver)
    webhooks.ping(told_on_both, made.endpoint.id, ME)
    with told_on_both.session() as session:
        assert claim_delivery(session, made.endpoint.id, 60)
    deliver_webhooks(told_on_both, made.endpoint.id)
    assert receiver.received == []
    with told_on_both.session() as session:
        [row] = session.scalars(select(WebhookDeliveryRow))
        assert row.lease_until is not None
        row.lease_until -= timedelta(minutes=5)
    sweep(told_on_both)
    work(told_on_both)
    assert len(receiver.received) == 1


def test_several_workers_at_once_tell_everything_once(
    told_on_both: Application, receiver: Receiver
) -> None:
    app = told_on_both
    batch = factories.make_batch(app)
    endpoint = listen(app, receiver, *EventKind).endpoint
    done = (factories.reading("surname", "A"),)
    for number in range(4):
        factories.make_submission(app, batch.id, done, f"{number}.png")
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: spread_webhooks(app), range(3)))
        list(pool.map(lambda _: deliver_webhooks(app, endpoint.id), range(3)))
    # One that found another at work has left; its task comes again where something is left.
    work(app)
    ids = [request.headers["webhook-id"] for request in receiver.received]
    assert len(ids) == len(set(ids))
    assert sorted(kinds(receiver)) == [
        "batch.finished", "batch.processed", *["submission.done"] * 4,
    ]  # fmt: skip


def test_a_fault_of_our_own_is_one_failed_attempt(
    told_app: Application, receiver: Receiver
) -> None:
    endpoint = listen(told_app, receiver).endpoint
    webhooks.ping(told_app, endpoint.id, ME)
    with told_app.session() as session:
        session.get_one(WebhookEndpointRow, endpoint.id).secret = "whsec_abc"
    work(told_app)
    [delivery] = deliveries(told_app)
    assert (delivery.state, delivery.attempts) == (WebhookState.PENDING, 1)
    assert delivery.error == INTERNAL_MESSAGE and delivery.lease_until is None


def test_both_secrets_sign_until_the_old_one_ends(
    told_app: Application, receiver: Receiver
) -> None:
    old = listen(told_app, receiver)
    new = webhooks.rotate_secret(told_app, old.endpoint.id, ME)
    webhooks.ping(told_app, old.endpoint.id, ME)
    work(told_app)
    let_time_pass(told_app, timedelta(hours=25))
    webhooks.ping(told_app, old.endpoint.id, ME)
    work(told_app)
    during, after = receiver.received
    assert verified(during, old.secret) and verified(during, new.secret)
    assert verified(after, new.secret) and not verified(after, old.secret)


def test_old_deliveries_are_forgotten(told_app: Application, receiver: Receiver) -> None:
    webhooks.ping(told_app, listen(told_app, receiver).endpoint.id, ME)
    work(told_app)
    let_time_pass(told_app, timedelta(days=29))
    sweep(told_app)
    assert len(deliveries(told_app)) == 1
    let_time_pass(told_app, timedelta(days=2))
    sweep(told_app)
    assert deliveries(told_app) == []


def test_endpoints_are_checked_changed_and_deleted(app: Application) -> None:
    url = "https://hooks.example/in"
    wish = EndpointWish("Archive", url, [EventKind.BATCH_CREATED])
    made = webhooks.create_endpoint(app, MAIN_PROJECT_ID, wish, ME)
    assert len(base64.b64decode(made.secret.removeprefix("whsec_"))) == 32
    for wrong in (
        replace(wish, name=" "),
        replace(wish, events=[]),
        replace(wish, events=["batch.stolen"]),
    ):
        with pytest.raises(UserError):
            webhooks.create_endpoint(app, MAIN_PROJECT_ID, wrong, ME)
    for private in ("http://127.0.0.1/", "http://[::ffff:127.0.0.1]/", "http://10.0.0.1:81/x"):
        with pytest.raises(WebhookRefusedError):
            webhooks.create_endpoint(app, MAIN_PROJECT_ID, replace(wish, url=private), ME)
    changed = replace(wish, name="Other", events=[EventKind.PAGE_HELD], include_values=True)
    webhooks.change_endpoint(app, made.endpoint.id, changed, ME)
    [found] = webhooks.list_endpoints(app, MAIN_PROJECT_ID)
    assert (found.name, found.events, found.include_values) == ("Other", ("page.held",), True)
    webhooks.delete_endpoint(app, made.endpoint.id, ME)
    assert webhooks.list_endpoints(app, MAIN_PROJECT_ID) == []
    with pytest.raises(NotFoundError, match="endpoint"):
        webhooks.get_endpoint(app, made.endpoint.id)
