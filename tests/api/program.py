"""Asks the API as a program does: with a token and no cookies."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from forms_app.services import actors, api_tokens
from forms_app.services.application import Application
from forms_app.services.permissions import Permission
from forms_app.store.models import LOCAL_USER_ID

ALL = tuple(Permission)
PREFIX = "/api/v1"


def new_token(app: Application, scopes: Collection[str] = ALL, user_id: int = LOCAL_USER_ID) -> str:
    """The secret of a token in the first project, of the local administrator unless said."""
    owner = actors.local_actor(app, user_id)
    return api_tokens.create_token(app, owner, "test", scopes).secret


class Program:
    """Has one token; further keywords are those of Flask's test client."""

    def __init__(self, flask_app: Flask, secret: str) -> None:
        self.secret = secret
        self._client = flask_app.test_client(use_cookies=False)

    def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any
    ) -> TestResponse:
        sent = {"Authorization": f"Bearer {self.secret}", **(headers or {})}
        return self._client.open(PREFIX + path, method=method, headers=sent, buffered=True, **more)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.ask("GET", path, **more)

    def post(self, path: str, body: object = None, **more: Any) -> TestResponse:
        """Send JSON, unless `data` is given."""
        return self.ask("POST", path, **({"json": body} if body is not None else {}), **more)
