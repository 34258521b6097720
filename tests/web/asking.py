"""A request for each route and method, with ids of things in a project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import IntegerConverter
from werkzeug.routing import Rule as Route

from forms_app.services.project_of import Kind
from forms_app.web.gate_kinds import KIND_IN_ADDRESS, KIND_OF
from forms_app.web.gate_rules import RULES, Rule
from tests.web.two_projects import Things

HEADERS = {
    "Accept": "application/json",
    "Tus-Resumable": "1.0.0",
    "X-Request-ID": "the-same-for-all",
}
SAMPLES = {
    "filename": "js/shell.js",
    "language": "de",
    "stage": "align",
    "subject": "page",
}
"""Words in addresses for which not any will do."""

SOURCES = ("address", "query", "body")


@dataclass(frozen=True, slots=True)
class Ask:
    """A route with a method."""

    endpoint: str
    method: str
    route: Route

    def __str__(self) -> str:
        return f"{self.method} {self.route.rule}"

    @property
    def rule(self) -> Rule | None:
        return RULES.get(self.endpoint)

    @property
    def ids(self) -> dict[str, Kind]:
        """The ids that it takes, by where each stands: `address:batch_id`, `body:version_id`."""
        names = sorted(self.route.arguments, key=self.route.rule.index)
        found = {f"address:{n}": KIND_IN_ADDRESS[n] for n in names if n in KIND_IN_ADDRESS}
        if self.rule is not None:
            found |= {f"query:{name}": KIND_OF[name] for name in self.rule.query}
            found |= {f"body:{name}": KIND_OF[name] for name in self.rule.body}
        return found

    def send(
        self, client: FlaskClient, things: Things, others: Mapping[str, Things] | None = None
    ) -> tuple[int, bytes]:
        """Ask for it with ids of `things`; at some places with those of `others`."""
        said: dict[str, dict[str, Any]] = {source: {} for source in SOURCES}
        for place, kind in self.ids.items():
            source, _, name = place.partition(":")
            said[source][name] = (others or {}).get(place, things)[kind]
        samples = {name: self._sample(name) for name in self.route.arguments}
        address = client.application.url_map.bind("localhost").build(
            self.endpoint, samples | said["address"], method=self.method
        )
        answer = client.open(
            address,
            method=self.method,
            query_string=said["query"],
            json=said["body"] or None,
            headers=HEADERS,
            buffered=True,
        )
        return answer.status_code, answer.data

    def _sample(self, name: str) -> Any:
        """Something that the address may hold at this place."""
        converter = self.route._converters[name]
        if isinstance(converter, IntegerConverter):
            return 1
        return next(iter(getattr(converter, "items", ())), SAMPLES.get(name, "x"))


def asks_of(pages: Flask) -> Iterator[Ask]:
    """One for each route and method of the pages; the API's operations check for themselves."""
    for route in pages.url_map.iter_rules():
        if is_of_api(pages, route.endpoint):
            continue
        methods = route.methods or set()
        told = methods - {"HEAD", "OPTIONS"} or methods - {"OPTIONS"} or methods
        for method in sorted(told):
            yield Ask(route.endpoint, method, route)


def is_of_api(pages: Flask, endpoint: str) -> bool:
    """Whether an endpoint is an operation of the API."""
    blueprint = pages.blueprints.get(endpoint.partition(".")[0])
    return getattr(blueprint, "checks_who_asks", False)
