"""Who gets in: tokens, scopes, projects, and browsers that try the docs."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from forms_app.api.resources import BLUEPRINTS
from forms_app.errors import NotFoundError, UserError
from forms_app.request_errors import TokenRefusedError
from forms_app.services import actors, api_tokens
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.services.people import add_person
from forms_app.services.projects import create_project
from forms_app.services.token_owners import owner_named
from forms_app.store.base import utc_now
from forms_app.store.models import LOCAL_USER_ID, ApiTokenRow, BatchRow, ProjectRow, UserRow
from tests.accounts import make_account
from tests.api.program import PREFIX, Program, new_token
from tests.compiled_pages import compiled_once


def test_the_secret_is_shown_once_and_kept_as_a_hash(any_app: Application) -> None:
    owner = actors.local_actor(any_app, LOCAL_USER_ID)
    made = api_tokens.create_token(any_app, owner, "scanner", ["see", "intake"], days=30)
    assert re.fullmatch(r"fh_[A-Za-z0-9_-]{43}", made.secret)
    assert made.info.state == "active"
    assert made.info.scopes == ("intake", "see")
    with any_app.session() as session:
        row = session.get_one(ApiTokenRow, made.info.id)
        assert made.secret not in (row.token_hash, row.name)
    [listed] = api_tokens.list_tokens(any_app, LOCAL_USER_ID)
    assert listed == made.info


def test_a_use_is_noted_once_a_minute(any_app: Application) -> None:
    secret = new_token(any_app)
    api_tokens.bearer_of(any_app, secret)
    [first] = api_tokens.list_tokens(any_app)
    api_tokens.bearer_of(any_app, secret)
    [second] = api_tokens.list_tokens(any_app)
    assert first.last_used_at == second.last_used_at is not None
    with any_app.session() as session:
        session.execute(update(ApiTokenRow).values(last_used_at=utc_now() - timedelta(minutes=2)))
    api_tokens.bearer_of(any_app, secret)
    [third] = api_tokens.list_tokens(any_app)
    assert third.last_used_at is not None
    assert third.last_used_at >= second.last_used_at


@pytest.mark.parametrize("change", ["expired", "revoked", "disabled", "archived"])
def test_a_token_ends(app: Application, change: str) -> None:
    secret = new_token(app)
    [known] = api_tokens.list_tokens(app)
    with app.session() as session:
        if change == "expired":
            session.get_one(ApiTokenRow, known.id).expires_at = utc_now()
        elif change == "disabled":
            session.get_one(UserRow, LOCAL_USER_ID).disabled_at = utc_now()
        elif change == "archived":
            session.get_one(ProjectRow, 1).archived_at = utc_now()
    if change == "revoked":
        api_tokens.revoke_token(app, known.id, actors.local_actor(app, LOCAL_USER_ID))
    with pytest.raises(TokenRefusedError):
        api_tokens.bearer_of(app, secret)


def test_a_token_does_no_more_than_its_person(app: Application) -> None:
    person = add_person(app, "Ada")  # A reviewer.
    with app.session() as session:
        actor = actors.actor_of(session, session.get_one(UserRow, person.id))
    with pytest.raises(UserError, match="no more than the person"):
        api_tokens.create_token(app, actor, "mine", ["see", "design"])
    with pytest.raises(UserError, match="not fly"):
        api_tokens.create_token(app, actor, "mine", ["fly"])
    with pytest.raises(UserError, match="what the token may do"):
        api_tokens.create_token(app, actor, "mine", [])
    with pytest.raises(UserError, match="1 to 3650 days"):
        api_tokens.create_token(app, actor, "mine", ["see"], days=0)
    new_token(app)
    [others] = api_tokens.list_tokens(app)
    with pytest.raises(NotFoundError):
        api_tokens.revoke_token(app, others.id, actor)


def test_owners_are_named_by_login_name_and_project(app: Application) -> None:
    person = add_person(app, "Ada")  # Has a role in the first project alone.
    other_id = create_project(app, "Other", LOCAL_USER_ID)
    assert owner_named(app).user_id == LOCAL_USER_ID
    assert owner_named(app, project="other").project_id == other_id
    assert owner_named(app, "ada").user_id == person.id
    with pytest.raises(NotFoundError, match="nobody called Bob"):
        owner_named(app, "Bob")
    with pytest.raises(NotFoundError, match="no project called North"):
        owner_named(app, project="North")
    with pytest.raises(UserError, match="Ada has no part in the project Other"):
        owner_named(app, "ada", "Other")


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer fh_wrong", "Basic fh_wrong"])
def test_without_a_token_nobody_gets_in(flask_app: Flask, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    for method, path in (("GET", "/batches"), ("POST", "/batches"), ("GET", "/batches/1")):
        answer = flask_app.test_client().open(PREFIX + path, method=method, headers=headers)
        assert answer.status_code == 401
        assert answer.mimetype == "application/problem+json"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
        assert answer.get_json()["code"] == "token_refused"


def test_a_browser_may_try_what_changes_nothing(flask_app: Flask) -> None:
    browser = flask_app.test_client()
    found = re.search(r'name="csrf-token" content="([^"]+)"', browser.get("/batches/new").text)
    assert found
    headers = {"X-CSRFToken": found[1]}
    assert browser.get(f"{PREFIX}/batches", headers=headers).status_code == 200
    assert browser.get(f"{PREFIX}/batches").status_code == 401
    assert browser.post(f"{PREFIX}/batches", headers=headers, json={}).status_code == 401


def test_scopes_narrow(app: Application, flask_app: Flask, form_id: int) -> None:
    program = Program(flask_app, new_token(app, ["see"]))
    assert program.get(f"/submissions/{form_id}").status_code == 200
    answer = program.post(f"/submissions/{form_id}/fields/number/decisions", {"action": "blank"})
    assert answer.status_code == 403
    assert answer.get_json()["code"] == "forbidden"


def test_what_is_of_another_project_is_not_there(
    app: Application, program: Program, batch: BatchSummary, form_id: int
) -> None:
    with app.session() as session:
        session.add(ProjectRow(id=2, name="Other"))
        session.flush()
        session.get_one(BatchRow, batch.id).project_id = 2
    gone = program.get("/batches/999").get_json()
    for method, path in (
        ("GET", f"/batches/{batch.id}"),
        ("DELETE", f"/batches/{batch.id}"),
        ("GET", f"/submissions/{form_id}"),
    ):
        answer = program.ask(method, path)
        assert answer.status_code == 404, path
    told = program.get(f"/batches/{batch.id}").get_json()
    assert told | {"request_id": ""} == gone | {"request_id": ""}


def test_every_address_of_the_api_checks_who_asks(flask_app: Flask) -> None:
    mine = {blueprint.name for blueprint in BLUEPRINTS}
    browser = flask_app.test_client()
    for rule in flask_app.url_map.iter_rules():
        if rule.rule.startswith(f"{PREFIX}/"):
            assert rule.endpoint.partition(".")[0] in mine, rule
            address = re.sub(r"<[^>]+>", "1", rule.rule)
            for method in rule.methods or ():
                assert browser.open(address, method=method).status_code == 401


def test_tokens_work_where_people_sign_in(app: Application) -> None:
    settings = replace(app.settings, sign_in="required")
    flask_app = compiled_once(replace(app, settings=settings))
    person = make_account(app, is_admin=True)
    program = Program(flask_app, new_token(app, user_id=person))
    stranger = flask_app.test_client()
    assert program.get("/me").get_json()["user_id"] == person
    assert program.get("/nothing").status_code == 404
    assert stranger.get("/api/openapi.json").status_code == 200
    assert stranger.get("/api/docs").status_code == 303
    page = stranger.get("/sign-in").text
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    headers = {"X-CSRFToken": found[1]} if found else {}
    answer = stranger.get(f"{PREFIX}/batches", headers=headers)
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    answer = stranger.get(f"{PREFIX}/nothing")
    assert answer.mimetype == "application/problem+json"


def test_where_people_sign_in_a_token_is_somebodys(app: Application) -> None:
    guarded = replace(app, settings=replace(app.settings, sign_in="required"))
    of_nobody = Program(compiled_once(guarded), new_token(app))
    refused = of_nobody.get("/me")
    assert refused.status_code == 401
    assert "--user LOGIN" in refused.get_json()["detail"]
    with pytest.raises(UserError, match="add --user"):
        owner_named(guarded)
