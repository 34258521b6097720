"""An application as all tests of a module find it: made once, and a copy of it for each."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from forms_app.bootstrap import bootstrap
from forms_app.config import Settings, load_settings
from forms_app.services.application import Application
from tests.fakes import with_recorded_tasks


def settings_in(folder: Path) -> Settings:
    """Settings on SQLite and files in `folder`, without chance in what review hands out."""
    return load_settings(
        {},
        data_dir=folder / "data",
        database_url=f"sqlite:///{folder / 'fieldhand.db'}",
        seeded_error_every=0,
    )


@contextmanager
def _opened(folder: Path) -> Iterator[Application]:
    with with_recorded_tasks(bootstrap(settings_in(folder))) as application:
        yield application


def prepare_once(folder: Path, migrated_sqlite: Path, make: Callable[[Application], None]) -> Path:
    """Let `make` work in a new application in `folder`; gives `folder`."""
    shutil.copy(migrated_sqlite, folder / "fieldhand.db")
    with _opened(folder) as application:
        make(application)
    return folder


@contextmanager
def copy_of(prepared: Path, tmp_path: Path) -> Iterator[Application]:
    """A test's own application, as `prepare_once` left it in `prepared`."""
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    with _opened(tmp_path) as application:
        yield application
