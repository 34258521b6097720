"""Fixtures for all tests: no network but loopback, real servers, an application per test."""

from __future__ import annotations

import gc
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from pytest_socket import socket_allow_hosts

import migrations
from forms_app.bootstrap import bootstrap
from forms_app.config import Settings, load_settings
from forms_app.services.application import Application
from forms_app.store.engine import make_engine
from tests.compiled_addresses import addresses_compiled_once
from tests.fakes import RecordingTaskSender, with_recorded_tasks
from tests.prepared_blanks import blanks_prepared_once

pytest_plugins = ["tests.servers"]

# Into pytest's own capture, with plain tracebacks: structlog's pretty ones print whole images.
structlog.configure(
    processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
    logger_factory=structlog.stdlib.LoggerFactory(),
)

BOTH_DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


def pytest_collection_finish() -> None:
    """What is there now stays to the end: looking it through for rubbish again and again would take
    a sixth of the time of all tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser's files first, one after the other: each worker starts their installation once,
    and the end does not wait for one of these long files. Before them what looks at every page of
    that installation: it knows what is written there, as long as no other test has written more."""
    items.sort(
        key=lambda item: (item.path.name != "test_every_page.py", "browser" not in item.path.parts)
    )


@pytest.fixture(autouse=True)
def _only_loopback() -> None:
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """Commands that run in this process set the logs up for themselves."""
    root, config = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.configure(**config)


@pytest.fixture(autouse=True, scope="session")
def _prepared_and_compiled_once() -> Iterator[None]:
    with blanks_prepared_once(), addresses_compiled_once():
        yield


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database to copy."""
    path = tmp_path_factory.mktemp("database") / "migrated.db"
    engine = make_engine(f"sqlite:///{path}")
    migrations.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """A fresh migrated SQLite database."""
    path = tmp_path / "fieldhand.db"
    shutil.copy(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=BOTH_DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database of each kind in turn."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """Settings on SQLite and a local folder, without chance in what review hands out."""
    return load_settings(
        {}, data_dir=tmp_path / "data", database_url=sqlite_url, seeded_error_every=0
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Application]:
    """An application on SQLite whose tasks are recorded, not sent."""
    with with_recorded_tasks(bootstrap(settings)) as application:
        yield application


@pytest.fixture
def any_app(tmp_path: Path, database_url: str) -> Iterator[Application]:
    """As `app`, on SQLite and on PostgreSQL in turn."""
    settings = load_settings(
        {}, data_dir=tmp_path / "data", database_url=database_url, seeded_error_every=0
    )
    with with_recorded_tasks(bootstrap(settings)) as application:
        yield application


@pytest.fixture
def tasks(request: pytest.FixtureRequest) -> RecordingTaskSender:
    """What the test's application has sent."""
    name = "any_app" if "any_app" in request.fixturenames else "app"
    sender: RecordingTaskSender = request.getfixturevalue(name).tasks
    return sender
