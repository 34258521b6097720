"""Visitors of an installation where people sign in."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from forms_app.services.application import Application
from tests.accounts import PASSWORD
from tests.compiled_pages import compiled_once
from tests.web.visitor import Visitor


def guarded(app: Application, **settings: Any) -> Application:
    """The same application where people must sign in."""
    return replace(app, settings=replace(app.settings, sign_in="required", **settings))


def pages_with_sign_in(app: Application, **settings: Any) -> Flask:
    """Its pages."""
    return compiled_once(guarded(app, **settings))


class Stranger(Visitor):
    """Somebody with a browser, who may sign in."""

    def token(self) -> str:
        for path in ("/sign-in", "/account/"):
            if found := re.search(r'name="csrf-token" content="([^"]+)"', self.get(path).text):
                return found[1]
        raise AssertionError("no page carries a CSRF token")

    def sign_in(self, login: str = "anna", password: str = PASSWORD, **more: Any) -> TestResponse:
        """Send the form of the sign-in page."""
        given = {"login": login, "password": password}
        return self.post("/sign-in", {**given, **more.pop("data", {})}, **more)

    def cookie(self) -> str:
        """What the browser keeps for the site."""
        kept = self._client.get_cookie("fieldhand_session")
        return kept.value if kept else ""

    def keep_cookie(self, value: str) -> None:
        """As somebody who has copied it."""
        self._client.set_cookie("fieldhand_session", value)
