"""The pages of webhooks: a secret that is shown once, a try, what was delivered, what was not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from forms_app.services import exports, webhooks
from forms_app.services.application import Application
from forms_app.services.dto.webhooks import EventKind
from forms_app.services.export_building import build_export
from forms_app.services.webhook_contents import contents_of
from forms_app.services.webhook_delivering import deliver_webhooks
from forms_app.store.models import MAIN_PROJECT_ID, WebhookEventRow
from tests import factories
from tests.compiled_pages import compiled_once
from tests.web.visitor import Visitor
from tests.webhook_receiver import Receiver, answers, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def told_app(app: Application) -> Application:
    return replace(app, settings=replace(app.settings, webhook_private_networks="127.0.0.0/8"))


@pytest.fixture
def visitor(told_app: Application) -> Visitor:
    return Visitor(compiled_once(told_app))


def make(visitor: Visitor, receiver: Receiver) -> str:
    """The page that shows the secret."""
    form = {"name": "Archive", "url": receiver.url, "event": ["batch.created", "page.held"]}
    made = visitor.post("/webhooks/", form)
    assert made.status_code == 200 and made.headers["Cache-Control"] == "no-store"
    return made.text


def test_an_endpoint_is_made_tried_and_deleted(
    told_app: Application, visitor: Visitor, receiver: Receiver
) -> None:
    assert "No program is told yet" in visitor.get("/webhooks/").text
    found = re.search(r"whsec_[A-Za-z0-9+/=]{44}", make(visitor, receiver))
    assert found
    [endpoint] = webhooks.list_endpoints(told_app, MAIN_PROJECT_ID)
    for path in ("/webhooks/", f"/webhooks/{endpoint.id}", f"/webhooks/{endpoint.id}/edit"):
        page = visitor.get(path).text
        assert "Archive" in page and "whsec_" not in page
    receiver.behave = answers(200, b"<b>thank you</b>")
    visitor.post(f"/webhooks/{endpoint.id}/ping")
    deliver_webhooks(told_app, endpoint.id)
    shown = visitor.get(f"/webhooks/{endpoint.id}/live").text
    assert "&lt;b&gt;thank you&lt;/b&gt;" in shown and "delivered" in shown
    rotated = visitor.post(f"/webhooks/{endpoint.id}/secret").text
    assert "whsec_" in rotated and found[0] not in rotated
    assert visitor.post(f"/webhooks/{endpoint.id}/delete").status_code == 303
    assert visitor.get(f"/webhooks/{endpoint.id}").status_code == 404


def test_what_was_not_taken_can_be_sent_again(
    told_app: Application, visitor: Visitor, receiver: Receiver
) -> None:
    make(visitor, receiver)
    [endpoint] = webhooks.list_endpoints(told_app, MAIN_PROJECT_ID)
    receiver.behave = answers(301, Location="http://10.0.0.1/")
    visitor.post(f"/webhooks/{endpoint.id}/ping")
    deliver_webhooks(told_app, endpoint.id)
    page = visitor.get(f"/webhooks/{endpoint.id}").text
    assert "Redirects are not followed" in page and "It has taken nothing since" in page
    receiver.behave = answers(204)
    [delivery_id] = re.findall(r'id="delivery-(\d+)"', page)
    visitor.post(f"/webhooks/{endpoint.id}/deliveries/{delivery_id}/redeliver")
    deliver_webhooks(told_app, endpoint.id)
    assert "delivered" in visitor.get(f"/webhooks/{endpoint.id}?state=delivered").text
    said = visitor.post(f"/webhooks/{endpoint.id}/redeliver", follow_redirects=True).text
    assert "What was given up is sent again" in said
    visitor.post(f"/webhooks/{endpoint.id}/off")
    said = visitor.post(f"/webhooks/{endpoint.id}/ping", follow_redirects=True).text
    assert "switched off; switch it on first" in said
    visitor.post(f"/webhooks/{endpoint.id}/on")
    assert webhooks.get_endpoint(told_app, endpoint.id).is_enabled


def test_what_cannot_be_is_said_beside_what_was_typed(
    told_app: Application, visitor: Visitor, receiver: Receiver
) -> None:
    form = {"name": "Router", "url": "http://192.168.1.1/", "event": ["page.held"]}
    refused = visitor.post("/webhooks/", form)
    assert refused.status_code == 422
    assert "192.168.1.1 is in a private" in refused.text and 'value="Router"' in refused.text
    make(visitor, receiver)
    [endpoint] = webhooks.list_endpoints(told_app, MAIN_PROJECT_ID)
    refused = visitor.post(f"/webhooks/{endpoint.id}/edit", {**form, "event": []})
    assert refused.status_code == 422
    changed = visitor.post(f"/webhooks/{endpoint.id}/edit", {**form, "url": receiver.url})
    assert changed.status_code == 303
    assert webhooks.get_endpoint(told_app, endpoint.id).name == "Router"


def test_links_lead_somewhere(told_app: Application, visitor: Visitor) -> None:
    """What is said of an event names pages by their paths."""
    batch = factories.make_batch(told_app)
    form_id = factories.make_submission(told_app, batch.id)
    export_id = exports.request_export(told_app, batch.id, "csv").id
    build_export(told_app, export_id)
    subjects = {"submission": form_id, "page": 1, "export": export_id}
    paths = set()
    with told_app.session() as session:
        for kind in EventKind:
            subject_id = subjects.get(kind.value.split(".")[0], batch.id)
            event = WebhookEventRow(kind=kind.value, batch_id=batch.id, subject_id=subject_id)
            said = contents_of(session, event)
            assert said is not None
            paths |= {
                part["path"] for part in said.values() if isinstance(part, dict) and "path" in part
            }
    assert len(paths) == 4
    for path in paths:
        assert visitor.get(path).status_code == 200, path


def test_a_receiver_checks_signatures_as_the_manual_says() -> None:
    """The example of docs/webhooks.md, against a request whose signature others have made."""
    manual = Path(__file__).parents[2] / "docs" / "webhooks.md"
    code, _ = re.findall(r"```python\n(.*?)```", manual.read_text("utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(code, "webhooks.md", "exec"), names)
    is_genuine = names["is_genuine"]
    assert callable(is_genuine)
    # The test vector of Standard Webhooks' own libraries.
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    body = b'{"test": 2432232314}'
    assert is_genuine(secret, headers, body, now_s=1614265330 + 60)
    assert not is_genuine(secret, headers, body, now_s=1614265330 + 600)
    assert not is_genuine(secret, {}, body)
    assert not is_genuine(secret, headers, body + b" ", now_s=1614265330)
    assert not is_genuine("whsec_" + "A" * 32, headers, body, now_s=1614265330)
