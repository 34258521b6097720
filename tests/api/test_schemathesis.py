"""Requests made up from the document, right and wrong ones: no answer is a fault of ours, and each
is as the document says.

A longer run: `FIELDHAND_TEST_API_EXAMPLES=200 .venv/bin/python -m pytest -n0` and this file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from forms_app.api.document import document
from forms_app.services.application import Application
from forms_app.services.resumable_uploads import start_upload
from forms_app.web import tus
from tests.api.program import new_token
from tests.compiled_pages import compiled_once
from tests.factories import make_batch, make_delivery, make_draft, make_submission
from tests.prepared_apps import copy_of, prepare_once

EXAMPLES = int(os.environ.get("FIELDHAND_TEST_API_EXAMPLES", "2"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Else it reads our whole source for words to send.
NO_FEEDBACK = FeedbackSources()
THERE = {
    "batch_id": 1,
    "delivery_id": 1,
    "delivery_run_id": 1,
    "export_id": 1,
    "field_name": "number",
    "file_id": 1,
    "job_id": 1,
    "number": 1,
    "page_id": 1,
    "preset_id": 1,
    "project_id": 1,
    "submission_id": 1,
    "template_id": 1,
    "upload_id": "known-upload",
    "user_id": 1,
    "version_id": 2,
}
"""What the application that is asked holds; tokens are left alone, as ours is the only one."""


def _make(app: Application) -> None:
    batch = make_batch(app)
    make_submission(app, batch.id)
    make_delivery(app, batch.id)
    make_draft(app)
    start_upload(app, batch.id, "scan.pdf", 9, upload_id="known-upload")


@pytest.fixture(scope="module")
def asked(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path
) -> Iterator[tuple[Any, str]]:
    """An application with a batch, a read form and a draft, and a token for it."""
    prepared = prepare_once(tmp_path_factory.mktemp("prepared"), migrated_sqlite, _make)
    with copy_of(prepared, tmp_path_factory.mktemp("asked") / "copy") as app:
        yield compiled_once(app), new_token(app)


@schemathesis.serializer(tus.PART_TYPE)
def _as_bytes(_context: object, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


SCHEMA = schemathesis.openapi.from_dict(document())
OPERATIONS = [each.ok() for each in SCHEMA.get_all_operations()]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.label)
def test_no_request_is_too_odd(operation: APIOperation, asked: tuple[Any, str]) -> None:
    flask_app, token = asked
    known = {each.name for each in operation.path_parameters}
    ids = {name: row_id for name, row_id in THERE.items() if name in known}
    cases = st.one_of(
        operation.as_strategy(GenerationMode.POSITIVE, path_parameters=ids, feedback=NO_FEEDBACK),
        operation.as_strategy(GenerationMode.NEGATIVE, feedback=NO_FEEDBACK),
    )

    @seed(7)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def ask(case: Case) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        case.call_and_validate(app=flask_app, headers=headers, checks=CHECKS)

    ask()
