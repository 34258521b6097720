"""What all operations have alike: problems, ETags, keys for repeating, stretches, limits."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from forms_app.errors import UserError
from forms_app.request_errors import RequestRunningError
from forms_app.services import exports, idempotency
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.services.idempotency import IdempotentRequest, KeptAnswer
from forms_app.store.base import utc_now
from forms_app.store.models import ApiAnswerRow
from tests.api.program import PREFIX, Program, new_token
from tests.compiled_pages import compiled_once
from tests.factories import draw_blank, make_submission


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/batches/999", 404, "not_found"),
        ("PUT", "/batches", 405, "method_not_allowed"),
        ("GET", "/batches?limit=0", 422, "invalid_request"),
        ("GET", "/batches?after=x", 422, "invalid_request"),
    ],
)
def test_failures_are_problems(
    program: Program, method: str, path: str, status: int, code: str
) -> None:
    answer = program.ask(method, path)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    told = answer.get_json()
    assert (told["status"], told["code"]) == (status, code)
    assert told["type"] == f"urn:fieldhand:problem:{code}"
    assert told["request_id"] == answer.headers["X-Request-ID"]
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_faults_name_their_place(program: Program) -> None:
    answer = program.post("/batches", {"nme": "March", "version_ids": ["x"]})
    assert {fault["place"] for fault in answer.get_json()["faults"]} == {
        "json/name",
        "json/nme",
        "json/version_ids/0",
    }
    for data in (b"{", b'"\\ud800"', b'{"name": "a\\u0000b"}'):
        answer = program.post("/batches", data=data, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422, data
    answer = program.post("/batches", data=b"{}", headers={"Content-Type": "text/plain"})
    assert "application/json" in answer.get_json()["detail"]


def test_a_bug_says_nothing_of_itself(app: Application) -> None:
    broken = compiled_once(replace(app, sessions=None))  # type: ignore[arg-type]
    answer = Program(broken, new_token(app)).get("/batches")
    assert (answer.status_code, answer.get_json()["code"]) == (500, "bug")
    assert "NoneType" not in answer.text


def test_too_much_is_refused_before_it_is_read(app: Application, batch: BatchSummary) -> None:
    small = replace(app, settings=replace(app.settings, max_file_mb=1))
    program = Program(compiled_once(small), new_token(app))
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = program.post(f"/batches/{batch.id}/files", data=bytes(2 << 20), headers=kind)
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")


def test_what_is_known_is_not_sent_again(program: Program, batch: BatchSummary) -> None:
    first = program.get(f"/batches/{batch.id}")
    again = program.get(f"/batches/{batch.id}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    program.post(f"/batches/{batch.id}/files", data={"file": (io.BytesIO(b"x"), "a.pdf")})
    later = program.get(f"/batches/{batch.id}", headers={"If-None-Match": first.headers["ETag"]})
    assert later.status_code == 200


def test_a_draft_is_changed_only_as_it_was_seen(program: Program) -> None:
    blank = {"blank": (io.BytesIO(draw_blank()), "blank.tiff")}
    path = f"/versions/{program.post('/templates/from-blank?name=A', data=blank).get_json()['id']}"
    seen = {"If-Match": program.get(path).headers["ETag"]}
    assert program.ask("PUT", path, json={"fields": []}).status_code == 428
    assert program.ask("PUT", path, json={"fields": []}, headers=seen).status_code == 200
    late = program.ask("PUT", path, json={"fields": []}, headers=seen)
    assert (late.status_code, late.get_json()["code"]) == (412, "changed_since")
    assert program.ask("DELETE", path, headers=seen).status_code == 412
    anything = {"If-Match": "*"}
    assert program.ask("PUT", path, json={"fields": []}, headers=anything).status_code == 200


def test_lists_are_read_in_stretches(
    app: Application, program: Program, batch: BatchSummary
) -> None:
    ids = [make_submission(app, batch.id, name=f"{number}.png") for number in range(5)]
    found, address = [], f"/batches/{batch.id}/submissions?limit=2"
    while address:
        told = program.get(address).get_json()
        found.append([form["id"] for form in told["items"]])
        address = told["next"] and told["next"].removeprefix(PREFIX)
    assert found == [ids[:2], ids[2:4], ids[4:]]


def test_a_request_with_a_key_is_carried_out_once(
    app: Application, program: Program, batch: BatchSummary
) -> None:
    key = {"Idempotency-Key": "week-12"}
    path = f"/batches/{batch.id}/exports"
    first = program.post(path, {"format": "csv"}, headers=key)
    again = program.post(path, {"format": "csv"}, headers=key)
    assert first.status_code == again.status_code == 202
    assert first.get_json() == again.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    assert len(exports.list_exports(app, batch.id)) == 1
    other = program.post(path, {"format": "json"}, headers=key)
    assert (other.status_code, "another request" in other.text) == (422, True)


def test_a_form_with_a_key_is_known_again(program: Program, batch: BatchSummary) -> None:
    """Its boundary differs."""
    answers = [
        program.post(
            f"/batches/{batch.id}/files",
            data={"file": (io.BytesIO(content), "a.tiff")},
            headers={"Idempotency-Key": "a"},
        )
        for content in (draw_blank(), draw_blank(), b"something else")
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 422]
    assert answers[0].get_json() == answers[1].get_json()


def test_what_fails_may_be_tried_again_under_its_key(program: Program) -> None:
    key = {"Idempotency-Key": "a"}
    for _ in range(2):
        answer = program.post("/batches", {"name": "A", "version_ids": [999]}, headers=key)
        assert answer.status_code == 404
    assert program.post("/batches", {"name": "A"}, headers=key).status_code == 422


def test_of_two_at_once_one_is_carried_out(any_app: Application) -> None:
    new_token(any_app)
    request = IdempotentRequest(1, "key", "hash")
    barrier, claimed = Barrier(4), []

    def ask() -> None:
        barrier.wait()
        try:
            claimed.append(idempotency.claim(any_app, request))
        except RequestRunningError as error:
            claimed.append(error)

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert claimed.count(None) == 1 and len(claimed) == 4
    answer = KeptAnswer(201, {"Location": "/there"}, "{}")
    idempotency.keep(any_app, request, answer)
    assert idempotency.claim(any_app, request) == answer


def test_claims_of_the_dead_are_taken_over_and_answers_are_forgotten(any_app: Application) -> None:
    new_token(any_app)
    request = IdempotentRequest(1, "key", "hash")
    assert idempotency.claim(any_app, request) is None
    with any_app.session() as session:
        earlier = utc_now() - timedelta(minutes=3)
        session.execute(update(ApiAnswerRow).values(created_at=earlier))
    assert idempotency.claim(any_app, request) is None
    with pytest.raises(RequestRunningError):
        idempotency.claim(any_app, request)
    with any_app.session() as session:
        session.execute(update(ApiAnswerRow).values(created_at=utc_now() - timedelta(hours=25)))
    assert idempotency.claim(any_app, IdempotentRequest(1, "other", "hash")) is None
    with any_app.session() as session:
        assert session.scalar(select(func.count()).select_from(ApiAnswerRow)) == 1
    for key in ("", "x" * 256, "ä"):
        with pytest.raises(UserError):
            idempotency.claim(any_app, IdempotentRequest(1, key, "hash"))


@pytest.fixture
def hurried(app: Application) -> Iterator[Flask]:
    """Takes three requests a minute of each token."""
    yield compiled_once(replace(app, settings=replace(app.settings, api_requests_per_minute=3)))


def test_each_token_has_its_limit(app: Application, hurried: Flask) -> None:
    program, other = Program(hurried, new_token(app)), Program(hurried, new_token(app))
    answers = [program.get("/me") for _ in range(8)]
    assert [answer.status_code for answer in answers[:3]] == [200, 200, 200]
    assert answers[0].headers["RateLimit-Policy"] == '"token";q=3;w=60'
    assert answers[0].headers["RateLimit"].startswith('"token";r=2;t=')
    refused = answers[-1]
    assert (refused.status_code, refused.get_json()["code"]) == (429, "too_many_requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert other.get("/me").status_code == 200


@pytest.mark.redis
def test_several_web_servers_count_together(app: Application, redis_url: str) -> None:
    settings = replace(app.settings, broker_url=redis_url, api_requests_per_minute=3)
    secret = new_token(app)
    servers = [Program(compiled_once(replace(app, settings=settings)), secret) for _ in range(2)]
    statuses = [server.get("/me").status_code for _ in range(4) for server in servers]
    assert statuses[:3] == [200, 200, 200] and statuses[-1] == 429


def test_requests_are_not_counted_while_the_broker_is_away(app: Application) -> None:
    settings = replace(app.settings, broker_url="redis://127.0.0.1:9/0")
    program = Program(compiled_once(replace(app, settings=settings)), new_token(app))
    answer = program.get("/me")
    assert answer.status_code == 200
    assert "RateLimit" not in answer.headers
