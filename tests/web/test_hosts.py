"""Names under which the pages answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forms_app.services.application import Application
from forms_app.web import create_app
from forms_app.web.hosts import allowed_names, is_own_name
from tests.web.visitor import Visitor

OWN = ("localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080", "10.0.0.7", "office-pc:80")
STRANGE = ("evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example")


@pytest.mark.parametrize("host", OWN)
def test_addresses_and_names_of_the_house_are_answered(visitor: Visitor, host: str) -> None:
    assert visitor.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", STRANGE)
def test_a_strangers_name_is_refused_with_advice(visitor: Visitor, host: str) -> None:
    answer = visitor.get("/batches/", headers={"Host": host})
    assert answer.status_code == 421
    assert "allowed_hosts" in answer.text
    assert "New batch" not in answer.text


def test_a_load_balancer_may_ask_under_any_name(visitor: Visitor) -> None:
    assert visitor.get("/healthz", headers={"Host": "pool.example"}).status_code != 421


def test_the_setting_adds_names(app: Application) -> None:
    settings = replace(app.settings, allowed_hosts="forms.example.org, other.example.org")
    visitor = Visitor(create_app(replace(app, settings=settings)))
    assert visitor.get("/", headers={"Host": "Forms.example.org:8443"}).status_code == 200
    assert visitor.get("/", headers={"Host": "evil.example"}).status_code == 421


@pytest.mark.parametrize("host", ["", "[", "[::1", "a.b:99999999", "::"])
def test_nonsense_is_no_name(host: str) -> None:
    assert not is_own_name(host, ())


def test_a_star_allows_every_name() -> None:
    assert is_own_name("evil.example", allowed_names("*"))
