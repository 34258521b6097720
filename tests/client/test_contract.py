"""The client against the OpenAPI document: every operation, its address and its answer."""

from __future__ import annotations

import inspect
import subprocess
import sys
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from types import NoneType
from typing import Any, get_type_hints

import pytest

from forms_app import client
from forms_app.api.document import document
from forms_app.client import operations
from forms_app.client.decoding import decode
from forms_app.client.operations import PREFIX, Operation
from forms_app.client.shapes.exports import Column, ExportChoice
from tests.client.document_check import differences

PEOPLE_PUT_PAGES = "People put pages in order, with the picture before them."
ADMINISTRATION = "Administration; people do it in the pages, or `fieldhand user` and `token`."
DRAWING = "Templates are drawn in the editor, and exchanged as files."
SUPERVISING = "Supervisors lead people, with the page of the team before them."
LOOKING_AFTER = "For those who run it; metrics (docs/observability.md) are made for programs."
ON_RECORD = "Read rarely, by a person who looks into something."
LEFT_OUT = {
    "getPageQueue": PEOPLE_PUT_PAGES,
    "layPage": PEOPLE_PUT_PAGES,
    "assignPage": PEOPLE_PUT_PAGES,
    "confirmPage": PEOPLE_PUT_PAGES,
    "dropPage": PEOPLE_PUT_PAGES,
    "restorePage": PEOPLE_PUT_PAGES,
    "replaceScan": PEOPLE_PUT_PAGES,
    "addMissingPage": PEOPLE_PUT_PAGES,
    "setPageAbsent": PEOPLE_PUT_PAGES,
    "expectPage": PEOPLE_PUT_PAGES,
    "createTemplate": DRAWING,
    "startDraft": DRAWING,
    "saveDraft": DRAWING,
    "detectFields": DRAWING,
    "testRegistration": DRAWING,
    "getJob": DRAWING,
    "listTokens": ADMINISTRATION,
    "revokeToken": ADMINISTRATION,
    "listUsers": ADMINISTRATION,
    "inviteUser": ADMINISTRATION,
    "getUser": ADMINISTRATION,
    "changeUser": ADMINISTRATION,
    "setRights": ADMINISTRATION,
    "archiveProject": ADMINISTRATION,
    "bringBackProject": ADMINISTRATION,
    "compareVersions": DRAWING,
    "tryVersion": DRAWING,
    "endSessions": ADMINISTRATION,
    "resetPassword": ADMINISTRATION,
    "removeSecondFactor": ADMINISTRATION,
    "unlinkUser": ADMINISTRATION,
    "getTeam": SUPERVISING,
    "takeFieldsAway": SUPERVISING,
    "reserveBatch": SUPERVISING,
    "answerNote": SUPERVISING,
    "sendBack": SUPERVISING,
    "takeBackReturn": SUPERVISING,
    "getSample": SUPERVISING,
    "drawSample": SUPERVISING,
    "getFigures": LOOKING_AFTER,
    "requeueStage": LOOKING_AFTER,
    "stopWork": LOOKING_AFTER,
    "retryFailed": LOOKING_AFTER,
    "forgetSource": LOOKING_AFTER,
    "getOperations": LOOKING_AFTER,
    "listSources": LOOKING_AFTER,
    "listEvents": ON_RECORD,
}
COVERED: dict[str, Operation[Any]] = {
    found.name: found for found in vars(operations).values() if isinstance(found, Operation)
}


def _documented() -> dict[str, tuple[str, str, dict[str, Any]]]:
    return {
        told["operationId"]: (method.upper(), path, told)
        for path, item in document()["paths"].items()
        for method, told in item.items()
        if isinstance(told, dict) and "operationId" in told
    }


def test_every_operation_is_carried_out_or_left_out_for_a_reason() -> None:
    assert not COVERED.keys() & LEFT_OUT.keys()
    assert COVERED.keys() | LEFT_OUT.keys() == _documented().keys()


def test_every_operation_is_used() -> None:
    sources = Path(inspect.getfile(client)).parent.rglob("*.py")
    text = "".join(source.read_text() for source in sources if source.name != "operations.py")
    names = {name for name, found in vars(operations).items() if isinstance(found, Operation)}
    assert {name for name in names if f"op.{name}" not in text} == set()


@pytest.mark.parametrize("name", sorted(COVERED))
def test_addresses_and_answers_are_those_of_the_document(name: str) -> None:
    operation = COVERED[name]
    method, path, told = _documented()[name]
    assert (operation.method, PREFIX + operation.path) == (method, path)
    [(_, answer)] = [each for each in told["responses"].items() if each[0].startswith("2")]
    content = answer.get("content", {})
    if operation.answer is NoneType:
        assert not content
    elif operation.answer is bytes:
        assert content.keys() - {"application/json"}
    else:
        schema = content["application/json"]["schema"]
        if operation.is_list:
            schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
            assert {"items", "next"} == set(schema["properties"])
            schema = schema["properties"]["items"]["items"]
        assert list(differences(operation.answer, schema, name)) == []
        _examples_are_understood(operation, content["application/json"]["example"])


def _examples_are_understood(operation: Operation[Any], example: Any) -> None:
    """With a member that no class knows, as a newer server may send."""
    for given in example["items"] if operation.is_list else [example]:
        assert decode(operation.answer, given | {"from_tomorrow": 1}) == decode(
            operation.answer, given
        )


def test_what_an_export_may_hold_is_what_the_document_knows() -> None:
    schemas = document()["components"]["schemas"]
    for kind, name in ((ExportChoice, "Choice"), (Column, "Column")):
        assert {each.name for each in fields(kind)} == set(schemas[name]["properties"])
    choice = schemas["Choice"]["properties"]
    for name, kind in get_type_hints(ExportChoice).items():
        found = [
            line for line in differences(kind, choice[name], name) if "may be None" not in line
        ]
        assert found == [] or name == "columns", found


def test_words_of_newer_servers_are_taken_and_missing_members_told() -> None:
    project = {"id": 1, "name": "Main", "created_at": "2026-11-28T09:30:00", "archived_at": None}
    numbers = {"templates": 1, "batches": 2, "people": 3}
    assert decode(client.Project, project | numbers).created_at.utcoffset() == timedelta(0)
    rule = {"name": "total", "state": "from_tomorrow", "message": ""}
    assert decode(client.Rule, rule).state == "from_tomorrow"
    with pytest.raises(client.AnswerNotUnderstoodError, match="answer has no templates"):
        decode(client.Project, project)
    for wrong in ("yesterday", 20261128, True):
        with pytest.raises(client.AnswerNotUnderstoodError, match=r"answer\.created_at is not"):
            decode(client.Project, project | numbers | {"created_at": wrong})


LOADED = "import sys, forms_app.client; print(*sys.modules)"


def test_the_client_loads_python_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert not loaded & {"flask", "celery", "cv2", "numpy", "sqlalchemy", "httpx", "requests"}
    ours = {name for name in loaded if name.startswith("forms_app.")}
    assert {name for name in ours if not name.startswith("forms_app.client")} == set()
