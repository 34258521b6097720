"""Sites that deliver to a folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from forms_app.services.application import Application


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder that exports are delivered to."""
    folder = tmp_path / "delivered"
    folder.mkdir()
    return folder


@pytest.fixture
def site(app: Application, place: Path) -> Application:
    """Where exports may be delivered to one folder."""
    return replace(app, settings=replace(app.settings, delivery_folders=str(place)))


@pytest.fixture
def any_site(any_app: Application, place: Path) -> Application:
    """The same on both databases."""
    return replace(any_app, settings=replace(any_app.settings, delivery_folders=str(place)))
