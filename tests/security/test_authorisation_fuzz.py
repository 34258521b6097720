"""Requests by chance to all routes, pages and API alike, as anybody and with anything's ids.

Whatever is asked, no answer is a fault of ours, and nobody reads a name of another project. What
each may do is told by the matrices (`tests/web/test_gate_matrix.py`, `tests/api/test_matrix.py`);
this looks for what their tables do not think of: odd ids, wrong shapes, and the order of things.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.routing import IntegerConverter
from werkzeug.routing import Rule as Route

from forms_app.web.gate_kinds import KIND_IN_ADDRESS, KIND_OF
from tests.security.sites import ADMIN, HERE, NOBODY, OTHER, THERE, Site, two_project_site
from tests.web.asking import HEADERS, SAMPLES
from tests.web.two_projects import NOWHERE, Things

REQUESTS = 400
SEED = 20261128
ODD = (0, 1, 2, 2**31, 2**63 - 1, 2**64)
PARTS: tuple[Any, ...] = (*ODD, "", "x", "../x", "\x00", "é" * 300, [], {}, None, True, -1, 1e308)
KEYS = ("name", "value", "values", "fields", "state", "page", "pages", "cursor", "login", "q", "id")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    with two_project_site(tmp_path_factory.mktemp("fuzzed"), migrated_sqlite) as found:
        found.pages.config["WTF_CSRF_ENABLED"] = False
        yield found


class Asker:
    """Makes requests by chance."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._chance = random.Random(SEED)
        self._routes = sorted(site.pages.url_map.iter_rules(), key=str)

    def ask(self, who: str) -> tuple[str, int, str]:
        """What was asked, the status and the text of the answer."""
        chance, route = self._chance, self._chance.choice(self._routes)
        told = route.methods or {"GET"}
        methods = sorted(told - {"OPTIONS", "HEAD"} or told)
        method = "GET" if "GET" in methods and chance.random() < 0.7 else chance.choice(methods)
        address = self._address(route, method)
        client = self._site.people[who]
        headers = dict(HEADERS)
        if route.endpoint.startswith("api_") and who in self._site.tokens:
            headers["Authorization"] = f"Bearer {self._site.tokens[who]}"
        kind = chance.choice(("json", "data"))
        sent: dict[str, Any] = {} if method == "GET" else {kind: self._body(kind)}
        answer = client.open(
            address,
            method=method,
            query_string=self._said(chance.randrange(3)),
            headers=headers,
            buffered=True,
            **sent,
        )
        said = f"{who}: {method} {address} {sent}"
        return said, answer.status_code, answer.get_data().decode("utf-8", "replace")

    def _address(self, route: Route, method: str) -> str:
        known = {name: self._argument(route, name) for name in route.arguments}
        urls = self._site.pages.url_map.bind("localhost")
        return urls.build(route.endpoint, known, method=method)

    def _argument(self, route: Route, name: str) -> Any:
        converter = route._converters[name]
        if name in KIND_IN_ADDRESS and self._chance.random() < 0.8:
            return self._things()[KIND_IN_ADDRESS[name]]
        if isinstance(converter, IntegerConverter):
            return self._chance.choice(ODD)
        return next(iter(getattr(converter, "items", ())), SAMPLES.get(name, "number"))

    def _things(self) -> Things:
        return self._chance.choice((self._site.here, self._site.there, self._site.there, NOWHERE))

    def _said(self, count: int) -> dict[str, str]:
        return {key: str(value) for key, value in self._pairs(count)}

    def _body(self, kind: str) -> Any:
        if kind == "json" and self._chance.random() < 0.1:
            return self._chance.choice(PARTS)
        pairs = self._pairs(self._chance.randrange(4))
        return dict(pairs) if kind == "json" else {key: str(value) for key, value in pairs}

    def _pairs(self, count: int) -> Iterator[tuple[str, Any]]:
        for _ in range(count):
            key = self._chance.choice((*KEYS, *KIND_OF))
            is_id = key in KIND_OF and self._chance.random() < 0.7
            yield key, self._things()[KIND_OF[key]] if is_id else self._chance.choice(PARTS)


def test_no_answer_is_a_fault_of_ours_or_tells_of_another_project(site: Site) -> None:
    asker, chance, wrong = Asker(site), random.Random(SEED), []
    for _ in range(REQUESTS):
        who = chance.choice([*site.people, OTHER, OTHER])
        said, status, text = asker.ask(who)
        if status == 500:
            wrong.append(f"{status} {said}")
        # What somebody typed is said back to them, but no name here was typed.
        # Metrics are of the whole site, for its monitoring, and have a guard of their own.
        if "/metrics" in said:
            continue
        hidden = {OTHER: [HERE], ADMIN: [], NOBODY: [HERE, THERE]}.get(who, [THERE])
        wrong += [f"{name} told to {said}" for name in hidden if name in text]
    assert not wrong, "\n".join(wrong)
