"""Two projects whose things have names that occur nowhere else, and people of either with browsers
and tokens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from forms_app.services import actors, api_tokens, projects, sign_in_sessions
from forms_app.services.application import Application
from forms_app.services.permissions import ALLOWED, Permission
from forms_app.store.models import LOCAL_USER_ID, MAIN_PROJECT_ID, UserRow
from forms_app.store.states import Role
from forms_app.web.context import SIGNED_IN
from tests.accounts import make_account
from tests.prepared_apps import copy_of, prepare_once
from tests.web.signing_in import pages_with_sign_in
from tests.web.two_projects import Things, fill

HERE, THERE = "Quorvak", "Zembliot"
"""What all things of the first and of the second project are called."""

ADMIN, OTHER, NOBODY = "administrator", "of the second project", "signed out"


@dataclass(frozen=True, slots=True)
class Site:
    """Pages where people sign in; `people` are browsers, `tokens` secrets, by who has them."""

    app: Application
    pages: Flask
    people: dict[str, FlaskClient]
    tokens: dict[str, str]
    here: Things
    there: Things


@contextmanager
def two_project_site(folder: Path, migrated_sqlite: Path) -> Iterator[Site]:
    """A site in `folder`."""
    made: list[tuple[Things, Things, dict[str, int], dict[str, str]]] = []
    prepared = folder / "prepared"
    prepared.mkdir()
    prepare_once(prepared, migrated_sqlite, lambda app: made.append(_fill(app)))
    [(here, there, accounts, tokens)] = made
    with copy_of(prepared, folder / "site") as app:
        pages = pages_with_sign_in(app)
        people = {name: signed_in(app, pages, row_id) for name, row_id in accounts.items()}
        yield Site(app, pages, people | {NOBODY: pages.test_client()}, tokens, here, there)


def signed_in(app: Application, pages: Flask, user_id: int) -> FlaskClient:
    """Somebody's browser."""
    client = pages.test_client()
    with client.session_transaction() as session:
        session[SIGNED_IN] = sign_in_sessions.begin(app, user_id)
    return client


def _fill(app: Application) -> tuple[Things, Things, dict[str, int], dict[str, str]]:
    there_id = projects.create_project(app, THERE, LOCAL_USER_ID)
    accounts = {str(role): make_account(app, role.title(), [role]) for role in Role}
    accounts[ADMIN] = make_account(app, "Chief", is_admin=True)
    accounts[OTHER] = make_account(app, "Stranger", Role, project_id=there_id)
    tokens = {
        name: _token(app, row_id, there_id if name == OTHER else MAIN_PROJECT_ID)
        for name, row_id in accounts.items()
    }
    return fill(app, MAIN_PROJECT_ID, HERE), fill(app, there_id, THERE), accounts, tokens


def _token(app: Application, user_id: int, project_id: int) -> str:
    with app.session() as session:
        actor = actors.actor_of(session, session.get_one(UserRow, user_id), project_id)
    allowed = (
        frozenset(Permission)
        if actor.is_admin
        else frozenset().union(*(ALLOWED[role] for role in actor.roles[project_id]))
    )
    return api_tokens.create_token(app, actor, "fuzz", allowed).secret
