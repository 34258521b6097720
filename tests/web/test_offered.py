"""What pages show: nobody is offered what they may not do, or told of what others have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from forms_app.services import projects, sign_in_sessions
from forms_app.services.application import Application
from forms_app.services.permissions import ALLOWED, Permission
from forms_app.services.project_of import Kind
from forms_app.store.models import LOCAL_USER_ID, MAIN_PROJECT_ID
from forms_app.store.states import Role
from forms_app.web.context import SIGNED_IN as SESSION_KEY
from forms_app.web.gate_rules import RULES
from tests.accounts import make_account
from tests.web.asking import asks_of
from tests.web.signing_in import pages_with_sign_in
from tests.web.two_projects import Things, fill

PAGES = (
    "/",
    "/batches/",
    "/batches/{batch}",
    "/batches/{batch}/forms",
    "/batches/{batch}/pages",
    "/templates/",
    "/templates/versions/{version}",
    "/review/forms/{submission}",
    "/figures/",
)
REVIEW_PAGES = ("/review/", "/review/?batch={batch}", "/review/done")
OUT_OF_BAND = re.compile(r'<[^>]*? id="([^"]*)"[^>]*? hx-swap-oob')
LEADS = re.compile(r'<(a|form|button|img)[^>]*? (href|action|hx-post|src)="(/[^"]*)"')


def offered(html: str) -> Iterator[tuple[str, str]]:
    """The method and path of everything that a page leads to."""
    for tag, name, address in LEADS.findall(html):
        is_sent = name == "hx-post" or (tag == "form" and name == "action")
        yield "POST" if is_sent else "GET", urlsplit(unescape(address)).path


def refused(pages: Flask, role: Role, html: str) -> Iterator[str]:
    """What is offered there although the role may not do it."""
    routes = pages.url_map.bind("localhost")
    for method, path in offered(html):
        try:
            endpoint, _ = routes.match(path, method=method)
        except HTTPException:
            yield f"{method} {path} leads nowhere"
            continue
        if endpoint in RULES and RULES[endpoint].permission not in ALLOWED[role]:
            yield f"{method} {path}"


def signed_in(app: Application, pages: Flask, *roles: Role) -> FlaskClient:
    client = pages.test_client()
    user_id = make_account(app, " and ".join(roles).title(), roles)
    with client.session_transaction() as session:
        session[SESSION_KEY] = sign_in_sessions.begin(app, user_id)
    return client


def test_no_page_offers_what_is_refused(app: Application) -> None:
    things: Things = fill(app, MAIN_PROJECT_ID, "Here")
    pages = pages_with_sign_in(app)
    wrong = []
    for role in Role:
        client = signed_in(app, pages, role)
        for page in (*PAGES, *(REVIEW_PAGES if role in (Role.REVIEWER, Role.SUPERVISOR) else ())):
            path = page.format(**{str(kind): things[kind] for kind in Kind})
            answer = client.get(path)
            assert answer.status_code == 200, f"{role} {path}"
            wrong += [f"{role} on {path}: {line}" for line in refused(pages, role, answer.text)]
        by_person = client.get("/figures/?by=operator").status_code
        assert by_person == (200 if role is Role.SUPERVISOR else 403)
    assert not wrong, "\n".join(wrong)


def test_what_is_renewed_out_of_band_is_on_the_page(app: Application) -> None:
    pages = pages_with_sign_in(app)
    for role in Role:
        client = signed_in(app, pages, role)
        page = client.get("/batches/").text
        fragment = client.get("/batches/live", headers={"HX-Request": "true"}).text
        renewed = OUT_OF_BAND.findall(fragment)
        assert all(f'id="{name}"' in page for name in renewed), role
        assert ("nav-count" in renewed) == (Permission.REVIEW in ALLOWED[role])


def test_no_page_tells_of_another_project(app: Application) -> None:
    """Everything that can be looked at, by somebody with all roles in one project."""
    other_id = projects.create_project(app, "Zanzibar", LOCAL_USER_ID)
    fill(app, other_id, "Zanzibar")
    make_account(app, "Zanzibari", Role, project_id=other_id)
    things = fill(app, MAIN_PROJECT_ID, "Here")
    pages = pages_with_sign_in(app)
    client = signed_in(app, pages, *Role)
    seen = 0
    for ask in asks_of(pages):
        if ask.method != "GET" or ask.rule is None:
            continue
        status, body = ask.send(client, things)
        assert status < 500, str(ask)
        assert b"Zanzibar" not in body, str(ask)
        seen += status == 200
    assert seen > 30
