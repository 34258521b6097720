"""A visitor to the pages of an application on SQLite, and something for the pages to show."""

from __future__ import annotations

import pytest
from flask import Flask

from forms_app.services import batches
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.services.dto.templates import TemplateVersion
from tests.compiled_pages import compiled_once
from tests.web.drawn import publish_drawn_template
from tests.web.visitor import Visitor


@pytest.fixture
def flask_app(app: Application) -> Flask:
    return compiled_once(app)


@pytest.fixture
def visitor(flask_app: Flask) -> Visitor:
    """Someone with a browser that keeps cookies."""
    return Visitor(flask_app)


@pytest.fixture
def published(app: Application) -> TemplateVersion:
    """A published template of one page with one field."""
    return publish_drawn_template(app)


@pytest.fixture
def batch(app: Application, published: TemplateVersion) -> BatchSummary:
    """An empty batch."""
    return batches.create_batch(app, published.id, "March, week 12")
