"""Networks and servers that fail, and what the client makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from werkzeug.wrappers import Response

from forms_app.client import (
    AnswerNotUnderstoodError,
    Client,
    ConflictError,
    FileChangedError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
    Retries,
    ServerFaultError,
    TokenRefusedError,
    TooManyRequestsError,
    UnreachableError,
    UploadBrokenError,
    WaitedTooLongError,
    uploading,
)
from forms_app.services.application import Application
from tests.api.program import new_token
from tests.client.troubled import SOON, Troubled, served
from tests.factories import draw_blank, make_batch, make_submission

NEVER_AGAIN = Retries(attempts=1)


@pytest.fixture
def batch_id(app: Application) -> int:
    return make_batch(app).id


@pytest.fixture
def scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of five pieces."""
    path = tmp_path / "Müller.tiff"
    path.write_bytes(draw_blank())
    monkeypatch.setattr(uploading, "PIECE_BYTES", -(-path.stat().st_size // 5))
    return path


@pytest.mark.parametrize("trouble", ["lose request", "lose answer"])
def test_a_batch_is_made_once_whatever_is_lost(
    client: Client, network: Troubled, batch_id: int, trouble: str
) -> None:
    network.troubles["POST"] = [trouble]
    made = client.batches.create("Lost", takes_any=True)
    assert [each.id for each in client.batches.list()] == [made.id, batch_id]


def test_a_key_of_ones_own_gives_the_batch_of_before(client: Client, batch_id: int) -> None:
    version_id = client.batches.get(batch_id).version_id
    first = client.batches.create("Week 12", [version_id], key="week-12")
    assert client.batches.create("Week 12", [version_id], key="week-12").id == first.id
    with pytest.raises(RefusedError, match="Idempotency-Key"):
        client.batches.create("Week 13", [version_id], key="week-12")


def test_what_was_deleted_by_a_lost_request_is_deleted(
    client: Client, network: Troubled, batch_id: int
) -> None:
    network.troubles["DELETE"] = ["lose answer"]
    client.batches.delete(batch_id)
    assert list(client.batches.list()) == []
    with pytest.raises(NotFoundError):
        client.batches.delete(batch_id)


def test_a_busy_server_is_asked_again(client: Client, network: Troubled) -> None:
    busy = Response(status=503, headers={"Retry-After": "0"})
    network.troubles["GET"] = [busy, Response(status=429, headers={"Retry-After": "0"}), busy]
    assert client.health().database
    assert network.count("GET", "/health") == 4


def test_a_server_that_stays_busy_is_an_error(client: Client, network: Troubled) -> None:
    network.troubles["GET"] = [Response(status=503)] * SOON.attempts
    with pytest.raises(ServerFaultError, match="503") as caught:
        client.health()
    assert caught.value.status == 503


def test_who_is_to_wait_long_is_told(client: Client, network: Troubled) -> None:
    network.troubles["GET"] = [Response(status=429, headers={"Retry-After": "60"})]
    with pytest.raises(TooManyRequestsError) as caught:
        client.me()
    assert caught.value.problem.retry_after_s == 60
    assert network.count("GET", "/me") == 1


def test_taking_back_is_never_sent_twice(
    app: Application, client: Client, network: Troubled, batch_id: int
) -> None:
    form_id = make_submission(app, batch_id)
    client.submissions.decide(form_id, "surname", "blank")
    client.submissions.decide(form_id, "surname", "correct", "MILLER")
    network.troubles["DELETE"] = ["lose answer"]
    with pytest.raises(UnreachableError):
        client.submissions.undo(form_id, "surname")
    decision = client.submissions.field(form_id, "surname").decision
    assert decision is not None
    assert decision.action == "blank"


def test_an_upload_survives_what_breaks(
    client: Client, network: Troubled, batch_id: int, scan: Path
) -> None:
    network.troubles["POST"] = ["lose answer"]
    network.troubles["PATCH"] = ["", "lose request", "lose answer", Response(status=460), ""]
    told: list[tuple[int, int]] = []
    file = client.files.upload(batch_id, scan, progress=lambda *now: told.append(now))
    assert file is not None
    size = scan.stat().st_size
    assert (file.name, file.size, file.state) == ("Müller.tiff", size, "uploaded")
    assert [all_ for _, all_ in told] == [size] * 5
    assert [now for now, _ in told] == sorted(now for now, _ in told)
    assert told[-1] == (size, size)
    assert len(list(client.files.list(batch_id))) == 1


def test_a_broken_upload_goes_on_later(
    app: Application, url: str, network: Troubled, batch_id: int, scan: Path
) -> None:
    with Client(url, new_token(app), retries=NEVER_AGAIN) as client:
        network.troubles["PATCH"] = ["", "", "lose request"]
        with pytest.raises(UploadBrokenError, match="have arrived") as caught:
            client.files.upload(batch_id, scan)
        assert 0 < caught.value.received < scan.stat().st_size
        before = network.count("PATCH", caught.value.upload_id)
        file = client.files.upload(batch_id, scan, upload_id=caught.value.upload_id)
    assert file is not None
    assert file.size == scan.stat().st_size
    assert network.count("PATCH", caught.value.upload_id) - before == 3


def test_a_forgotten_upload_is_gone(
    app: Application, client: Client, network: Troubled, batch_id: int, scan: Path
) -> None:
    network.troubles["PATCH"] = ["lose request"] * SOON.attempts
    with pytest.raises(UploadBrokenError) as caught:
        client.files.upload(batch_id, scan)
    scan.write_bytes(scan.read_bytes()[:-1])
    with pytest.raises(FileChangedError, match="not the file of"):
        client.files.upload(batch_id, scan, upload_id=caught.value.upload_id)
    client.files.forget_upload(caught.value.upload_id)
    with pytest.raises(NotFoundError):
        client.files.upload(batch_id, scan, upload_id=caught.value.upload_id)


def test_waiting_asks_by_etag_and_ends(
    client: Client, network: Troubled, batch_id: int, scan: Path
) -> None:
    # Nobody works, so that it stays as it is.
    client.files.upload_small(batch_id, scan)
    told: list[str] = []
    with pytest.raises(WaitedTooLongError, match="not ready within"):
        client.batches.wait_until_read(batch_id, 0.3, lambda batch: told.append(batch.state))
    assert told == ["reading"]
    statuses = [status for _, path, status in network.seen if path.endswith(f"/{batch_id}")]
    assert statuses == [200] + [304] * (len(statuses) - 1)
    assert len(statuses) > 1


def test_problems_are_errors_of_their_own(
    app: Application, client: Client, url: str, batch_id: int
) -> None:
    with pytest.raises(NotFoundError) as missing:
        client.batches.get(4711)
    assert missing.value.request_id
    with pytest.raises(RefusedError) as refused:
        client.batches.create("")
    assert [fault.place for fault in refused.value.problem.faults] == ["json/name"]
    assert "json/name" in str(refused.value)
    with pytest.raises(TokenRefusedError), Client(url, "fh_wrong") as stranger:
        stranger.me()
    with pytest.raises(NotAllowedError), Client(url, new_token(app, ["see"])) as looker:
        looker.batches.delete(batch_id)
    form_id = make_submission(app, batch_id)
    client.submissions.decide(form_id, "surname", "confirm")
    with pytest.raises(ConflictError):
        client.templates.publish(client.batches.get(batch_id).version_id)


def test_somebody_else_at_the_address_is_noticed(tmp_path: Path) -> None:
    with (
        served(Response("<p>A router.</p>", mimetype="text/html")) as url,
        Client(url, "fh_token") as client,
        pytest.raises(AnswerNotUnderstoodError, match="is this the API"),
    ):
        client.me()
    with (
        served(Response('{"user_id": "one"}', mimetype="application/json")) as url,
        Client(url, "fh_token") as client,
        pytest.raises(AnswerNotUnderstoodError, match=r"answer\.user_id is not what was expected"),
    ):
        client.me()


def test_nobody_at_the_address_is_unreachable() -> None:
    with served(Response()) as url:
        pass
    with Client(url, "fh_token", retries=SOON) as client, pytest.raises(UnreachableError):
        client.me()
    for wrong in ("127.0.0.1:8080", "ftp://forms.example.org"):
        with pytest.raises(ValueError, match="https://HOST"):
            Client(wrong, "fh_token")
    with pytest.raises(ValueError, match="fh_"):
        Client(url, "fh_\nInjected: yes")
