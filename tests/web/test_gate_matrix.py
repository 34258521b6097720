"""Every route for everybody: who is let in, who is refused, and what strangers learn: nothing.

Views are exchanged for one that says it was reached: what is asked for is only asked for. The API's
operations check for themselves (`tests/api`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forms_app.services import account_changes, projects, sign_in_sessions
from forms_app.services.application import Application
from forms_app.services.permissions import ALLOWED, Permission
from forms_app.store.models import LOCAL_USER_ID, MAIN_PROJECT_ID
from forms_app.store.states import Role
from forms_app.web.context import SIGNED_IN as SESSION_KEY
from forms_app.web.gate import CLOSED
from forms_app.web.gate_kinds import KIND_IN_ADDRESS, NO_IDS
from forms_app.web.gate_rules import PUBLIC, RULES, SIGNED_IN
from tests.accounts import make_account
from tests.prepared_apps import copy_of, prepare_once
from tests.serving import REPOSITORY
from tests.web.asking import Ask, asks_of, is_of_api
from tests.web.signing_in import pages_with_sign_in
from tests.web.two_projects import NOWHERE, Things, fill

REACHED = 299
ADMIN, OTHER, BOTH, NOBODY = "administrator", "of another project", "of both", "signed out"
PEOPLE = (*Role, ADMIN, OTHER, NOBODY)


@dataclass(frozen=True, slots=True)
class Site:
    """The pages of two projects, a browser of each kind of person, and what there is."""

    pages: Flask
    people: dict[str, FlaskClient]
    here: Things
    there: Things

    @property
    def asks(self) -> list[Ask]:
        return list(asks_of(self.pages))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    made: list[tuple[Things, Things, dict[str, int]]] = []
    folder = tmp_path_factory.mktemp("two_projects")
    prepare_once(folder, migrated_sqlite, lambda app: made.append(_fill(app)))
    [(here, there, accounts)] = made
    with copy_of(folder, tmp_path_factory.mktemp("site")) as app:
        pages = pages_with_sign_in(app)
        pages.config["WTF_CSRF_ENABLED"] = False
        for endpoint in pages.view_functions:
            if not is_of_api(pages, endpoint):
                pages.view_functions[endpoint] = _reached
        people = {name: _signed_in(app, pages, row_id) for name, row_id in accounts.items()}
        yield Site(pages, people | {NOBODY: pages.test_client()}, here, there)


def _fill(app: Application) -> tuple[Things, Things, dict[str, int]]:
    other_id = projects.create_project(app, "Payroll", LOCAL_USER_ID)
    accounts = {str(role): make_account(app, role.title(), [role]) for role in Role}
    accounts[ADMIN] = make_account(app, "Chief", is_admin=True)
    accounts[OTHER] = make_account(app, "Other", Role, project_id=other_id)
    accounts[BOTH] = make_account(app, "Both")
    everywhere = [(each, role) for each in (MAIN_PROJECT_ID, other_id) for role in Role]
    account_changes.set_roles(app, accounts[BOTH], everywhere, False, accounts[ADMIN])
    return fill(app, MAIN_PROJECT_ID, "Here"), fill(app, other_id, "There"), accounts


def _reached(**_: Any) -> tuple[str, int]:
    return "reached", REACHED


def _signed_in(app: Application, pages: Flask, user_id: int) -> FlaskClient:
    client = pages.test_client()
    with client.session_transaction() as session:
        session[SESSION_KEY] = sign_in_sessions.begin(app, user_id)
    return client


def expected(ask: Ask, person: str) -> int:
    """What the table says is answered to a person about things in the first project."""
    if ask.endpoint in PUBLIC:
        return REACHED
    if person == NOBODY:
        return 401
    if ask.endpoint in SIGNED_IN or person == ADMIN:
        return REACHED
    permission = RULES[ask.endpoint].permission
    if permission is Permission.ADMINISTER:
        return 403
    if person == OTHER:
        return 404 if ask.ids else REACHED
    return REACHED if permission in ALLOWED[Role(person)] else 403


@pytest.mark.parametrize("person", PEOPLE)
def test_the_table_is_kept(site: Site, person: str) -> None:
    wrong = []
    for ask in site.asks:
        status, _ = ask.send(site.people[person], site.here)
        if status != expected(ask, person):
            wrong.append(f"{ask}: {status}, not {expected(ask, person)}")
    assert not wrong, "\n".join(wrong)


def test_what_is_of_another_project_answers_as_what_does_not_exist(site: Site) -> None:
    for ask in site.asks:
        if ask.rule and ask.ids and ask.rule.permission is not Permission.ADMINISTER:
            theirs = ask.send(site.people[OTHER], site.here)
            assert theirs == ask.send(site.people[OTHER], NOWHERE), str(ask)
            assert theirs[0] == 404


def test_all_ids_of_a_request_lead_to_one_project(site: Site) -> None:
    """Somebody of both may reach either, but never lead a thing of one to one of the other."""
    both = site.people[BOTH]
    for ask in site.asks:
        if ask.rule is None or ask.rule.permission is Permission.ADMINISTER:
            continue
        assert ask.send(both, site.here)[0] == ask.send(both, site.there)[0] == REACHED, str(ask)
        for place in list(ask.ids)[1:]:
            mixed = ask.send(both, site.here, {place: site.there})
            missing = ask.send(both, site.here, {place: NOWHERE})
            assert mixed == missing and mixed[0] == 404, f"{ask} with {place}"


def test_every_route_has_one_entry_and_every_entry_a_route(site: Site) -> None:
    endpoints = {ask.endpoint for ask in site.asks}
    assert endpoints == set(RULES) | PUBLIC | SIGNED_IN
    assert not set(RULES) & PUBLIC and not set(RULES) & SIGNED_IN and not PUBLIC & SIGNED_IN


def test_every_number_in_an_address_is_known(site: Site) -> None:
    """What is for administrators is of all projects."""
    for ask in site.asks:
        if ask.rule and ask.rule.permission is not Permission.ADMINISTER:
            numbers = {name for name in ask.route.arguments if f"int:{name}" in ask.route.rule}
            assert numbers <= KIND_IN_ADDRESS.keys() | NO_IDS, str(ask)


def test_a_route_without_an_entry_is_closed_to_everybody(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(RULES, "home.index")
    for person, status in ((ADMIN, 403), (Role.DESIGNER, 403), (NOBODY, 401)):
        answer = site.people[person].get("/", headers={"Accept": "application/json"})
        assert answer.status_code == status
        assert status == 401 or answer.json["message"] == CLOSED


def test_somebody_without_a_project_is_told_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forms_app.services.actors._roles", lambda *_: {})
    answer = site.people[Role.REVIEWER].get("/")
    assert answer.status_code == 403
    assert "belong to no project" in answer.text


def test_the_manual_says_what_each_role_may_do() -> None:
    """The table in docs/projects.md."""
    page = (REPOSITORY / "docs" / "projects.md").read_text("utf-8")
    lines = page.partition("<!-- permissions: begin -->")[2].partition("<!--")[0].split("\n")
    head, _, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line]
    told = {
        (re.sub(r"\*\*(\w+)\*\*.*", r"\1", row[0]), role): cell == "✓"
        for row in rows
        for role, cell in zip(head[1:], row[1:], strict=True)
    }
    meant = {(p, role): p in ALLOWED[role] for p in Permission for role in Role}
    assert told == meant | {(p, ADMIN): True for p in Permission}
