"""A webhook through a real broker and a real worker to the receiver of the manual."""

from __future__ import annotations

import os
import re
import signal
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from forms_app import queues
from forms_app.bootstrap import bootstrap
from forms_app.config import Settings, load_settings
from forms_app.services import webhooks
from forms_app.services.dto.webhooks import EndpointWish, EventKind
from forms_app.services.webhook_deliveries import list_deliveries
from forms_app.store.models import LOCAL_USER_ID, MAIN_PROJECT_ID
from forms_app.store.states import WebhookState
from tests import factories
from tests.serving import start_fieldhand, wait_until
from tests.webhook_receiver import Receiver, served

MANUAL = Path(__file__).parents[2] / "docs" / "webhooks.md"
LIMIT_S = 90.0


def manuals_receiver() -> Any:
    """The class of the manual, as somebody who copies both pieces has it."""
    code = "\n".join(re.findall(r"```python\n(.*?)```", MANUAL.read_text("utf-8"), re.DOTALL))
    names: dict[str, Any] = {"__name__": "receiver"}
    exec(compile(code, str(MANUAL), "exec"), names)
    names["Receiver"].log_message = lambda *_: None
    return names["Receiver"]


@pytest.fixture
def told(settings: Settings, redis_url: str) -> dict[str, str]:
    """The settings that make it so, as variables."""
    return {
        "FIELDHAND_DATA_DIR": str(settings.data_dir),
        "FIELDHAND_DATABASE_URL": settings.database_url,
        "FIELDHAND_BROKER_URL": redis_url,
        "FIELDHAND_WEBHOOK_PRIVATE_NETWORKS": "127.0.0.1",
    }


@pytest.mark.redis
def test_the_manuals_receiver_is_told(
    told: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = bootstrap(load_settings(told))
    receiver, handler = Receiver(), manuals_receiver()
    with served(receiver, ThreadingHTTPServer(("127.0.0.1", 0), handler)):
        kinds = [EventKind.BATCH_CREATED, EventKind.SUBMISSION_NEEDS_REVIEW]
        wish = EndpointWish("Archive", receiver.url, kinds)
        made = webhooks.create_endpoint(app, MAIN_PROJECT_ID, wish, LOCAL_USER_ID)
        monkeypatch.setenv("WEBHOOK_SECRET", made.secret)
        worker = start_fieldhand("worker", "--queues", queues.WEBHOOK, "--solo", **told)
        try:
            factories.make_submission(app, factories.make_batch(app).id)
            wait_until(lambda: len(_delivered(app, made.endpoint.id)) == 2, LIMIT_S, "deliveries")
        finally:
            os.killpg(worker.pid, signal.SIGKILL)
            said, _ = worker.communicate()
            app.close()
    assert capsys.readouterr().out.split() == ["batch.created", "submission.needs_review"]
    assert made.secret not in said and "MILLER" not in said


def _delivered(app: Any, endpoint_id: int) -> list[Any]:
    return list_deliveries(app, endpoint_id, state=WebhookState.DELIVERED)
