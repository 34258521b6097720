"""A program with a token that may do everything, on an application with a read form."""

from __future__ import annotations

import pytest
from flask import Flask

from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from tests.api.program import Program, new_token
from tests.compiled_pages import compiled_once
from tests.factories import make_batch, make_submission


@pytest.fixture
def flask_app(app: Application) -> Flask:
    return compiled_once(app)


@pytest.fixture
def program(app: Application, flask_app: Flask) -> Program:
    return Program(flask_app, new_token(app))


@pytest.fixture
def batch(app: Application) -> BatchSummary:
    """An empty batch of a published template."""
    return make_batch(app)


@pytest.fixture
def form_id(app: Application, batch: BatchSummary) -> int:
    """A form that was read; two of its fields wait for a person."""
    return make_submission(app, batch.id)
