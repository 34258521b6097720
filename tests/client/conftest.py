"""The client at the real application, on loopback, through a network that may have troubles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from forms_app.client import Client
from forms_app.services.application import Application
from tests.api.program import new_token
from tests.client.troubled import SOON, Troubled, served
from tests.compiled_pages import compiled_once


@pytest.fixture
def network(app: Application) -> Troubled:
    return Troubled(compiled_once(app))


@pytest.fixture
def url(network: Troubled) -> Iterator[str]:
    with served(network) as address:
        yield address


@pytest.fixture
def client(app: Application, url: str) -> Iterator[Client]:
    with Client(url, new_token(app), retries=SOON) as found:
        yield found
