"""A form's values, passwords and keys through all that is done with them: none reaches the log."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import replace

import cv2
import pytest
from sqlalchemy import text

from forms_app.errors import FieldhandError
from forms_app.logs import configure_logging
from forms_app.reading.intake import open_page
from forms_app.services import batches, exports, review, webhooks
from forms_app.services.application import Application
from forms_app.services.export_building import build_export
from tests import factories
from tests.accounts import PASSWORD, make_account, quick_hashes  # noqa: F401
from tests.api.program import Program, new_token
from tests.compiled_pages import compiled_once
from tests.fakes import run_sent_tasks
from tests.services.told_endpoints import ME, listen, reaching, work
from tests.services.two_page_scans import tiff_of
from tests.web.signing_in import Stranger, pages_with_sign_in
from tests.web.visitor import Visitor
from tests.webhook_receiver import Receiver, answers, receiving

MARKER = "QZXJWKVY"
WRITTEN = "4"
TYPED_PASSWORD = "a wrong password of mine"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def telling_app(app: Application, capsys: pytest.CaptureFixture[str]) -> Application:
    """Whose log tells everything, line by line on stderr."""
    loud = replace(app, settings=replace(app.settings, log_level="debug", log_format="json"))
    configure_logging(loud.settings)
    return reaching(loud)


def upload_written_form(app: Application) -> int:
    """A form with a digit in it, read by the real pipeline; the batch's id."""
    fields = [factories.SURNAME, factories.NUMBER]
    batch = factories.make_batch(app, fields)
    page = open_page(factories.draw_blank(1, fields), "blank", 1).grey.copy()
    x, y, _, height = factories.NUMBER["box"]
    cv2.putText(page, WRITTEN, (x + 20, y + height - 12), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 3)
    factories.upload(app, batch.id, tiff_of([page]), f"{MARKER}.tiff")
    run_sent_tasks(app)
    return batch.id


def test_no_value_is_in_any_line_of_the_log(
    telling_app: Application, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reading, review in the browser, export, a webhook that works and one that fails."""
    app = telling_app
    batch_id = upload_written_form(app)
    endpoint = listen(app, receiver, include_values=True)
    flask_app = compiled_once(app)
    program = Program(flask_app, new_token(app))
    sent = {"action": "correct", "value": MARKER}
    path = "/submissions/1/fields/surname/decisions"
    number = "/submissions/1/fields/number/decisions"
    assert program.post(path, {**sent, "action": MARKER}).status_code >= 400
    assert program.post(path, sent).status_code < 300
    assert program.post(number, {"action": "correct", "value": "123456"}).status_code < 300
    assert review.get_item(app, 1, "surname").current.value == MARKER
    assert MARKER in Visitor(flask_app).get("/review/forms/1").text
    export = exports.request_export(app, batch_id, "csv")
    build_export(app, export.id)
    _, _, chunks = exports.open_export(app, export.id)
    assert MARKER in b"".join(chunks).decode()
    work(app)
    receiver.behave = answers(500, MARKER.encode())
    webhooks.ping(app, endpoint.endpoint.id, ME)
    work(app)
    assert any(MARKER.encode() in each.body for each in receiver.received)
    batches.delete_batch(app, batch_id)
    lines = capsys.readouterr().err
    assert lines.count("\n") > 10 and "request answered" in lines
    for hidden in (MARKER, endpoint.secret, endpoint.secret.removeprefix("whsec_"), program.secret):
        assert hidden not in lines


@pytest.mark.usefixtures("quick_hashes")
def test_no_password_is(telling_app: Application, capsys: pytest.CaptureFixture[str]) -> None:
    make_account(telling_app, "Anna", is_admin=True)
    stranger = Stranger(pages_with_sign_in(telling_app))
    stranger.sign_in("anna", TYPED_PASSWORD)
    # People type it into the wrong box.
    stranger.sign_in(TYPED_PASSWORD, "x")
    assert stranger.sign_in("anna").status_code == 303
    cookie = stranger.cookie()
    stranger.get("/batches/")
    lines = capsys.readouterr().err
    assert "request answered" in lines
    for hidden in (TYPED_PASSWORD, PASSWORD, cookie):
        assert hidden not in lines


def test_an_error_of_the_database_does_not_tell_the_values(app: Application) -> None:
    """Its message goes into the log with its traceback."""
    with pytest.raises(FieldhandError) as caught, app.session() as session:
        session.execute(text("SELECT :value FROM no_such_table"), {"value": MARKER})
    told = "".join(traceback.format_exception(caught.value))
    assert "no such table" in told and MARKER not in told
