"""The OpenAPI 3.1 document, made of the operations and shapes and of recorded examples.

flask-smorest collects it on an application of its own, only when somebody asks for it: what serves
requests need not wait for it when it starts.
"""

from __future__ import annotations

import copy
import json
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flask import Flask
from flask_smorest import Api

from forms_app.api.problems import MIMETYPE, Problem
from forms_app.api.repeating import HEADER
from forms_app.api.resources import BLUEPRINTS
from forms_app.api.shapes.base import LARGEST_ID

EXAMPLES = Path(__file__).with_name("examples.json")
"""Written by `python -m tests.api.scenario`, which carries each of them out."""

METHODS = ("get", "post", "put", "patch", "delete")
DESCRIPTION = """\
Nearly everything that the pages of Fieldhand do, for programs.

Send an API token (of `fieldhand token add`, or of My account, API tokens) as
`Authorization: Bearer fh_…`; it works in one project and may do what its scopes say. Lists are
read in stretches: follow `next`. Failures are problem details (RFC 9457) whose `code` is a stable
word."""


def _header(name: str, description: str, **limits: Any) -> dict[str, Any]:
    schema = {"type": "string", **limits}
    told = {"in": "header", "name": name, "required": False, "schema": schema}
    return told | {"description": description}


IDEMPOTENCY_KEY = _header(
    HEADER,
    "The same request with the same key is carried out once within 24 hours.",
    minLength=1,
    maxLength=255,
    pattern="^[!-~]+$",
)
IF_NONE_MATCH = _header(
    "If-None-Match", "ETag of an earlier answer; 304 where nothing has changed."
)
IF_MATCH = _header("If-Match", "ETag of what is changed; 412 where it is something else by now.")
MATCHED = {
    *("saveDraft", "deleteDraft", "deleteBatch"),
    *("changeDelivery", "deleteDelivery", "setRetention"),
}


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The document; whoever gets it leaves it as it is."""
    found = _collected()
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8")) if EXAMPLES.exists() else {}
    for path in found["paths"].values():
        for parameter in path.get("parameters", []):
            if parameter["schema"].get("type") == "integer":
                parameter["schema"] |= {"minimum": 1, "maximum": LARGEST_ID, "format": "int64"}
        for method in METHODS:
            if method in path:
                _complete(method, path[method], examples)
    return found


def _collected() -> dict[str, Any]:
    app = Flask("openapi")
    app.config.update(
        API_TITLE="Fieldhand",
        API_VERSION=version("fieldhand"),
        OPENAPI_VERSION="3.1.0",
    )
    api = Api(app, spec_kwargs={"info": {"description": DESCRIPTION}})
    api.DEFAULT_ERROR_RESPONSE_NAME = None
    api.spec.components.schema("Problem", schema=Problem)
    with app.app_context():
        for blueprint in BLUEPRINTS:
            api.register_blueprint(blueprint)
        found: dict[str, Any] = copy.deepcopy(api.spec.to_dict())
    components = found["components"]
    for name in ("Error", "PaginationMetadata"):
        components["schemas"].pop(name, None)
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    components["responses"] = {
        "Problem": {"description": "What went wrong", "content": {MIMETYPE: problem}}
    }
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    found["tags"] = [{"name": each.tag, "description": each.description} for each in BLUEPRINTS]
    found["servers"] = [{"url": "/", "description": "This Fieldhand"}]
    return found


def _complete(method: str, operation: dict[str, Any], examples: dict[str, Any]) -> None:
    """What all operations have alike, and what was recorded of this one."""
    responses = operation["responses"]
    responses.pop("422", None)
    responses["default"] = {"$ref": "#/components/responses/Problem"}
    permission = operation.pop("x-permission", None)
    operation["security"] = [{"token": [permission] if permission else []}]
    parameters = operation.setdefault("parameters", [])
    if method == "post":
        parameters.append(IDEMPOTENCY_KEY)
    if method == "get" and "application/json" in responses.get("200", {}).get("content", {}):
        parameters.append(IF_NONE_MATCH)
        responses["304"] = {"description": "Nothing has changed"}
    if operation["operationId"] in MATCHED:
        parameters.append(IF_MATCH)
    _add_examples(operation, examples.get(operation["operationId"], {}))


def _add_examples(operation: dict[str, Any], recorded: dict[str, Any]) -> None:
    if "request" in recorded:
        for content in operation["requestBody"]["content"].values():
            content["example"] = recorded["request"]
    if "response" in recorded:
        answer = operation["responses"][str(recorded["status"])]
        for content in answer.get("content", {}).values():
            content["example"] = recorded["response"]
