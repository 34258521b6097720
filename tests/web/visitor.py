"""Asks for pages as a browser does: with cookies and, when it sends something, the page's token."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

FETCH = {"X-Requested-With": "fetch", "Accept": "application/json"}
HTMX = {"HX-Request": "true"}


class Visitor:
    """Follows the rules of the pages' forms; `get` and `post` take more keywords of Flask's."""

    def __init__(self, flask_app: Flask) -> None:
        self.flask_app = flask_app
        self._client = flask_app.test_client()

    def get(self, path: str, **more: Any) -> TestResponse:
        return self._client.get(path, buffered=True, **more)

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Send a form with the token that the pages carry."""
        return self._client.post(path, data={"csrf_token": self.token(), **(data or {})}, **more)

    def send_json(
        self, path: str, body: object, method: str = "POST", with_token: bool = True
    ) -> TestResponse:
        """Send JSON as the scripts of the pages do; `None` sends no body."""
        headers = FETCH | ({"X-CSRFToken": self.token()} if with_token else {})
        return self._client.open(path, method=method, json=body, headers=headers, buffered=True)

    def post_without_token(self, path: str, **more: Any) -> TestResponse:
        return self._client.post(path, buffered=True, **more)

    def upload(self, batch_id: int, *files: tuple[str, bytes], **more: Any) -> TestResponse:
        """Send files (name, content) to a batch."""
        given = [(BytesIO(content), name) for name, content in files]
        return self.post(f"/batches/{batch_id}/files", {"files": given}, **more)

    def token(self) -> str:
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.get("/batches/new").text)
        assert found, "the page carries no CSRF token"
        return found[1]
