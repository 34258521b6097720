"""From a state that changes to a signed request at a real receiver, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import event as sql_event
from sqlalchemy import select

from forms_app.errors import ConflictError, NotFoundError
from forms_app.services import batches, decisions, exports, review_notes, webhooks
from forms_app.services.application import Application
from forms_app.services.attempts import fail
from forms_app.services.dto.review import ItemKey
from forms_app.services.dto.webhooks import EndpointWish, EventKind
from forms_app.services.export_building import build_export
from forms_app.services.webhook_spreading import spread_webhooks
from forms_app.store.models import (
    MAIN_PROJECT_ID,
    PageRow,
    ProjectRow,
    WebhookEventRow,
)
from forms_app.store.states import WebhookState
from tests import factories
from tests.services.told_endpoints import (
    ME,
    deliveries,
    kinds,
    listen,
    reaching,
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


def test_where_the_site_has_an_address_there_are_whole_ones(
    told_app: Application, receiver: Receiver
) -> None:
    named = replace(told_app.settings, site_url="https://forms.example.org")
    app = replace(told_app, settings=named)
    listen(app, receiver, EventKind.SUBMISSION_NEEDS_REVIEW)
    form_id = factories.make_submission(app, factories.make_batch(app).id)
    work(app)
    said = json.loads(receiver.received[0].body)["data"]
    assert said["submission"]["path"] == f"/review/forms/{form_id}"
    assert said["submission"]["url"] == f"https://forms.example.org/review/forms/{form_id}"
    assert said["batch"]["url"] == "https://forms.example.org/batches/1"
    assert "url" not in said["file"]


def test_values_only_where_they_are_asked_for(told_app: Application, receiver: Receiver) -> None:
    listen(told_app, receiver, EventKind.SUBMISSION_NEEDS_REVIEW, include_values=True)
    receiver.behave = answers(200, b"I have got MILLER")
    fields = [factories.SURNAME, {**factories.NUMBER, "sensitive": True}, factories.CONSENT]
    factories.make_submission(told_app, factories.make_batch(told_app, fields).id)
    work(told_app)
    [request] = receiver.received
    values = json.loads(request.body)["data"]["values"]
    assert values == {"surname": "MILLER", "consent": True}
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
