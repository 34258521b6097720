"""Pages offer nobody what they may not do: no link, form or button leads to a refusal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from forms_app.services import sign_in_sessions
from forms_app.services.application import Application
from forms_app.services.permissions import ALLOWED
from forms_app.services.project_of import Kind
from forms_app.store.models import MAIN_PROJECT_ID
from forms_app.store.states import Role
from forms_app.web.context import SIGNED_IN as SESSION_KEY
from forms_app.web.gate_rules import RULES
from tests.accounts import make_account
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


def signed_in(app: Application, pages: Flask, role: Role) -> FlaskClient:
    client = pages.test_client()
    with client.session_transaction() as session:
        session[SESSION_KEY] = sign_in_sessions.begin(app, make_account(app, role.title(), [role]))
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
