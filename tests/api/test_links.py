"""Links that show a picture to whoever has them: what they show, and all that ends them."""

from __future__ import annotations

import io
import time
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from forms_app.services import audit_log, erasure
from forms_app.services.application import Application
from forms_app.services.audit_log import EVERYTHING
from forms_app.services.images import decode_grey
from forms_app.services.projects import create_project
from forms_app.store.base import utc_now
from forms_app.store.models import (
    LOCAL_USER_ID,
    ApiTokenRow,
    BatchRow,
    MembershipRow,
    PageRow,
    UserRow,
)
from forms_app.store.states import Role
from tests import factories
from tests.accounts import make_account
from tests.api.program import Program, new_token
from tests.compiled_pages import compiled_once
from tests.services.test_redaction import FIELDS, WITHIN
from tests.web.signing_in import pages_with_sign_in

FIELD = "/submissions/1/fields/surname/links"
PAGE = "/pages/1/links"
ENDED = "This link does not work (any more)"


@pytest.fixture
def form(app: Application) -> int:
    """A read form with a sensitive field, `surname`, on page 1."""
    return factories.make_submission(app, factories.make_batch(app, FIELDS).id)


@pytest.fixture
def pages(app: Application, form: int) -> Flask:
    """Where people have to sign in."""
    return pages_with_sign_in(app)


@pytest.fixture
def anna(app: Application) -> int:
    """A reviewer, who may see sensitive fields."""
    return make_account(app, roles=[Role.REVIEWER])


@pytest.fixture
def program(app: Application, pages: Flask, anna: int) -> Program:
    return Program(pages, _token_of(app, anna))


def _token_of(
    app: Application, user_id: int, scopes: tuple[str, ...] = ("see", "see_sensitive")
) -> str:
    return new_token(app, scopes, user_id)


def link(program: Program, address: str, **sent: Any) -> str:
    """The path of a new link."""
    answer = program.post(address, sent)
    assert answer.status_code == 201, answer.text
    url: str = answer.get_json()["url"]
    assert url.startswith("http://localhost/images/")
    return url.removeprefix("http://localhost")


def follow(pages: Flask, path: str, **headers: str) -> TestResponse:
    """As an `<img>` of another system does, without a session or token."""
    return pages.test_client().get(path, headers={"Accept": "image/*", **headers}, buffered=True)


def refused(answer: TestResponse) -> bool:
    """Whether it is told that the link does not work, and nothing else."""
    told = answer.get_json()
    return (
        answer.status_code,
        answer.mimetype,
        told["code"],
        told["detail"].partition(":")[0],
    ) == (
        410,
        "application/problem+json",
        "image_link",
        ENDED,
    )


def test_a_link_shows_its_picture_without_a_session_or_token(
    app: Application, program: Program, pages: Flask
) -> None:
    for address, same in (
        (FIELD, "/submissions/1/fields/surname/image"),
        (PAGE, "/pages/1/image"),
    ):
        answer = follow(pages, link(program, address))
        assert (answer.status_code, answer.mimetype) == (200, "image/png")
        assert answer.data == program.get(same).data
        said = answer.headers
        assert said["Referrer-Policy"] == "no-referrer"
        assert said["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert said["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in said and "Access-Control-Allow-Origin" not in said
        assert said["Cache-Control"] == "private, max-age=60"
    # Where nobody has to sign in, too; and a scan.
    open_pages = compiled_once(app)
    local = Program(open_pages, new_token(app))
    local.ask("PUT", "/pages/1/scan", data={"file": (io.BytesIO(factories.draw_blank()), "a.tiff")})
    answer = follow(open_pages, link(local, PAGE, picture="scan"))
    assert answer.data == local.get("/pages/1/scan").data
    assert answer.mimetype == "image/jpeg"


def test_it_ends(program: Program, pages: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    usual, long, short = (
        link(program, PAGE, **s) for s in ({}, {"seconds": 3600}, {"seconds": 10})
    )
    [kept] = [follow(pages, short).cache_control.max_age]
    assert kept is not None and 0 < kept <= 10
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 301)
    assert refused(follow(pages, usual)) and refused(follow(pages, short))
    assert follow(pages, usual).headers["Cache-Control"] == "no-store"
    assert follow(pages, long).status_code == 200
    monkeypatch.setattr(time, "time", lambda: now + 3601)
    assert refused(follow(pages, long))
    for wrong in (9, 3601, 0, -1, "60", None):
        assert program.post(PAGE, {"seconds": wrong}).status_code == 422, wrong


def test_an_altered_link_tells_nothing(app: Application, program: Program, pages: Flask) -> None:
    whole = link(program, PAGE)
    said, _, signature = whole.rpartition(".")
    other = follow(pages, link(program, FIELD)).request.path.rpartition("/")[2].partition(".")[0]
    strange = [f"{said}.{'A' + signature[1:]}", said, f"{said}.", f"/images/{other}.{signature}"]
    start = len("/images/")
    strange += [f"{whole[:at]}~{whole[at + 1 :]}" for at in range(start, len(said))]
    strange += ["/images/x", "/images/.", "/images/%00.%ff", f"/images/{signature}"]
    for path in set(strange) - {whole}:
        assert refused(follow(pages, path)), path
    elsewhere = compiled_once(replace(app, settings=replace(app.settings, secret_key="another")))
    assert refused(follow(elsewhere, whole))
    assert follow(pages, whole).status_code == 200


def change(app: Application, table: Any, **values: Any) -> dict[str, Any]:
    """In all rows; gives what was there before."""
    with app.session() as session:
        row = session.query(table).first()
        before = {name: getattr(row, name) for name in values}
        session.execute(update(table).values(**values))
        return before


def test_it_shows_no_more_than_its_maker_may_see_then(
    app: Application, program: Program, pages: Flask
) -> None:
    paths = [link(program, FIELD), link(program, PAGE)]
    other_id = create_project(app, "Other", LOCAL_USER_ID)
    for table, values, field, page in (
        (UserRow, {"disabled_at": utc_now()}, 410, 410),
        (ApiTokenRow, {"revoked_at": utc_now()}, 410, 410),
        (ApiTokenRow, {"expires_at": utc_now()}, 410, 410),
        (ApiTokenRow, {"scopes": ["review"]}, 410, 410),
        (MembershipRow, {"project_id": other_id}, 410, 410),
        # Of the sensitive field alone, which is covered on the page.
        (ApiTokenRow, {"scopes": ["see"]}, 410, 200),
        (MembershipRow, {"role": Role.OPERATOR}, 410, 200),
    ):
        before = change(app, table, **values)
        answers = [follow(pages, path) for path in paths]
        assert [answer.status_code for answer in answers] == [field, page], values
        assert all(answer.status_code == 200 or refused(answer) for answer in answers)
        if page == 200:
            assert decode_grey(answers[1].data)[WITHIN] == 128
        change(app, table, **before)
    assert [follow(pages, path).status_code for path in paths] == [200, 200]


def test_nobody_makes_a_link_to_what_they_may_not_see(
    app: Application, pages: Flask, anna: int
) -> None:
    narrow = Program(pages, _token_of(app, anna, ("see",)))
    assert narrow.post(FIELD, {}).status_code == 403
    assert narrow.post("/submissions/1/fields/number/links", {}).status_code == 201
    assert narrow.post("/submissions/1/fields/nothing/links", {}).status_code == 404
    assert decode_grey(follow(pages, link(narrow, PAGE)).data)[WITHIN] == 128
    assert Program(pages, _token_of(app, anna, ("review",))).post(PAGE, {}).status_code == 403


def test_what_is_of_another_project_or_gone_is_not_there(
    app: Application, program: Program, pages: Flask
) -> None:
    paths = [link(program, FIELD), link(program, PAGE)]
    other_id = create_project(app, "Other", LOCAL_USER_ID)
    change(app, BatchRow, project_id=other_id)
    assert [follow(pages, path).status_code for path in paths] == [404, 404]
    assert [program.post(path, {}).status_code for path in (FIELD, PAGE)] == [404, 404]
    change(app, BatchRow, project_id=1)
    change(app, PageRow, picture_deleted_at=utc_now(), aligned_hash=None)
    told = [follow(pages, path).get_json() for path in paths]
    assert [(each["status"], each["code"]) for each in told] == [(404, "deleted")] * 2
    erasure.erase(app, 1, "Asked for.", LOCAL_USER_ID, 9)
    assert [follow(pages, path).status_code for path in paths] == [404, 404]


def test_where_people_sign_in_the_links_of_nobody_end(app: Application, form: int) -> None:
    pages = compiled_once(app)
    path = link(Program(pages, new_token(app)), PAGE)
    assert follow(pages, path).status_code == 200
    # As behind a proxy on the same machine.
    assert refused(follow(pages, path, **{"X-Forwarded-For": "203.0.113.1"}))


def test_it_is_written_down_who_hands_out_and_what_is_seen(
    app: Application, program: Program, pages: Flask, anna: int
) -> None:
    path = link(program, FIELD, seconds=60)
    for _ in range(2):
        follow(pages, path)
    seen, shared = audit_log.list_events(app, EVERYTHING, 2)
    assert (seen.verb, seen.subject_type, seen.subject_id) == ("see", "submission", 1)
    assert (shared.verb, shared.subject_type, shared.subject_id) == ("share", "submission", 1)
    assert seen.user_id == shared.user_id == anna
    assert shared.detail == {"picture": "field", "field": "surname", "seconds": 60, "token": 1}


def test_links_are_limited_apart_from_their_program(app: Application, form: int) -> None:
    limited = replace(app, settings=replace(app.settings, api_requests_per_minute=3))
    pages = compiled_once(limited)
    program = Program(pages, new_token(app))
    path = link(program, PAGE)
    answers = [follow(pages, path) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert program.get("/me").status_code == 200
