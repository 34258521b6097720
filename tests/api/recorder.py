"""Carries operations of the API out, checks each answer against the document, and keeps both as
examples, without what differs from time to time."""

from __future__ import annotations

import re
from typing import Any

from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from forms_app.api.document import document
from tests.api.program import PREFIX, Program

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(\+00:00|Z)?")
SECRET = re.compile(r"(invitations?/|welcome/|/)[A-Za-z0-9_-]{32,}")
SLOT = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z")
EXAMPLE_TIME = "2026-11-28T09:30:00+00:00"


class Recorder:
    """Knows every operation by its name."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.examples: dict[str, dict[str, Any]] = {}
        self._operations = {
            told["operationId"]: (method, path, told)
            for path, item in document()["paths"].items()
            for method, told in item.items()
            if isinstance(told, dict) and "operationId" in told
        }

    @property
    def missing(self) -> set[str]:
        """Operations that were not carried out."""
        return set(self._operations) - set(self.examples)

    def do(
        self, name: str, *ids: object, body: object = None, query: str = "", **more: Any
    ) -> TestResponse:
        """Carry one out; `ids` fill the address in order. Gives the answer, which is a success."""
        method, path, told = self._operations[name]
        left = iter(ids)
        address = re.sub(r"{\w+}", lambda _: str(next(left)), path).removeprefix(PREFIX)
        if body is not None:
            more["json"] = body
        answer = self._program.ask(method.upper(), address + query, **more)
        assert answer.status_code < 400, (name, answer.text)
        self._check(name, told, answer)
        self._keep(name, body, answer)
        return answer

    def _check(self, name: str, told: dict[str, Any], answer: TestResponse) -> None:
        responses = told["responses"]
        assert str(answer.status_code) in responses, (name, answer.status)
        content = responses[str(answer.status_code)].get("content", {})
        if not answer.data:
            assert not content, name
        elif "application/json" in content:
            schema = {
                **content["application/json"]["schema"],
                "components": document()["components"],
            }
            errors = [
                f"{each.json_path}: {each.message}"
                for each in Draft202012Validator(schema).iter_errors(answer.get_json())
            ]
            assert not errors, (name, errors)
        else:
            assert answer.mimetype in content or "application/octet-stream" in content, name

    def _keep(self, name: str, body: object, answer: TestResponse) -> None:
        kept: dict[str, Any] = {"status": answer.status_code}
        if body is not None:
            kept["request"] = settled(body)
        if answer.is_json:
            kept["response"] = settled(answer.get_json())
        self.examples.setdefault(name, kept)


def settled(value: Any) -> Any:
    """Without times and secrets."""
    if isinstance(value, dict):
        return {key: settled(below) for key, below in value.items()}
    if isinstance(value, list):
        return [settled(each) for each in value]
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, str):
        value = SLOT.sub("2026-11-28T093000Z", TIME.sub(EXAMPLE_TIME, value))
        return SECRET.sub(r"\1SECRET", value)
    return value
