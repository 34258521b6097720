"""From a state that changes to a signed request at a real receiver, on both databases."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event as sql_event
from sqlalchemy import select

from forms_app import queues
from forms_app.errors import ConflictError, NotFoundError, UserError, WebhookRefusedError
from forms_app.services import (
    batches,
    decisions,
    exports,
    review_notes,
    webhook_deliveries,
    webhooks,
)
from forms_app.services.application import Application
from forms_app.services.attempts import fail
from forms_app.services.dto.review import ItemKey
from forms_app.services.dto.webhooks import Endpoint, EndpointSecret, EndpointWish, EventKind
from forms_app.services.export_building import build_export
from forms_app.services.sweeping import sweep
from forms_app.services.webhook_delivering import INTERNAL_MESSAGE, deliver_webhooks
from forms_app.services.webhook_spreading import spread_webhooks
from forms_app.store.models import (
    LOCAL_USER_ID,
    MAIN_PROJECT_ID,
    PageRow,
    ProjectRow,
    WebhookDeliveryRow,
    WebhookEndpointRow,
    WebhookEventRow,
)
from forms_app.store.states import WebhookState
from forms_app.store.webhook_claims import claim_delivery
from tests import factories, webhook_receiver
from tests.fakes import RecordingTaskSender
from tests.webhook_receiver import Received, Receiver, answers, receiving

ME = LOCAL_USER_ID
OURS = (queues.SPREAD_WEBHOOKS, queues.DELIVER_WEBHOOKS)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def told_app(app: Application) -> Application:
    """An application that may tell receivers of this machine."""
    return _reaching(app)


@pytest.fixture
def told_on_both(any_app: Application) -> Application:
    """The same on both databases in turn, for what their locks and statements differ in."""
    return _reaching(any_app)


def _reaching(app: Application) -> Application:
    settings = replace(app.settings, webhook_private_networks="127.0.0.0/8", webhook_seconds=30)
    return replace(app, settings=settings)


def listen(
    app: Application,
    receiver: Receiver,
    *events: str,
    include_values: bool = False,
    project_id: int = MAIN_PROJECT_ID,
) -> EndpointSecret:
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
    return [json.loads(each.body)["type"] for each in receiver.received]


def row_of(app: Application, endpoint: Endpoint) -> WebhookEndpointRow:
    with app.session() as session:
        return session.get_one(WebhookEndpointRow, endpoint.id)


def deliveries(app: Application) -> list[WebhookDeliveryRow]:
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


def test_the_way_of_a_batch_is_told(told_on_both: Application, receiver: Receiver) -> None:
    made = listen(told_on_both, receiver)
    batch = factories.make_batch(told_on_both)
    form_id = factories.make_submission(told_on_both, batch.id)
    work(told_on_both)
    assert kinds(receiver) == ["batch.created", "submission.needs_review", "batch.processed"]
    decisions.decide(told_on_both, form_id, "number", "confirm")
    decisions.decide(told_on_both, form_id, "consent", "confirm")
    work(told_on_both)
    assert kinds(receiver)[3:] == ["submission.done", "batch.finished"]
    assert all(verified(request, made.secret) for request in receiver.received)
    said = [json.loads(request.body) for request in receiver.received]
    numbers = [each["number"] for each in said]
    assert numbers == sorted(set(numbers))
    assert [each["id"] for each in said] == [r.headers["webhook-id"] for r in receiver.received]
    assert said[0]["project"] == {"id": MAIN_PROJECT_ID, "name": "Main"}
    assert said[0]["data"]["batch"] == {
        "id": batch.id, "name": "March", "path": f"/batches/{batch.id}",
    }  # fmt: skip
    form = said[3]["data"]["submission"]
    assert (form["id"], form["template"], form["path"]) == (
        form_id, "Intake", f"/review/forms/{form_id}",
    )  # fmt: skip
    assert (form["open_fields"], form["accepted_fields"], form["decided_fields"]) == (0, 1, 2)
    assert said[2]["data"]["pages"] == 1 and said[2]["data"]["open_fields"] == 2
    assert b"MILLER" not in b"".join(request.body for request in receiver.received)
    assert {row.state for row in deliveries(told_on_both)} == {WebhookState.DELIVERED}


def test_values_only_where_they_are_asked_for(told_app: Application, receiver: Receiver) -> None:
    listen(told_app, receiver, EventKind.SUBMISSION_NEEDS_REVIEW, include_values=True)
    receiver.behave = answers(200, b"I have got MILLER")
    factories.make_submission(told_app, factories.make_batch(told_app).id)
    work(told_app)
    [request] = receiver.received
    values = json.loads(request.body)["data"]["values"]
    assert values == {"surname": "MILLER", "number": "123456", "consent": True}
    # Sent, but kept nowhere: neither in the outbox nor as what came back.
    with told_app.session() as session:
        [event] = session.scalars(select(WebhookEventRow))
        assert "values" not in event.data
    assert deliveries(told_app)[0].answer is None


def test_pages_that_wait_or_fail_and_exports(told_app: Application, receiver: Receiver) -> None:
    batch = factories.make_batch(told_app)
    listen(
        told_app, receiver, EventKind.PAGE_FAILED, EventKind.PAGE_HELD, EventKind.EXPORT_FINISHED
    )
    [page_id] = factories.make_pages(told_app, batch.id, 1)
    fail(told_app, PageRow, page_id, "too_large", "It is too large.")
    fail(told_app, PageRow, page_id, "too_large", "It is too large.", PageRow.attempts > 5)
    form_id = factories.make_submission(told_app, batch.id, name="other.png")
    review_notes.report_misaligned(told_app, ItemKey(form_id, "number"), "crooked", ME)
    build_export(told_app, exports.request_export(told_app, batch.id, "csv").id)
    work(told_app)
    assert kinds(receiver) == ["page.failed", "page.held", "export.finished"]
    page, held, export = (json.loads(request.body)["data"] for request in receiver.received)
    assert page["page"]["reason"] == "too_large"
    assert (
        held["page"]["reason"] == "misaligned_page" and b"crooked" not in receiver.received[1].body
    )
    assert (export["export"]["state"], export["export"]["rows"]) == ("done", 1)


def test_what_came_later_is_told_again(told_app: Application, receiver: Receiver) -> None:
    batch = factories.make_batch(told_app)
    listen(told_app, receiver, EventKind.BATCH_PROCESSED, EventKind.BATCH_FINISHED)
    done = (factories.reading("surname", "A"),)
    factories.make_submission(told_app, batch.id, done)
    work(told_app)
    factories.make_submission(told_app, batch.id, done, "more.png")
    form_id = factories.make_submission(told_app, batch.id, name="most.png")
    work(told_app)
    assert kinds(receiver) == ["batch.processed", "batch.finished", "batch.processed"]
    for field in ("number", "consent"):
        decisions.decide(told_app, form_id, field, "confirm")
    # Several workers find the same; it is said once.
    spread_webhooks(told_app)
    spread_webhooks(told_app)
    work(told_app)
    assert kinds(receiver)[3:] == ["batch.finished"]


def test_others_and_those_switched_off_hear_nothing(
    told_app: Application, receiver: Receiver
) -> None:
    with told_app.session() as session:
        session.add(ProjectRow(name="Others"))
        session.flush()
        others = session.scalars(select(ProjectRow.id).where(ProjectRow.name == "Others")).one()
    listen(told_app, receiver, project_id=others)
    off = listen(told_app, receiver).endpoint
    webhooks.switch(told_app, off.id, False, ME)
    factories.make_submission(told_app, factories.make_batch(told_app).id)
    work(told_app)
    assert receiver.received == []
    with told_app.session() as session:
        assert session.scalars(select(WebhookEventRow)).all() == []
    with pytest.raises(ConflictError, match="switched off"):
        webhooks.ping(told_app, off.id, ME)


def test_a_change_that_is_rolled_back_is_never_told(
    told_app: Application, receiver: Receiver
) -> None:
    listen(told_app, receiver)
    batch = factories.make_batch(told_app)
    form_id = factories.make_submission(told_app, batch.id)
    work(told_app)
    before = len(receiver.received)
    with pytest.raises(NotFoundError):
        decisions.decide(told_app, form_id, "no such field", "confirm")
    with pytest.raises(ZeroDivisionError), told_app.session() as session:
        session.get_one(PageRow, 1)
        batches.note(session, EventKind.BATCH_CREATED, batch.id)
        raise ZeroDivisionError
    work(told_app)
    assert len(receiver.received) == before


def test_where_nobody_listens_nothing_is_asked_of_the_database(app: Application) -> None:
    """And where somebody does, one statement for each change of a form's state."""
    batch = factories.make_batch(app)
    statements: list[str] = []
    sql_event.listen(app.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    def of_a_form(name: str) -> int:
        statements.clear()
        factories.make_submission(app, batch.id, name=name)
        return len(statements)

    of_a_form("first.png")  # It finds that nobody listens.
    alone = of_a_form("second.png")
    assert not any("webhook" in statement for statement in statements)
    wish = EndpointWish("Archive", "https://example.org", [EventKind.SUBMISSION_NEEDS_REVIEW])
    webhooks.create_endpoint(app, MAIN_PROJECT_ID, wish, ME)
    of_a_form("third.png")
    assert of_a_form("fourth.png") == alone + 1


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
