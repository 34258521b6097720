"""Every operation against scopes and projects: nobody does more than their token says, and nobody
learns what there is in another project."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask

from forms_app.api.document import document
from forms_app.services import (
    actors,
    api_tokens,
    export_presets,
    exports,
    review_notes,
    webhooks,
)
from forms_app.services.application import Application
from forms_app.services.dto.export_choices import PLAIN
from forms_app.services.dto.review import ItemKey
from forms_app.services.dto.webhooks import EndpointWish
from forms_app.services.people import add_person
from forms_app.services.permissions import ALLOWED, Permission
from forms_app.services.projects import create_project, project_called
from forms_app.services.resumable_uploads import start_upload
from forms_app.services.template_health import registration_test
from forms_app.store.models import (
    LOCAL_USER_ID,
    MAIN_PROJECT_ID,
    MembershipRow,
    UserRow,
)
from forms_app.store.states import Role
from tests.api.program import PREFIX, Program, new_token
from tests.compiled_pages import compiled_once
from tests.factories import make_batch, make_delivery, make_submission
from tests.prepared_apps import copy_of, prepare_once

UPLOAD = "known-upload"
TUS = {"Tus-Resumable": "1.0.0"}
NOT_OF_A_PROJECT = {"token_id"}


class Operation(NamedTuple):
    """What is asked, and the permission that it takes."""

    name: str
    method: str
    path: str
    permission: Permission | None

    @property
    def ids(self) -> set[str]:
        """Of things that belong to a project; of administrators' a test below takes care."""
        if self.permission is Permission.ADMINISTER:
            return set()
        return set(re.findall(r"{(\w+_id)}", self.path)) - NOT_OF_A_PROJECT

    @property
    def address(self) -> str:
        """With ids of what there is."""
        known = self.path.removeprefix(PREFIX).replace("{upload_id}", UPLOAD)
        return re.sub(r"{\w+}", "1", known.replace("{field_name}", "number"))


def _operations() -> Iterator[Operation]:
    for path, item in document()["paths"].items():
        for method, told in item.items():
            if isinstance(told, dict):
                [scopes] = [each["token"] for each in told["security"]]
                permission = Permission(scopes[0]) if scopes else None
                yield Operation(told["operationId"], method.upper(), path, permission)


OPERATIONS = tuple(_operations())


def _make(app: Application) -> None:
    batch = make_batch(app)
    form = make_submission(app, batch.id)
    review_notes.refer(app, ItemKey(form, "number"), "Is this a 1?", LOCAL_USER_ID)
    start_upload(app, batch.id, "scan.pdf", 9, upload_id=UPLOAD)
    registration_test(app, batch.version_id)
    exports.request_export(app, batch.id, "csv")
    export_presets.save_preset(app, batch.template_id, "Ours", "csv", PLAIN)
    make_delivery(app, batch.id)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Application]:
    prepared = prepare_once(tmp_path_factory.mktemp("prepared"), migrated_sqlite, _make)
    with copy_of(prepared, tmp_path_factory.mktemp("asked") / "copy") as application:
        yield application


@pytest.fixture(scope="module")
def flask_app(app: Application) -> Flask:
    return compiled_once(app)


@pytest.fixture(scope="module")
def stranger(app: Application, flask_app: Flask) -> Program:
    """Has every role in another project."""
    person, project_id = add_person(app, "Ada"), create_project(app, "Other", LOCAL_USER_ID)
    with app.session() as session:
        for role in Role:
            session.add(MembershipRow(user_id=person.id, project_id=project_id, role=role))
        session.flush()
        actor = actors.actor_of(session, session.get_one(UserRow, person.id), project_id)
    scopes = frozenset().union(*ALLOWED.values())
    return Program(flask_app, api_tokens.create_token(app, actor, "x", scopes).secret)


@pytest.fixture(scope="module")
def narrowed(app: Application, flask_app: Flask) -> dict[Permission, Program]:
    """By permission a program of the administrator's that may do all but that."""
    return {
        left_out: Program(
            flask_app, new_token(app, [each for each in Permission if each != left_out])
        )
        for left_out in Permission
    }


def test_what_is_of_another_project_is_not_there(stranger: Program) -> None:
    for operation in OPERATIONS:
        if operation.ids:
            answer = stranger.ask(operation.method, operation.address, headers=TUS)
            assert answer.status_code == 404, (operation.name, answer.text)


def test_lists_hold_nothing_of_another_project(stranger: Program) -> None:
    for path in ("/batches", "/templates"):
        assert stranger.get(path).get_json()["items"] == []
    assert stranger.get("/figures").get_json()["lines"] == []


def test_ids_in_bodies_are_not_there_either(stranger: Program) -> None:
    answer = stranger.post("/batches", {"name": "Mine", "version_ids": [1]})
    assert answer.status_code == 404
    assert stranger.post("/templates?template_id=1", data={}).status_code in (404, 422)
    assert stranger.get("/figures?batch_id=1").status_code == 404


def test_every_operation_asks_for_its_scope(narrowed: dict[Permission, Program]) -> None:
    for operation in OPERATIONS:
        if operation.permission is not None:
            program = narrowed[operation.permission]
            answer = program.ask(operation.method, operation.address, headers=TUS)
            assert answer.status_code == 403, (operation.name, answer.text)


def test_only_these_need_no_scope() -> None:
    free = {operation.name for operation in OPERATIONS if operation.permission is None}
    assert free == {"getMe", "getHealth", "listTokens", "revokeToken"}


def test_administrators_too_work_in_the_project_of_their_token(
    app: Application, flask_app: Flask, stranger: Program
) -> None:
    wish = EndpointWish("Accounting", "https://example.org/", ["batch.created"])
    known = webhooks.create_endpoint(app, MAIN_PROJECT_ID, wish, LOCAL_USER_ID).endpoint
    elsewhere = actors.local_actor(app, LOCAL_USER_ID, project_called(app, "Other"))
    secret = api_tokens.create_token(app, elsewhere, "x", ["administer", "see"]).secret
    program = Program(flask_app, secret)
    assert program.get(f"/webhooks/{known.id}").status_code == 404
    assert program.get("/webhooks").get_json()["items"] == []
    assert program.ask("DELETE", "/deliveries/1").status_code == 404
    assert program.post("/delivery-runs/1/retry").status_code == 404
    assert program.ask("DELETE", "/sources/1").status_code == 404
    work = {"subject": "export", "id": 1}
    assert program.post("/operations/stop", work).status_code == 404
    assert program.post("/batches/1/retry-failed", {"subject": "page"}).status_code == 404
    wish = {"name": "Ours", "rhythm": "day", "place": "/nowhere", "batch_id": 1}
    assert program.post("/deliveries", wish).status_code == 404
    assert program.get("/batches/1").status_code == 404


def test_nobody_revokes_anothers_token(stranger: Program, app: Application) -> None:
    new_token(app)
    [known, *_] = api_tokens.list_tokens(app, LOCAL_USER_ID)
    assert stranger.ask("DELETE", f"/tokens/{known.id}").status_code == 404
    assert stranger.get("/users").status_code == 403
