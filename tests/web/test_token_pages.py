"""The page of API tokens: made, shown once, revoked."""

from __future__ import annotations

import re

from forms_app.services import api_tokens
from forms_app.services.application import Application
from tests.web.visitor import Visitor

PATH = "/account/tokens/"


def test_a_token_is_made_shown_once_and_revoked(visitor: Visitor, app: Application) -> None:
    form = {"name": "Scanner", "scope": ["see", "intake"], "days": "30"}
    answer = visitor.post(PATH, form)
    found = re.search(r'id="secret" value="(fh_[^"]+)"', answer.text)
    assert found
    assert answer.headers["Cache-Control"] == "no-store"
    assert found[1] not in visitor.get(PATH).text
    bearer = api_tokens.bearer_of(app, found[1])
    assert bearer.actor.scopes == {"see", "intake"}
    assert visitor.post(f"{PATH}{bearer.token_id}/revoke").status_code == 303
    [known] = api_tokens.list_tokens(app)
    assert (known.state, known.expires_at is not None) == ("revoked", True)
    assert "revoked" in visitor.get(PATH).text


def test_what_is_missing_is_said_beside_the_form(visitor: Visitor) -> None:
    answer = visitor.post(PATH, {"name": "Scanner"})
    assert answer.status_code == 422
    assert "Say what the token may do" in answer.text
    assert 'value="Scanner"' in answer.text


def test_the_reference_shows_every_operation(visitor: Visitor) -> None:
    page = visitor.get("/api/docs").text
    told = visitor.get("/api/openapi.json").get_json()
    names = {
        operation["operationId"]
        for item in told["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict)
    }
    assert names
    assert all(f'id="{name}"' in page for name in names)
    assert "MILLER" in page
