"""Every operation of the API for each role, with tokens that may do all that their person may.

What an operation would do is exchanged for saying that it was reached, so that who may is asked of
as well as who may not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from werkzeug.routing import IntegerConverter
from werkzeug.routing import Rule as Route

from forms_app.services import actors, api_tokens, projects
from forms_app.services.application import Application
from forms_app.services.permissions import ALLOWED, Permission, permissions_of
from forms_app.services.project_of import Kind
from forms_app.store.models import LOCAL_USER_ID, MAIN_PROJECT_ID, UserRow
from forms_app.store.states import Role
from tests.accounts import make_account
from tests.api.program import PREFIX, Program
from tests.compiled_pages import compiled_once
from tests.prepared_apps import copy_of, prepare_once
from tests.web.asking import is_of_api
from tests.web.two_projects import NOWHERE, Things, fill

REACHED = 299
ADMIN, OTHER = "administrator", "of another project"
NO_TOKEN = "fh_" + "x" * 43
HEADERS = {"Tus-Resumable": "1.0.0", "X-Request-ID": "the-same-for-all"}


@dataclass(frozen=True, slots=True)
class Operation:
    """A route of the API with a method."""

    route: Route
    method: str
    permission: str | None

    def __str__(self) -> str:
        return f"{self.method} {self.route.rule}"

    @property
    def kinds(self) -> dict[str, Kind]:
        """The ids in its address that lead to a project."""
        known = {f"{kind}_id": kind for kind in Kind}
        return {name: known[name] for name in self.route.arguments if name in known}

    def send(self, program: Program, things: Things) -> tuple[int, bytes]:
        """Ask for it with ids of `things`."""
        values = {
            name: 1 if isinstance(converter, IntegerConverter) else "x"
            for name, converter in self.route._converters.items()
        }
        values |= {name: things[kind] for name, kind in self.kinds.items()}
        _, path = self.route.build(values) or ("", "")
        answer = program.ask(self.method, path.removeprefix(PREFIX), HEADERS)
        return answer.status_code, answer.data


@dataclass(frozen=True, slots=True)
class Site:
    """The API of two projects, a program of each kind of person, and what the first has."""

    pages: Flask
    programs: dict[str, Program]
    here: Things

    @property
    def operations(self) -> list[Operation]:
        """All, with the permissions that they declare."""
        return [
            Operation(route, method, self._declared(route.endpoint)["x-permission"])
            for route in self.pages.url_map.iter_rules()
            if is_of_api(self.pages, route.endpoint)
            for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"})
        ]

    def _declared(self, endpoint: str) -> dict[str, Any]:
        """What `ApiBlueprint.operation` has kept."""
        kept: dict[str, Any] = self.pages.view_functions[endpoint]._apidoc["manual_doc"]
        return kept


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("two_projects")
    made: list[tuple[Things, dict[str, str]]] = []
    prepare_once(folder, migrated_sqlite, lambda app: made.append(_fill(app)))
    [(here, secrets)] = made
    with copy_of(folder, tmp_path_factory.mktemp("site")) as app:
        unlimited = replace(app, settings=replace(app.settings, api_requests_per_minute=0))
        pages = compiled_once(unlimited)
        yield Site(pages, {who: Program(pages, secrets[who]) for who in secrets}, here)


@pytest.fixture(autouse=True)
def _only_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    def reached(_carry_out: Callable[[], Response]) -> Response:
        return Response("reached", REACHED)

    monkeypatch.setattr("forms_app.api.declaring.repeating.once", reached)


def _fill(app: Application) -> tuple[Things, dict[str, str]]:
    other_id = projects.create_project(app, "Payroll", LOCAL_USER_ID)
    people = {str(role): make_account(app, role.title(), [role]) for role in Role}
    people[ADMIN] = make_account(app, "Chief", is_admin=True)
    people[OTHER] = make_account(app, "Other", Role, project_id=other_id)
    secrets = {who: _token_of(app, user_id) for who, user_id in people.items()}
    return fill(app, MAIN_PROJECT_ID, "Here"), secrets


def _token_of(app: Application, user_id: int) -> str:
    """One that may do all that its person may."""
    with app.session() as session:
        owner = actors.actor_of(session, session.get_one(UserRow, user_id))
    scopes = permissions_of(owner, owner.project_id)
    return api_tokens.create_token(app, owner, "all of mine", scopes).secret


def expected(operation: Operation, who: str) -> int:
    """What is answered about things in the first project."""
    if who == OTHER and operation.kinds and operation.permission != Permission.ADMINISTER:
        return 404
    if operation.permission is None or who == ADMIN:
        return REACHED
    roles = list(Role) if who == OTHER else [Role(who)]
    is_allowed = any(operation.permission in ALLOWED[role] for role in roles)
    return REACHED if is_allowed else 403


@pytest.mark.parametrize("who", [*Role, ADMIN, OTHER])
def test_each_operation_asks_for_the_permission_that_it_declares(site: Site, who: str) -> None:
    wrong = []
    for operation in site.operations:
        status, _ = operation.send(site.programs[who], site.here)
        if status != expected(operation, who):
            wrong.append(f"{operation}: {status}, not {expected(operation, who)}")
    assert not wrong, "\n".join(wrong)


def test_nothing_is_said_without_a_token(site: Site) -> None:
    stranger = Program(site.pages, NO_TOKEN)
    assert {each.send(stranger, site.here)[0] for each in site.operations} == {401}


def test_what_is_of_another_project_answers_as_what_does_not_exist(site: Site) -> None:
    program = site.programs[OTHER]
    for operation in site.operations:
        if expected(operation, OTHER) == 404:
            theirs = operation.send(program, site.here)
            assert theirs == operation.send(program, NOWHERE), str(operation)
