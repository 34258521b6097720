"""What holds for every route: tokens of forms, headers, no inline code, no open links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule as Route

from forms_app.services.application import Application
from forms_app.web.gate_kinds import KIND_IN_ADDRESS
from forms_app.web.gate_rules import PUBLIC
from forms_app.web.security import HEADERS, csrf
from tests import factories
from tests.api.program import Program, new_token
from tests.compiled_pages import compiled_once
from tests.prepared_apps import copy_of, prepare_once
from tests.serving import REPOSITORY
from tests.web.asking import Ask, asks_of, is_of_api
from tests.web.signing_in import pages_with_sign_in
from tests.web.two_projects import NOWHERE

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
INLINE = re.compile(
    r"""<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\s(?:src=|type="application/json"))""",
    re.IGNORECASE,
)
PICTURES = (
    "/batches/1/pages/1/laid.png",
    "/review/1/pages/1.png",
    "/review/1/crop.png?field=surname",
    "/templates/versions/1/pages/1.png",
)
API_PICTURES = ("/submissions/1/fields/surname/image", "/versions/1/pages/1/image")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Application]:
    def make(app: Application) -> None:
        batch = factories.make_batch(app)
        factories.make_submission(app, batch.id)

    prepared = prepare_once(tmp_path_factory.mktemp("prepared"), migrated_sqlite, make)
    with copy_of(prepared, tmp_path_factory.mktemp("routes") / "copy") as application:
        yield application


@pytest.fixture(scope="module")
def pages(app: Application) -> Flask:
    """Where nobody has to sign in: whoever asks may do everything."""
    return compiled_once(app)


@pytest.fixture
def client(pages: Flask) -> FlaskClient:
    return pages.test_client()


@pytest.fixture(scope="module")
def guarded_pages(app: Application) -> Flask:
    return pages_with_sign_in(app)


def changing(pages: Flask) -> list[Ask]:
    return [ask for ask in asks_of(pages) if ask.method in CHANGING]


def api_routes(pages: Flask) -> list[Route]:
    return [rule for rule in pages.url_map.iter_rules() if is_of_api(pages, rule.endpoint)]


def address_of(route: Route) -> str:
    return re.sub(r"<(?:\w+:)?\w+>", "1", route.rule)


def test_every_route_that_changes_something_asks_for_the_pages_token(
    pages: Flask, client: FlaskClient
) -> None:
    asks = changing(pages)
    assert len(asks) > 80
    for ask in asks:
        status, body = ask.send(client, NOWHERE)
        assert (status, b"stale_page" in body) == (400, True), str(ask)


def test_a_token_of_another_session_is_none(pages: Flask) -> None:
    theirs = pages.test_client().get("/batches/new").text
    found = re.search(r'name="csrf-token" content="([^"]+)"', theirs)
    assert found
    mine = pages.test_client()
    mine.get("/batches/new")
    answer = mine.post("/batches/1/delete", data={"csrf_token": found[1]})
    assert answer.status_code == 400


def test_only_the_api_needs_no_token_and_it_knows_nobody_by_a_cookie(
    pages: Flask, guarded_pages: Flask
) -> None:
    exempt = {name for name, each in pages.blueprints.items() if each in csrf._exempt_blueprints}
    exempt |= set(csrf._exempt_blueprints) & set(pages.blueprints)
    assert exempt and all(name.startswith("api_") for name in exempt)
    assert not csrf._exempt_views
    browser = pages.test_client()
    browser.get("/")
    for route in api_routes(pages):
        for method in (route.methods or set()) & CHANGING:
            answer = browser.open(address_of(route), method=method, json={})
            assert answer.status_code == 401, f"{method} {route.rule}"


def test_every_get_without_ids_carries_all_headers_and_no_inline_code(
    pages: Flask, client: FlaskClient
) -> None:
    rules = [rule for rule in pages.url_map.iter_rules() if not rule.arguments]
    for rule in rules:
        if "GET" not in (rule.methods or set()):
            continue
        answer = client.get(rule.rule, buffered=True)
        for name, value in HEADERS.items():
            assert answer.headers.get(name) == value, f"{name} of {rule.rule}"
        assert "public" not in answer.headers["Cache-Control"], rule.rule
        assert "Server" not in answer.headers or "Werkzeug" not in answer.headers["Server"]
        if answer.mimetype == "text/html":
            assert not INLINE.search(answer.text), f"{rule.rule}: {INLINE.search(answer.text)}"


@pytest.mark.parametrize("folder", sorted(p.name for p in (REPOSITORY / "templates").iterdir()))
def test_no_template_holds_inline_code_or_leaves_text_unescaped(folder: str) -> None:
    place = REPOSITORY / "templates" / folder
    for path in place.rglob("*.html") if place.is_dir() else [place]:
        text = re.sub(r"{#.*?#}", "", path.read_text("utf-8"), flags=re.DOTALL)
        assert not INLINE.search(text), f"{path}: {INLINE.search(text)}"
        # A sentence of ours may be `safe`; what comes from elsewhere never is.
        assert not re.search(r"[^'\s]\s*\|\s*safe\b|autoescape\s+false", text), path


def test_scripts_make_no_code_out_of_text() -> None:
    """The policy would stop them; nothing of ours tries."""
    scripts = REPOSITORY / "forms_app" / "web" / "static" / "js"
    for path in scripts.rglob("*.js"):
        found = re.search(r"\beval\(|new Function\(|document\.write\(", path.read_text("utf-8"))
        assert not found, f"{path}: {found}"


def test_nothing_of_a_form_is_answered_without_a_session_or_token(guarded_pages: Flask) -> None:
    """No address with ids works for whoever has it; of links with a signature see
    `tests/api/test_links.py`."""
    stranger = guarded_pages.test_client()
    for ask in asks_of(guarded_pages):
        if ask.endpoint in PUBLIC:
            assert not set(ask.route.arguments) & set(KIND_IN_ADDRESS), str(ask)
    for path in PICTURES:
        answer = stranger.get(path, headers={"Accept": "image/png"})
        assert answer.status_code == 401 and not answer.data.startswith(b"\x89PNG"), path
    for route in api_routes(guarded_pages):
        for method in (route.methods or set()) - {"OPTIONS", "HEAD"}:
            answer = stranger.open(address_of(route), method=method)
            assert answer.status_code == 401, f"{method} {route.rule}"
            assert answer.get_json()["code" if "code" in answer.get_json() else "type"]


def test_no_shared_cache_may_keep_a_picture(
    app: Application, pages: Flask, client: FlaskClient
) -> None:
    program = Program(pages, new_token(app))
    answers = [client.get(path) for path in PICTURES]
    for answer in [*answers, *(program.get(path) for path in API_PICTURES)]:
        assert answer.status_code == 200 and answer.data.startswith(b"\x89PNG")
        kept = answer.headers["Cache-Control"]
        assert ("private" in kept or "no-store" in kept) and "public" not in kept
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


AWAY = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "javascript:alert(1)",
    "https:evil.example",
    "/%09/evil.example",
    " //evil.example",
    "///evil.example",
    "evil.example",
)


@pytest.mark.parametrize("target", AWAY)
def test_nobody_is_led_away_from_here(
    pages: Flask, guarded_pages: Flask, client: FlaskClient, target: str
) -> None:
    stranger = guarded_pages.test_client()
    referer = "http://localhost/" + target.replace("\n", "")
    answers = [
        client.get("/sign-in", query_string={"next": target}),
        stranger.get("/batches/", headers={"Referer": "https://evil.example/batches/"}),
        stranger.post("/batches/", headers={"Referer": referer}),
    ]
    for answer in answers:
        assert answer.status_code in (303, 400, 401)
        assert leads_here(answer.headers.get("Location", "/")), answer.headers["Location"]


def leads_here(location: str) -> bool:
    """As browsers read it: they drop tabs and line ends and take backslashes for slashes."""
    read = re.sub(r"[\t\r\n]", "", location).replace("\\", "/").strip()
    return read.startswith("/") and not read.startswith("//")


def test_a_strange_host_comes_into_no_answer(client: FlaskClient) -> None:
    for headers in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}):
        answer = client.get("/batches/", headers=headers)
        assert "evil.example" not in answer.text + str(answer.headers)
